"""`gameday plan` and `--rehearse`: all that a drill would do, seen at the real targets, and nothing is touched."""

import json
from collections.abc import Iterator

import pytest
from real_targets import Staging, opened
from workplace import Workplace, said


@pytest.fixture(scope="module")
def staging() -> Iterator[Staging]:
    with opened() as made:
        yield made


@pytest.fixture
def here(tmp_path, staging, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    with Workplace(tmp_path) as place:
        place.workspace(staging.targets)
        yield place


FAULTS = {
    "slow": "{inject: toxiproxy.latency, with: {proxy: payments, latency: '${how}'}, duration: 5s}",
    "cut": "{inject: toxiproxy.down, with: {proxy: payments}, when: 0s after slow ends, duration: 5s}",
    "pause": "{inject: nats.pause_consumer, with: {stream: orders, consumer: workers}, when: 1s, duration: 5s}",
    "full": "{inject: nats.refuse_writes, with: {stream: orders}, when: 1s after pause ends, duration: 5s}",
    "kill": "{inject: process.kill, select: 30%, when: 2s}",
    "stop": "{inject: process.stop, when: 1m after kill, duration: 5s}",
    "hand": "{inject: process.keep_down, when: by hand, duration: 5s}",
    "quiet": "{inject: noop, duration: 5s}",
}
PROBES = """{
  pays: {probe: http, with: {path: /pay}, good: {status: 200, json: {state: paid}}},
  charges: {probe: http, with: {path: /pay, method: POST}, good: {status: 200}, writes: true, cohort: web},
  three: {probe: process.count, good: {equals: 3}, every: 2s, for: 3s}}"""


def everything(here: Workplace):
    return here.drill(
        "everything",
        FAULTS,
        vars="{how: 800ms}",
        probes=PROBES.replace("\n", " "),
        steady_state="[pays, three]",
        stop_unless="[three]",
        expect="{alert: {name: PaymentsSlow, within: 1m}, recovery: {within: 2m, negative_checks: [charges]}}",
        messages="{ticket: {when: 10s after slow, from: ann, text: 'It does not work'}}",
    )


def test_a_plan_shows_what_it_would_hit_and_every_value_after_defaults(here):
    shown = here.type_inside("plan", everything(here))

    assert shown.returncode == 0, said(shown)
    lines = [" ".join(each.split()) for each in shown.stdout.splitlines()]
    for line in (
        "service orders, environment staging, level 1, " + str(here.folder / "scenarios" / "everything.yaml"),
        "responders are told: Drill on orders",
        "variables: how: 800ms",
        "slow toxiproxy.latency proxy payments 0s 5s "
        "proxy: payments, stream: downstream, toxicity: 100%, latency: 800ms, jitter: 0s",
        "cut toxiproxy.down proxy payments 0s after slow ends 5s proxy: payments",
        "pause nats.pause_consumer broker orders/workers 1s 5s stream: orders, consumer: workers",
        "kill process.kill pool worker-1 (select 30% of 3) 2s once",
        "stop process.stop pool worker-1 (select 1 of 3) 1m after kill 5s",
        "hand process.keep_down pool worker-1 (select 1 of 3) by hand 5s",
        "three process.count pool equals: 3 live processes 3 good 3s 2s 3s steady state, stop condition",
        "charges http shop status: 200 not read: it writes 0s 5s 3s negative check, cohort web "
        "method: POST, path: /pay",
        "ticket 10s after slow ann the room It does not work",
        "alert name: PaymentsSlow, within: 1m",
        "recovery within: 2m, criteria: [pays, three], negative_checks: [charges], watch: 0s",
        "pages webhook can be heard",
        "started by hand: hand (`gameday start NAME`)",
        "nothing would refuse it now",
    ):
        assert line in lines, (line, shown.stdout)


def test_a_plan_for_a_program_holds_the_same(here):
    told = json.loads(here.type_inside("plan", everything(here), "--json", "--set", "how=1s").stdout)

    assert told["refusals"] == []
    assert (told["time_limit"], told["vars"], told["needs_a_hand"]) == (120.0, {"how": "1s"}, ["hand"])
    kill = told["faults"]["kill"]
    assert (kill["candidates"], kill["selected"]) == (["worker-1", "worker-2", "worker-3"], ["worker-1"])
    assert (kill["duration"], kill["select"]) == (None, "30%")
    assert told["faults"]["slow"]["with"] == {
        "proxy": "payments",
        "stream": "downstream",
        "toxicity": 1.0,
        "latency": 1.0,
        "jitter": 0.0,
    }
    assert told["probes"]["three"]["now"] == {"good": True, "value": 3, "why": "live processes 3"}
    assert told["probes"]["charges"]["now"] is None
    assert told["sources"] == {"pages": {"now": ""}}


def test_plan_check_and_rehearse_write_nothing_anywhere_counted_at_the_servers(here, staging):
    path = everything(here)
    files = sorted(here.folder.rglob("*"))
    before, requests, started = staging.state(), len(staging.shop.requests), staging.workers.calls("start")

    assert here.type_inside("check").returncode == 0
    assert here.type_inside("plan", path).returncode == 0
    rehearsed = here.type_inside("run", "--rehearse", path)

    assert rehearsed.returncode == 0, said(rehearsed)
    assert (staging.proxies.writes(), staging.streams.writes(), staging.workers.calls("stop")) == (0, 0, 0)
    assert staging.proxies.calls
    assert staging.streams.requests
    assert staging.workers.calls("start") == started
    assert staging.state() == before
    assert all(each.startswith(b"GET ") for each in staging.shop.requests[requests:])
    assert len(staging.shop.requests) > requests
    assert sorted(here.folder.rglob("*")) == files


def test_a_rehearsal_says_what_is_ready_and_how_many_writes_it_made(here):
    rehearsed = here.type_inside("run", "--rehearse", everything(here))

    lines = rehearsed.stdout.splitlines()
    ready = [each for each in lines if ": consent given, clean; " in each]
    assert [each.partition(":")[0] for each in ready] == list(FAULTS)
    assert all(each.endswith(("proved only when it runs, before anything is injected", "reverted")) for each in ready)
    assert "charges: not read, because it writes" in lines
    assert "pays: good: status 200" in rehearsed.stdout
    assert "pages: alerts can be heard" in lines
    assert lines[-1] == "writes made: 0"


def test_a_rehearsal_without_a_person_refuses_what_waits_for_one(here):
    rehearsed = here.type_inside("run", "--rehearse", "--no-person", everything(here))

    assert rehearsed.returncode == 2
    assert "would be refused: hand starts by hand, and this run has no person" in rehearsed.stdout


def test_everything_that_would_refuse_it_is_said_at_once_and_the_plan_is_shown_all_the_same(here):
    faults = {
        "slow": "{inject: toxiproxy.latency, with: {proxy: orders, latency: 1s}, duration: 5s}",
        "pause": "{inject: nats.pause_consumer, with: {stream: orders, consumer: nobody}, duration: 5s}",
    }
    path = here.drill(
        "refused", faults, probes="{five: {probe: process.count, good: {equals: 5}}}", stop_unless="[five]"
    )
    assert here.type_inside("lever", "engage", "--reason", "real page").returncode == 0

    shown = here.type_inside("plan", path)

    assert shown.returncode == 2
    refusals = shown.stdout.partition("would be refused:\n")[2].splitlines()
    assert len(refusals) == 4, shown.stdout
    assert "slow: orders of proxy has given no consent" in refusals[0]
    assert "pause: the stream orders has no consumer nobody; it has workers" in refusals[1]
    assert "gameday lever release --reason WHY" in refusals[2]
    assert "five is bad: live processes 3, wanted 5" in refusals[3]
    rehearsed = here.type_inside("run", "--rehearse", path)
    assert rehearsed.returncode == 2
    assert rehearsed.stdout.count("would be refused: ") == 4


def test_a_game_day_is_planned_part_by_part_with_what_each_sets(here):
    here.drill("one", {"quiet": "{inject: noop, when: '${wait}', duration: 1s}"}, vars="{wait: 0s}")
    here.drill("two", {"quiet": "{inject: noop, duration: 1s}"}, service="ledger")
    (here.folder / "scenarios" / "day.yaml").write_text(
        "game_day: day\ntitle: Two\nparts:\n"
        "  first: {scenario: one, when: 0s, set: {wait: 7s}}\n  second: {scenario: two, when: 1m after first}\n"
    )

    shown = here.type_inside("plan", "scenarios/day.yaml")
    told = json.loads(here.type_inside("plan", "scenarios/day.yaml", "--json").stdout)

    assert shown.returncode == 0, said(shown)
    assert [each["scenario"] for each in told] == ["one", "two"]
    assert told[0]["faults"]["quiet"]["when"] == "7s"


def test_what_another_drill_holds_is_told_before_the_run(here, staging):
    running = here.start("run", here.drill("long", {"stop": "{inject: process.stop, duration: 2m}"}))
    while "stop is on" not in (line := running.stdout.readline()):
        assert line, running.communicate()

    same_target = here.type_inside("plan", here.drill("other", {"kill": "{inject: process.kill}"}, service="ledger"))
    same_service = here.type_inside("plan", here.drill("third", {"quiet": "{inject: noop, duration: 1s}"}))
    running.terminate()
    ended = here.ended(running)

    assert ended.returncode == 143, said(ended)
    assert (same_target.returncode, same_service.returncode) == (2, 2)
    assert "worker-1 is in another drill (process " in same_target.stdout
    assert "service orders of " in same_service.stdout
    assert "is in another drill" in same_service.stdout
    assert all(each == ["live"] * 3 for each in staging.workers.state().values())
