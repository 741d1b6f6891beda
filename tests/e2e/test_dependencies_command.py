"""Promises of gameday.yaml, tried by drills on a real proxy, and the table that says how each came out."""

import pytest
from servers import wait_until
from workplace import Workplace, said

SLOW = "{inject: toxiproxy.latency, with: {proxy: payments, latency: 300ms}, duration: 2s, tries: {ledger: slow}}"
PROMISES = """
dependencies:
  ledger:
    slow: {then: degrade, probe: still-pays}
    stale: {then: review}
  mail:
    down: {then: stop, probe: refuses}
"""


@pytest.fixture
def here(tmp_path, staging):
    with Workplace(tmp_path) as place:
        staging.front = f"http://127.0.0.1:{staging.listen['payments']}"
        promise(place, staging, "{status: 200, within: 5s}")
        yield place


def promise(here, staging, good, *, then="degrade"):
    """Write the workspace: what is promised of a slow ledger, as the probe through the proxy shows it."""
    targets = {name: told for name, told in staging.targets.items() if name not in ("shop", "pages")}
    targets["front"] = f'{{kind: http, with: {{url: "{staging.front}"}}}}'
    probes = (
        f"probes:\n  still-pays: {{probe: http, target: front, good: {good}, every: 100ms, timeout: 8s}}\n"
        "  refuses: {probe: http, target: front, good: {status: 503}}\n"
    )
    here.workspace(targets, PROMISES.replace("degrade", then) + probes)


def table(here):
    shown = here.type("dependencies")
    assert shown.returncode == 0, said(shown)
    return shown.stdout


def row(here, mode="slow"):
    (line,) = [each for each in table(here).splitlines() if each.startswith("  ledger") and f" {mode} " in each]
    return " ".join(line.split())


def promised(here, drill="1"):
    (found,) = [each for each in here.card(drill)["rows"] if each["measure"] == "promise"]
    return found


def test_a_promise_goes_from_untried_to_kept_to_broken_to_untried_again(here, staging):
    assert row(here) == "ledger slow degrade still-pays untried"
    file = here.drill("slow-ledger", {"slow": SLOW})

    ran = here.type("run", file)
    assert "promise of ledger (slow)" in ran.stdout, said(ran)
    assert (ran.returncode, promised(here)["result"]["detail"]["cell"]) == (0, "kept"), said(ran)
    assert row(here).startswith("ledger slow degrade still-pays kept 1 20"), row(here)

    promise(here, staging, "{status: 200, within: 50ms}")
    ran = here.type("run", file)
    assert (ran.returncode, promised(here, "2")["verdict"]) == (1, "missed"), said(ran)
    assert "still-pays was bad at 0:0" in promised(here, "2")["result"]["why"]
    assert "broken 2 20" in row(here)
    report = here.type("report", "2", "--format", "md", "--output", "-").stdout
    assert "promise of ledger" in report
    assert "broken" in report

    promise(here, staging, "{status: 200, within: 50ms}", then="stop")
    assert row(here) == "ledger slow stop still-pays untried", "another promise was tried, not this one"


def test_a_drill_whose_fault_never_bit_leaves_the_promise_as_it_was(here, staging):
    file = here.drill("slow-ledger", {"slow": SLOW})
    assert here.type("run", file).returncode == 0
    staging.proxies.fails = lambda method, path: 500 if method == "POST" and path.endswith("/toxics") else None

    void = here.type("run", file)
    assert void.returncode == 2, said(void)
    assert "kept 1 20" in row(here)


def test_a_probe_without_an_answer_makes_it_unknown_and_never_kept(here, staging):
    promise(here, staging, "{json: {nobody: says}}")
    here.workspace(
        {name: told for name, told in staging.targets.items() if name not in ("shop", "pages")}
        | {"front": '{kind: http, with: {url: "http://no-such-host.invalid"}}'},
        PROMISES + "probes:\n  still-pays: {probe: http, target: front, good: {status: 200}, every: 200ms}\n"
        "  refuses: {probe: http, target: front, good: {status: 503}}\n",
    )
    ran = here.type("run", here.drill("slow-ledger", {"slow": SLOW}))

    assert promised(here)["verdict"] == "unknown", said(ran)
    assert "unknown 1 20" in row(here)


def test_a_drill_that_runs_is_no_result_yet(here):
    process = here.start("run", here.drill("slow-ledger", {"slow": SLOW.replace("2s", "1m")}))
    here.until_on("slow")

    assert row(here) == "ledger slow degrade still-pays untried"
    assert here.type("stop").returncode == 0
    here.ended(process)
    wait_until(lambda: "untried" not in row(here), "the stopped drill's own looks count", 20)


def test_what_nothing_is_promised_for_is_named_also_where_a_service_needs_it(here):
    shown = table(here)

    assert "nothing is promised for ledger: rejects_writes, delays_reads, region_lost, rate_limited" in shown
    assert "nothing is promised for mail: slow, stale, rejects_writes, delays_reads, region_lost, rate_limited" in shown
    assert row(here, "stale") == "ledger stale review untried"


def test_a_workspace_that_promises_nothing_is_told_where_to_write_it(here):
    here.workspace({}, "")

    shown = here.type_inside("dependencies")
    assert shown.returncode == 2
    assert "promises nothing: write `dependencies:` into it" in shown.stderr


WRONG = {
    "tries: {ledgr: slow}": "faults.slow.tries.ledgr: gameday.yaml promises nothing of a dependency 'ledgr': "
    "did you mean `ledger`?",
    "tries: {ledger: slo}": "faults.slow.tries.ledger: gameday.yaml promises nothing for ledger when 'slo': "
    "did you mean `slow`?",
    "tries: {ledger: stale}": "warning: faults.slow.tries.ledger: gameday.yaml names no probe that shows this promise",
    "tries: {mail: down}": "refuses is good in the steady state, so it cannot show `then: stop`",
    "tires: {ledger: slow}": "unknown key: did you mean `tries`?",
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_promise_that_cannot_be_tried_is_one_clear_error(here, wrong):
    file = here.drill("slow-ledger", {"slow": SLOW.replace("tries: {ledger: slow}", wrong)}, steady_state="[refuses]")

    checked = here.type_inside("check", file)
    assert WRONG[wrong] in checked.stdout + checked.stderr, said(checked)
    assert checked.returncode == (0 if "warning" in WRONG[wrong] else 1), said(checked)


def test_two_faults_that_try_one_promise_are_told(here):
    file = here.drill("slow-ledger", {"slow": SLOW, "again": SLOW})

    checked = here.type_inside("check", file)
    assert "faults.again.tries.ledger: slow tries this one already" in checked.stdout + checked.stderr, said(checked)


@pytest.mark.parametrize("written", ["rate-limited", "rejects-writes", "Stale", "region lost", "rejects_write"])
def test_a_mode_that_is_almost_one_of_the_six_is_an_error(here, written):
    promise = f"dependencies: {{ledger: {{{written}: {{then: stop}}}}}}\n"
    here.workspace({}, promise)

    checked = here.type_inside("check")
    assert f"there is no mode '{written}': did you mean `" in checked.stdout + checked.stderr, said(checked)


def test_the_plan_shows_what_is_tried_and_by_which_probe(here):
    shown = here.type_inside("plan", here.drill("slow-ledger", {"slow": SLOW}))

    assert "ledger: slow" in shown.stdout, said(shown)
    assert "promise" in shown.stdout
