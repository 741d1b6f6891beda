"""Drills on a dependency behind `gameday proxy`, typed as a person would: no fault outlives them, whatever dies."""

import os
import signal

import pytest
from http_proxy_server import Dependency, HttpProxy
from servers import ask, wait_until
from workplace import Workplace, said

LIMITED = "{inject: http.rate_limit, with: {proxy: payments, retry_after: 3s}, duration: %s}"


@pytest.fixture(scope="module")
def proxy():
    with HttpProxy() as running:
        yield running


@pytest.fixture
def here(tmp_path, proxy):
    with Dependency() as dependency, Workplace(tmp_path) as place:
        place.dependency = dependency
        place.front = f"http://127.0.0.1:{proxy.create('payments', dependency.url)}"
        targets(place, proxy)
        yield place
    proxy.reset()


def targets(here, proxy, consent="payments"):
    here.workspace(
        {
            "payments-proxy": f'{{kind: http_proxy, with: {{url: "{proxy.url}"}}, consent: [{consent}]}}',
            "payments": f'{{kind: http, with: {{url: "{here.front}"}}}}',
        },
        "probes: {stock: {probe: http, target: payments, with: {path: /stock}, good: {status: 200}, every: 100ms}}\n",
    )


def faults(proxy):
    return proxy.shown("payments")["faults"]


FAULTS = {
    "http.stale": "{}",
    "http.rate_limit": "{retry_after: 2s}",
    "http.reject_writes": "{status: 405}",
    "http.delay_reads": "{delay: 100ms}",
}


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_comes_and_goes_by_command_and_leaves_the_proxy_as_it_was(here, proxy, fault):
    assert ask("GET", f"{here.front}/stock")[0] == 200
    given = FAULTS[fault].replace("{", "{proxy: payments, ", 1).replace(", }", "}")

    ran = here.type("run", here.drill("bent", {"bent": f"{{inject: {fault}, with: {given}, duration: 500ms}}"}))
    assert ran.returncode == 0, said(ran)
    assert faults(proxy) == []
    assert here.left_on() == []


def test_the_users_probe_sees_it_and_the_scorecard_says_so(here):
    file = here.drill("limited", {"limit": LIMITED % "1s"}, steady_state="[stock]", expect="{recovery: {within: 20s}}")

    ran = here.type("run", file)
    assert ran.returncode == 0, said(ran)
    rows = {row["measure"]: row for row in here.card()["rows"]}
    assert "status 429" in rows["first_symptom"]["result"]["why"]
    assert rows["recovery"]["verdict"] == "met"


def test_without_consent_nothing_is_hurt(here, proxy):
    targets(here, proxy, consent="another")

    refused = here.type("run", here.drill("limited", {"limit": LIMITED % "1s"}))
    assert refused.returncode == 2, said(refused)
    assert "write `consent: [another, payments]` into the target in gameday.yaml" in refused.stdout + refused.stderr
    assert faults(proxy) == []


def test_a_drill_that_is_killed_in_the_middle_leaves_no_fault(here, proxy):
    process = here.start("run", here.drill("limited", {"limit": LIMITED % "5m"}))
    here.until_on("limit")
    assert [each["type"] for each in faults(proxy)] == ["rate_limit"]
    os.kill(process.pid, signal.SIGKILL)

    wait_until(lambda: faults(proxy) == [], "its guards revert")
    here.ended(process)
    wait_until(lambda: here.left_on() == [], "the guards have recorded it", 30)


def test_when_all_of_us_are_killed_revert_mends_it_from_the_undo_log_alone(here, proxy):
    process = here.start("run", here.drill("limited", {"limit": LIMITED % "5m"}))
    here.until_on("limit")
    here.kill_with_its_guards(process)
    assert len(faults(proxy)) == 1

    reverted = here.type("revert", "--all")
    assert (reverted.returncode, faults(proxy)) == (0, []), said(reverted)


def test_what_is_past_its_end_is_found_and_taken_away_by_sweep(here, proxy):
    process = here.start("run", here.drill("limited", {"limit": LIMITED % "5m"}))
    here.until_on("limit")
    here.kill_with_its_guards(process)
    here.folder.joinpath(".gameday").rename(here.folder / "lost")

    swept = here.type("sweep")
    assert swept.returncode == 3, said(swept)
    assert "(rate_limit) on payments" in swept.stdout, said(swept)
    swept = here.type("sweep", "--revert")
    assert faults(proxy) == [], said(swept)


def test_responders_who_take_the_fault_off_are_recorded_as_those_who_cleared_it(here, proxy):
    process = here.start("run", here.drill("limited", {"limit": LIMITED % "5m"}))
    here.until_on("limit")
    (ours,) = faults(proxy)
    assert proxy.ask("DELETE", f"/proxies/payments/faults/{ours['name']}")[0] == 204

    ran = here.ended(process)
    assert ran.returncode == 0, said(ran)
    clear = [each for each in here.entries() if each["kind"] == "fault" and each["body"]["phase"] == "clear"]
    assert [each["body"]["by"] for each in clear] == ["responders"]


def test_a_proxy_that_is_restarted_in_the_middle_ends_the_fault_and_not_the_drill_badly(tmp_path):
    with Dependency() as dependency, HttpProxy() as proxy, Workplace(tmp_path) as here:
        here.front = f"http://127.0.0.1:{proxy.create('payments', dependency.url)}"
        targets(here, proxy)
        process = here.start("run", here.drill("limited", {"limit": LIMITED % "5m"}))
        here.until_on("limit")
        proxy.stop()
        proxy.start()

        ran = here.ended(process)
        assert ran.returncode == 0, said(ran)
        assert here.left_on() == []
