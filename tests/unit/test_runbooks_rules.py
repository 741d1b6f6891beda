"""Each rule tells what it is for and leaves what only looks like it; baseline, skeleton and formats keep their word."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import scenarios
from drills.runbooks import formats
from drills.runbooks.baseline import compare, written
from drills.runbooks.checking import EVERY_RULE, Ruling, check, check_one, files_of, ruling_of
from drills.runbooks.parts import HEIGHT
from drills.runbooks.reading import RunbookError, parse
from drills.runbooks.rules import Around
from drills.runbooks.skeleton import completed, skeleton
from drills.runbooks.wording import NAMES, PARTS

ROOT = Path(__file__).resolve().parents[2]
CORPUS = ROOT / "tests" / "material" / "runbooks"
LIBRARY = ROOT / "scenarios" / "library" / "runbooks"
STARTER = ROOT / "drills" / "cli" / "starter" / "runbooks"
ASKED = Ruling(
    {"command-not-found": "warning"},
    Around(
        frozenset({"team-web", "team-data"}),
        ("https://grafana.example.com/d/old",),
        frozenset(),
        frozenset({"QueueOld"}),
    ),
)
FILLER = "\n".join(f"- fact {number}" for number in range(HEIGHT + 3))


def told(text, ruling=ASKED):
    return {each.rule for each in check_one(parse("page", CORPUS / "page.md", text), ruling, "page.md")}


def step(text):
    return f"## Mitigation\n\n1. {text}\n"


CASES = {
    "unwritten-part": (
        ["**Impact.** TODO\n", "## Owner\n\n## Impact\n\nBad.\n", "Owner: ???\n"],
        ["**Impact.** Late.\n"],
    ),
    "below-first-screen": ([f"# T\n\n{FILLER}\n\n## Impact\n\nLate.\n"], ["## Impact\n\nLate.\n\n" + FILLER]),
    "history-first": (
        ["# T\n\n## Architecture\n\nOld.\n\n## Impact\n\nLate.\n", "## Overview\n\nOld.\n"],
        ["# Architecture of the broker fails\n\n## Impact\n\nLate.\n", "## Impact\n\nLate.\n\n## History\n\nOld.\n"],
    ),
    "shared-owner": (
        ["Owner: shared\n", "Owner: all teams\n", "Owner: team-nobody-knows\n", "Owner: TBD\n"],
        ["Owner: team-web\n", "Owner: [Team-Data](x.html), on call\n"],
    ),
    "rollback-without-conditions": (
        [step("Roll back to the last version."), step("Undo it: `kubectl rollout undo deploy/web`.")],
        [
            "Safe only if the schema is unchanged and queued jobs can be read.\n\n" + step("Roll back."),
            step("Note when the last rollup ran."),
            "There was a rollback in May.\n",
        ],
    ),
    "failover-without-condition": (
        [step("Fail over to region B."), step("Promote the standby.")],
        [step("Fail over when replication lag is below 5 s."), step("Promote the new colleague.")],
    ),
    "mitigation-without-signal": (
        [
            step("Restart the worker."),
            step("Scale to six; expect the queue to shrink."),
            step("Disable exports in 5 min."),
        ],
        [
            step("Restart the worker. Expect age below 10 within 2 minutes."),
            step("Add a worker.\n2. Watch the age: below 10 s within 2 minutes."),
            step("Open the restart log."),
        ],
    ),
    "destructive-command": (
        [step("Clean up: `rm -rf /var/lib/app`."), step("`DROP TABLE orders;`"), step("Run `DELETE FROM jobs`.")],
        [
            step("Take a backup, data is lost otherwise: then `DROP TABLE orders;`"),
            step("Run `DELETE FROM jobs WHERE id = 4`."),
            step("Run `rm one.lock`."),
            step("Run `kubectl delete pod web-1`."),
        ],
    ),
    "no-break-glass": (
        [step("Run `sudo systemctl stop web`."), step("Log in with admin access.")],
        [step("Run `sudo ls` (break-glass: page 4)."), step("Read the pseudo code."), step("Ask the administrator.")],
    ),
    "flag-without-contract": (
        [step("Turn off the feature flag `export`."), step("Flip the kill switch.")],
        [
            step(
                "Turn off the feature flag `export` (owner team-web): exports wait. Expect load to fall; turn it on"
                " again at night."
            ),
            step("Run it with the flag `-v`."),
        ],
    ),
    "vague-step": (
        [step("Check the database."), step("Investigate."), step("Make sure everything is fine.")],
        [step("Check `SELECT 1`."), step("Check that the age falls."), step("Look at [the board](b.html).")],
    ),
    "no-steps": (["Words.\n"], [step("Open the board.")]),
    "too-many-steps": (["".join(f"{n}. Do it {n}\n" for n in range(1, 203))], [step("Open the board.")]),
    "command-not-found": (
        [step("Do:\n   ```sh\n   no-such-program-here --now\n   ```")],
        [step("Do:\n   ```sh\n   cd /tmp\n   sh -c true\n   ```"), step("Do:\n   ```sql\n   no_such_program\n   ```")],
    ),
    "dead-link": (
        ["[a](no-such-page.md)\n", "![a](no/such.png)\n"],
        ["[a](bold-parts.md)\n", "[a](https://example.com/x.md)\n", "[a](mailto:x@example.com)\n", "`[a](no.md)`\n"],
    ),
    "dead-anchor": (
        ["[a](#none)\n", "[a](headings-and-lists.md#none)\n"],
        ["# Some thing\n\n[a](#some-thing)\n", "[a](headings-and-lists.md#recovery-criteria)\n"],
    ),
    "runbook-without-alert": (["# Late\n"], ["Alert: QueueOld\n", "---\nalerts:\n  - QueueOld\n---\n"]),
    "retired-dashboard": (
        ["<https://grafana.example.com/d/old/board>\n"],
        ["<https://grafana.example.com/d/new/board>\n"],
    ),
    "credentials": (
        [
            "`curl -u me password=hunter2222x`\n",
            "AKIAABCDEFGHIJKLMNOP\n",
            "postgres://me:s3cr3t99@db/shop\n",
            "-----BEGIN RSA PRIVATE KEY-----\n",
        ],
        [
            "password: see the vault\n",
            "`PGPASSWORD=$PW psql`\n",
            "`password=<password>`\n",
            "postgres://me:$PW@db\n",
            "Token: rotate it\n",
        ],
    ),
    "placeholder": (
        ["TODO: write it\n", "Call xxx.\n", "[insert link]\n", "To be determined\n"],
        ["`ssh <host>`\n", "`curl $HOST`\n", "Write the todo list.\n", "<!-- TODO: later -->\n"],
    ),
}


@pytest.mark.parametrize("rule", CASES)
def test_a_rule_tells_what_it_is_for_and_leaves_what_only_looks_like_it(rule):
    wrong, right = CASES[rule]

    assert [text for text in wrong if rule not in told(text)] == []
    assert [text for text in right if rule in told(text)] == []


@pytest.mark.parametrize("part", PARTS)
def test_each_missing_part_is_told_and_no_other(part):
    rest = "\n".join(f"**{NAMES[each]}.** Words.\n" for each in PARTS if each != part)

    assert {each for each in told(rest) if each[3:] in PARTS} == {f"no-{part}"}


def test_every_rule_has_cases_a_reason_a_source_and_a_way_to_mend_it():
    ids = [each.id for each in EVERY_RULE]

    assert len(ids) == len(set(ids))
    assert set(ids) - set(CASES) - {f"no-{part}" for part in PARTS} == {"unreadable", "alert-without-runbook"}
    assert [each.id for each in EVERY_RULE if not (each.why and each.source and each.mend and each.says)] == []


def test_no_secret_is_repeated():
    found = check_one(parse("p", CORPUS, "`password=hunter2222x`\n"), ASKED, "p.md")

    assert "hunter2222x" not in "".join(formats.text(found)) + formats.as_json(found) + formats.sarif(found, "1")


@pytest.mark.parametrize("folder", [LIBRARY, STARTER], ids=["library", "starter"])
def test_the_runbooks_we_ship_are_models(folder):
    checked = check(files_of([folder]), Ruling(), ROOT)

    assert checked.files
    assert checked.findings == ()


def test_the_same_findings_come_in_the_same_order_each_time():
    once = check(files_of([CORPUS]), ASKED, ROOT)

    assert once == check(list(reversed(files_of([CORPUS])))[::-1], ASKED, ROOT)
    assert list(once.findings) == [each for path in files_of([CORPUS]) for each in check([path], ASKED, ROOT).findings]


def test_severities_are_set_and_an_unknown_rule_is_named_with_the_one_that_was_meant(tmp_path):
    file = tmp_path / "gameday.yaml"
    head = "format: 1\nzone: UTC\nenvironments: {staging: {}}\nrunbook_check:\n  rules:\n"
    file.write_text(f"{head}    no-steps: error\n    vague-step: off\n")
    ruling = ruling_of(scenarios.load_workspace(file))

    found = check_one(parse("p", CORPUS, "Words.\n"), ruling, "p.md")

    assert [each.severity for each in found if each.rule == "no-steps"] == ["error"]
    assert "vague-step" not in told(step("Check the database."), ruling)
    file.write_text(f"{head}    vague-stap: off\n")
    with pytest.raises(RunbookError, match="did you mean `vague-step`"):
        ruling_of(scenarios.load_workspace(file))


def test_a_file_that_cannot_be_read_is_a_finding_and_the_others_are_checked(tmp_path):
    (tmp_path / "long.md").write_text("x" * 300_000)
    (tmp_path / "short.md").write_text("Words.\n")

    checked = check(files_of([tmp_path]), Ruling(), tmp_path)

    assert checked.files == 2
    assert {each.path for each in checked.findings} == {"long.md", "short.md"}
    assert [each.rule for each in checked.findings if each.path == "long.md"] == ["unreadable"]
    with pytest.raises(RunbookError, match="there is no such file or folder"):
        files_of([tmp_path / "none"])


def test_a_baseline_hides_what_it_knows_tells_what_is_new_and_counts_what_was_mended(tmp_path):
    page, file = tmp_path / "page.md", tmp_path / "known.json"
    page.write_text(step("Check the database."))
    before = check([page], Ruling(), Path.cwd()).findings
    text = written(before, tmp_path)

    page.write_text("Impact: late\n\nSome lines.\n\n" + step("Check the database.\n2. Check the broker."))
    now = compare(check([page], Ruling(), Path.cwd()).findings, text, file)

    assert [each.rule for each in now.new] == ["vague-step"]
    assert (now.known, now.mended) == (len(before) - 1, 1)
    with pytest.raises(RunbookError, match="--write-baseline"):
        compare(before, "[]", file)


@settings(max_examples=80, deadline=None)
@given(st.text(st.characters(codec="utf-8", categories=("L", "N", "Zs")), min_size=1, max_size=40))
def test_a_skeleton_has_all_parts_and_only_says_that_they_are_unwritten(title):
    found = check_one(parse("p", CORPUS, skeleton(title)), Ruling(), "p.md")

    assert {each.severity for each in found} == {"notice"}
    assert {each.rule for each in found} == {"unwritten-part", "no-steps"}


@pytest.mark.parametrize("path", sorted(CORPUS.glob("*.md")), ids=lambda path: path.stem)
def test_adding_the_missing_parts_clears_their_findings_adds_none_and_moves_no_step(path):
    book = parse(path.stem, path, path.read_text())
    before = check_one(book, Ruling(), "p.md")

    text = completed(book, Ruling())

    if text is None:
        return
    after = parse(path.stem, path, text)
    found = check_one(after, Ruling(), "p.md")
    assert [each.rule for each in found if each.rule[3:] in PARTS] == []
    assert {each.rule for each in found} - {each.rule for each in before} <= {"unwritten-part"}
    assert [each.text_hash for each in after.steps] == [each.text_hash for each in book.steps]
    assert set(path.read_text().splitlines()) <= set(text.splitlines())
    assert completed(after, Ruling()) is None


def test_most_pages_of_the_corpus_can_be_completed():
    books = [parse(each.stem, each, each.read_text()) for each in sorted(CORPUS.glob("*.md"))]

    assert sum(completed(each, Ruling()) is not None for each in books) > len(books) * 0.7


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=300))
def test_any_text_is_checked(text):
    check_one(parse("p", CORPUS / "p.md", text), ASKED, "p.md")


def test_alerts_and_runbooks_that_do_not_lead_to_each_other_are_told(tmp_path):
    for name in ("linked", "alone"):
        (tmp_path / f"{name}.md").write_text("# Page\n")
    (tmp_path / "rules.yml").write_text(
        "groups:\n- name: shop\n  rules:\n"
        "  - alert: Linked\n    annotations: {runbook_url: 'https://x.example.com/runbooks/linked.md#top'}\n"
        "  - alert: Wiki\n    annotations: {runbook_url: https://wiki.example.com/?page=7}\n"
        "  - alert: Gone\n    annotations: {runbook_url: 'https://x.example.com/gone.md#top'}\n"
        "  - alert: Bare\n    expr: up == 0\n"
        "  - record: not:an:alert\n"
    )
    file = tmp_path / "gameday.yaml"
    head = "format: 1\nzone: UTC\nenvironments: {staging: {}}\nrunbook_check: {alert_rules: ["
    file.write_text(f"{head}'*.yml']}}\n")

    found = check(files_of([tmp_path]), ruling_of(scenarios.load_workspace(file)), tmp_path).findings

    assert [(e.path, e.line) for e in found if e.rule == "alert-without-runbook"] == [
        ("rules.yml", 8),
        ("rules.yml", 10),
    ]
    assert [e.path for e in found if e.rule == "runbook-without-alert"] == ["alone.md"]
    file.write_text(f"{head}none.yml]}}\n")
    with pytest.raises(RunbookError, match=r"none\.yml"):
        ruling_of(scenarios.load_workspace(file))
    (tmp_path / "none.yml").write_text("a: [")
    with pytest.raises(RunbookError, match="no file of Prometheus rules"):
        ruling_of(scenarios.load_workspace(file))


def test_sarif_says_what_a_code_host_needs():
    """The parts of SARIF 2.1.0 that GitHub's code scanning reads; the whole schema is not kept here."""
    found = check(files_of([CORPUS]), ASKED, ROOT).findings
    made = json.loads(formats.sarif(found, "1.2"))
    run = made["runs"][0]
    rules = run["tool"]["driver"]["rules"]

    assert (made["version"], made["$schema"]) == ("2.1.0", formats.SARIF)
    assert len(run["results"]) == len(found)
    for each in run["results"]:
        place = each["locations"][0]["physicalLocation"]
        assert rules[each["ruleIndex"]]["id"] == each["ruleId"]
        assert each["level"] in {"error", "warning", "note"}
        assert each["message"]["text"]
        assert place["region"]["startLine"] >= 1
        assert place["artifactLocation"]["uri"].startswith("tests/material/runbooks/")


def test_a_workflow_command_is_one_line_whatever_the_page_says():
    found = check_one(parse("p", CORPUS, "Owner: a%b\n\n" + step("Check the x%0A.")), Ruling(), "a,b:c.md")

    assert all("\n" not in each and "file=a%2Cb%3Ac.md," in each for each in formats.github(found))
