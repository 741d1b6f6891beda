"""The pages say what the code does: what is made from the code is fresh, and nothing there is goes unmentioned."""

import re
import subprocess
import sys
import textwrap
import tomllib
from pathlib import Path

import pytest
import yaml

import scenarios
from drills.cli.commands import COMMANDS
from drills.cli.exits import Exit
from drills.plan.checking import check_file
from drills.plan.schema import target_models
from drills.signals import registry as signals
from injectors import registry as injectors
from scoring.measures import MEASURES

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
sys.path.append(str(DOCS))

import file_keys  # noqa: E402 - the pages' own programs lie beside the pages
import from_source  # noqa: E402

ENTRY = re.compile(r"^- \*\*(.+?)\*\*", re.MULTILINE)
WORDS = """
scenario, fault, injector, steady state, probe, signal, alert, stop condition, safety lever, blast radius, cohort,
duration, revert, undo, undo log, guard, consent label, tag, timeline, entry, mark, picture, snap check, message, hint,
recovery criteria, negative check, measure, expectation, scorecard, trend, runbook, step, re-drill, outcome, verdict
""".replace("\n", " ")
"""The words of the design: each must have its one meaning."""


def _words() -> list[str]:
    return ENTRY.findall((DOCS / "words.md").read_text())


def test_the_reference_pages_are_what_the_code_says_now():
    program = [sys.executable, str(DOCS / "generate.py"), "--check"]
    done = subprocess.run(program, capture_output=True, text=True, check=False, cwd=ROOT, timeout=60)
    assert done.returncode == 0, f"{done.stdout}{done.stderr}\nrun: make docs"


@pytest.mark.parametrize("word", [each.strip() for each in WORDS.split(",")])
def test_every_word_of_the_design_has_a_meaning(word):
    assert _words().count(word) == 1


def test_no_word_has_two_meanings():
    words = _words()
    assert sorted(words) == sorted(set(words))


def test_every_decision_fits_on_a_page_and_stands_in_the_list():
    decisions = sorted((DOCS / "decisions").glob("[0-9]*.md"))
    listed = (DOCS / "decisions" / "README.md").read_text()
    assert [each.name for each in decisions if f"({each.name})" not in listed] == []
    assert [each.name for each in decisions if len(each.read_text().splitlines()) > 50] == []
    assert [each.name for each in decisions if "**Why" not in each.read_text()] == []


def test_every_library_we_need_has_its_line():
    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = wanted["optional-dependencies"]
    needed = {*wanted["dependencies"], *(each for extra in extras.values() for each in extra)}
    names = {re.split(r"[<>=\[!~; ]", each)[0].lower() for each in needed} - {"gameday-drills"}
    page = (DOCS / "decisions" / "libraries.md").read_text().lower()
    assert [name for name in sorted(names) if name not in page] == []


def test_every_target_has_its_line_and_every_family_of_faults_a_page():
    pages = {page.name for page in (DOCS / "targets").glob("*.md")} - {"README.md"}
    table = (DOCS / "targets" / "README.md").read_text()
    assert set(re.findall(r"\(([a-z_]+\.md)\)", table)) == pages
    families = {name.partition(".")[0] for name in injectors.BUILT_IN if "." in name}
    assert {f"{family}.md" for family in families} - pages == set()


TARGETS = sorted(page.name for page in (DOCS / "targets").glob("*.md") if page.name != "README.md")


@pytest.mark.parametrize("page", TARGETS)
def test_every_page_of_a_target_has_a_scenario_that_some_test_runs(page):
    shown = (DOCS / "targets" / page).read_text()
    assert re.search(r"^```yaml\nscenario: ", shown, re.MULTILINE), f"{page} shows no whole scenario"
    running = [each.name for each in (ROOT / "tests").rglob("test_*.py") if f'"{page}"' in each.read_text()]
    assert running != [], f"no test names {page}: give it a line in STAGES of tests/e2e/test_docs_targets.py"


PAGES = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")] + sorted(DOCS.rglob("*.md"))
LINK = re.compile(r"\[[^\]]+\]\(([^)\s]+)\)")
FENCED = re.compile(r"^ *```.*?^ *```$", re.MULTILINE | re.DOTALL)


def _name(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def _prose(page: Path) -> str:
    return FENCED.sub("", page.read_text())


def _anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", _prose(page), re.MULTILINE)
    return {re.sub(r"[^a-z0-9 _-]", "", each.lower()).replace(" ", "-") for each in headings}


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_every_link_leads_somewhere(page):
    lost = []
    for target in LINK.findall(_prose(page)):
        path, _, anchor = target.partition("#")
        if path.startswith("https://"):
            continue
        there = (page.parent / path).resolve() if path else page
        if not there.exists() or (anchor and anchor not in _anchors(there)):
            lost.append(target)
    assert lost == []


def test_every_page_can_be_found_from_the_first():
    seen: set[Path] = set()
    waiting = [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        if page in seen or page.suffix != ".md":
            continue
        seen.add(page)
        paths = [target.partition("#")[0] for target in LINK.findall(_prose(page))]
        waiting += [(page.parent / path).resolve() for path in paths if path and not path.startswith("https://")]
    assert sorted(map(_name, set(DOCS.rglob("*.md")) - seen)) == []


# --- nothing there is goes unmentioned

HAND_WRITTEN = [page for page in PAGES if page.parent.name != "reference"]


KINDS = [*injectors.BUILT_IN, *signals.PROBES, *signals.SOURCES]


@pytest.mark.parametrize("name", [*KINDS, *(each.name for each in MEASURES)])
def test_every_kind_and_every_measure_is_in_the_reference(name):
    assert any(f"`{name}`" in page.read_text() for page in (DOCS / "reference").glob("*.md"))


@pytest.mark.parametrize("family", sorted({name.partition(".")[0] for name in KINDS} - {"noop"}))
def test_somebody_wrote_a_page_about_every_family(family):
    assert any(re.search(rf"`{family}[`.]", page.read_text()) for page in DOCS.glob("[ht]*/*.md"))


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_in_a_page_that_somebody_wrote(command):
    typed = re.compile(rf"gameday {command}(?![\w-])")
    assert any(typed.search(page.read_text()) for page in HAND_WRITTEN)


@pytest.mark.parametrize("code", Exit)
def test_every_exit_code_is_explained_where_ci_needs_it(code):
    rows = re.findall(r"^\| ([0-9, ]+) \|", (DOCS / "how-to" / "ci.md").read_text(), re.MULTILINE)
    assert str(code.value) in {each.strip() for row in rows for each in row.split(",")}


def test_every_error_is_in_the_reference():
    page = (DOCS / "reference" / "errors.md").read_text()
    assert [each.name for each in from_source.errors() if f"`{each.name}` | `{each.module}`" not in page] == []


@pytest.mark.parametrize("key", sorted(file_keys.every_key()))
def test_every_key_of_a_file_has_its_meaning(key):
    spans = re.findall(r"`([^`\n]+)`", _prose(DOCS / "scenario-file.md"))
    assert any(re.search(rf"\b{re.escape(key)}\b", span) for span in spans)


# --- what is shown as a file is one

BLOCK = re.compile(r"^ *```yaml\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
YAML = [(page, text) for page in PAGES for text in BLOCK.findall(page.read_text())]
WHOLE = [pytest.param(text, id=_name(page)) for page, text in YAML if re.match(r"\s*(scenario|game_day|format):", text)]


@pytest.mark.parametrize("text", WHOLE)
def test_every_whole_file_that_is_shown_has_no_problem(text, tmp_path):
    shown = textwrap.dedent(text)
    file = tmp_path / ("gameday.yaml" if shown.startswith("format:") else "shown.yaml")
    file.write_text(shown)
    loaded = scenarios.load_workspace(file) if file.name == "gameday.yaml" else scenarios.load(file)
    assert loaded is not None


PIECES = [pytest.param(text, id=_name(page)) for page, text in YAML if page.parent.name == "how-to"]


@pytest.mark.parametrize("text", PIECES)
def test_every_piece_of_a_file_that_is_shown_is_what_its_kind_takes(text):
    shown = yaml.safe_load(text)
    for use in shown.get("probes", {}).values():
        probe = signals.probe_kind(use["probe"])
        probe.parameters.model_validate(use.get("with", {}))
        probe.good.model_validate(use.get("good", {}))
    for use in shown.get("faults", {}).values():
        fault = injectors.kind(use["inject"])
        fault.parameters.model_validate(use.get("with", {}))
        assert fault.holds is ("duration" in use)
    places = [each["targets"] for each in shown.get("environments", {}).values()]
    for target in [*(each for place in places for each in place.values()), *shown.values()]:
        if isinstance(target, dict) and "kind" in target:
            assert all(model.model_validate(target["with"]) for model in target_models()[target["kind"]])


def test_some_whole_files_are_shown():
    assert len(WHOLE) >= 5


@pytest.mark.parametrize("file", sorted((ROOT / "scenarios" / "library").glob("*.yaml")), ids=lambda path: path.name)
def test_every_file_of_the_library_passes_check(file):
    workspace = scenarios.load_workspace(file.parent)
    assert [str(each) for each in check_file(file, workspace) if each.severity == "error"] == []
