"""What people enter changes a running drill: what it looks at, how long it waits, whether the fault returns."""

import json
import re

import pytest
from terminals import Staging, wait_for

RELAPSE = "expect:\n  relapse: {after: 300ms, duration: 2s}\ntime_limit: 90s\n"


@pytest.fixture
def here(tmp_path):
    made = Staging(tmp_path)
    yield made
    made.end()


@pytest.fixture
def desk(here):
    return here.terminal(GAMEDAY_AS="ana")


def phases(here):
    """Every word on faults: change, phase, who ended it, and whether it is the second life."""
    return [
        (each["body"]["change"], each["body"]["phase"], each["body"]["by"], each["body"].get("relapse", False))
        for each in here.entries()
        if each["kind"] == "fault"
    ]


def looks(here, probe):
    return [each for each in here.entries() if each["kind"] == "probe" and each["body"]["probe"] == probe]


def texts(here, *kinds):
    return [each["body"]["text"] for each in here.entries() if each["kind"] in kinds]


def was_good(each):
    return each["body"]["good"]


def ended(here):
    return next((each["body"] for each in here.entries() if each["body"].get("state") == "ended"), None)


def end_of(process):
    out, err = process.communicate(timeout=30)
    return process.returncode, out + err


def heard(process, text):
    """Read what the drill shows until it shows this."""
    while text not in (line := process.stdout.readline()):
        assert line, f"the drill ended without {text!r}"


def clean(here):
    return here.victim.read_text() == "as it was\n"


def test_what_an_action_promises_is_looked_at_from_then_on_and_each_look_is_kept_until_it_is_due(here, desk):
    here.flag.write_text("bad\n")
    here.run(here.scenario())
    assert looks(here, "flag-good") == []

    entry = json.loads(
        desk.type("mark", "action", "mend", "--expect", "flag-good", "--by", "5s", "--json").out,
    )
    wait_for(lambda: len(looks(here, "flag-good")) >= 3)
    here.flag.write_text("good\n")
    wait_for(lambda: looks(here, "flag-good")[-1]["at"] >= entry["at"] + 5 * 10**9)

    seen = looks(here, "flag-good")
    assert seen[0]["body"]["good"] is False
    assert seen[-1]["body"]["good"] is True
    assert len([each for each in seen if each["at"] < entry["at"] + 5 * 10**9]) >= 4
    assert len([each for each in seen if each["at"] >= entry["at"] + 5 * 10**9]) == 1
    assert len({each["body"].get("evidence") for each in seen} - {None}) == 2
    assert seen[0]["at"] - entry["at"] < 2 * 10**9


def test_a_promised_probe_that_cannot_be_looked_at_gives_no_answer_and_stops_nothing(here, desk):
    settings = here.folder / "gameday.yaml"
    settings.write_text(settings.read_text() + "  far: {probe: http, target: nowhere, with: {path: /}}\n")
    running = here.run(here.scenario())

    assert desk.type("mark", "action", "mend", "--expect", "far", "--by", "5s").code == 0

    wait_for(lambda: looks(here, "far"))
    seen = looks(here, "far")[0]["body"]
    assert (seen["good"], "cannot be looked at" in seen["why"]) == (None, True)
    assert running.poll() is None


def test_each_look_at_the_harm_is_kept_with_its_value(here):
    running = here.run(here.scenario(more="expect:\n  containment: {within: 5m, harm: flag-good}\n"))

    wait_for(lambda: len(looks(here, "flag-good")) >= 4)
    running.terminate()

    assert end_of(running)[1].count("flag-good: good") == 1
    assert {was_good(each) for each in looks(here, "flag-good")} == {True}
    assert [each["body"].get("evidence") is not None for each in looks(here, "flag-good")[:3]] == [
        True,
        False,
        False,
    ]


def test_after_a_declared_recovery_the_fault_comes_once_more_and_is_taken_back(here, desk):
    running = here.run(here.scenario(duration="300ms", more=RELAPSE))
    wait_for(lambda: clean(here))

    desk.type("declare", "recovered")
    wait_for(lambda: "gameday-1" in here.victim.read_text())
    desk.type("declare", "recovered", "again")
    code, out = end_of(running)

    assert code in {0, 1}, out
    assert clean(here)
    assert phases(here) == [
        ("quiet", "injecting", "us", False),
        ("quiet", "active", "us", False),
        ("quiet", "clear", "us", False),
        ("quiet.relapse", "injecting", "us", True),
        ("quiet.relapse", "active", "us", True),
        ("quiet.relapse", "clear", "us", True),
    ]
    assert ended(here)["outcome"] == "completed"
    assert desk.type("verify").code == 0
    assert desk.type("status").out == "nothing is on\n"


def test_a_drill_killed_in_its_relapse_is_reverted_by_its_guards_and_says_which_life_it_was(here, desk):
    running = here.run(here.scenario(duration="300ms", more=RELAPSE.replace("2s", "60s")))
    wait_for(lambda: clean(here))
    desk.type("declare", "recovered")
    wait_for(lambda: ("quiet.relapse", "active", "us", True) in phases(here))

    running.kill()
    running.communicate(timeout=10)

    wait_for(lambda: clean(here), 5.0)
    wait_for(lambda: desk.type("status").out == "nothing is on\n")
    assert "process died" in desk.type("log").out
    assert phases(here)[-1] == ("quiet.relapse", "clear", "guard", True)


def test_stop_takes_a_relapse_back_and_none_comes_after_it(here, desk):
    running = here.run(here.scenario(duration="300ms", more=RELAPSE.replace("2s", "60s")))
    wait_for(lambda: clean(here))
    desk.type("declare", "recovered")
    wait_for(lambda: "gameday-1" in here.victim.read_text())

    stopped = desk.type("stop", "--reason", "real page")

    assert (stopped.code, "quiet.relapse: reverted" in stopped.out) == (0, True)
    assert clean(here)
    assert end_of(running)[0] == 4


def test_a_relapse_on_a_target_that_is_no_longer_clean_is_not_forced_and_voids_nothing(here, desk):
    running = here.run(here.scenario(duration="300ms", more=RELAPSE))
    wait_for(lambda: clean(here))
    here.victim.write_text("gameday-9: somebody else's\n")

    desk.type("declare", "recovered")
    _, out = end_of(running)

    assert ended(here)["outcome"] == "completed", out
    assert "the relapse did not take effect" in out
    assert here.victim.read_text() == "gameday-9: somebody else's\n"
    assert [each[0] for each in phases(here)] == ["quiet"] * 3


def test_a_recovery_that_is_taken_back_in_time_brings_no_relapse(here, desk):
    here.run(here.scenario(duration="300ms", more=RELAPSE.replace("300ms", "3s")))
    wait_for(lambda: clean(here))
    seq = desk.type("declare", "recovered").seq
    desk.type("declare", "contained", "not yet", "--corrects", seq)

    desk.type("declare", "stood-down")
    wait_for(lambda: ended(here))

    assert [each[0] for each in phases(here)] == ["quiet"] * 3


def test_a_recovery_declared_too_late_for_a_whole_relapse_brings_none_and_says_so(here, desk):
    running = here.run(here.scenario(duration="300ms", more=RELAPSE.replace("90s", "8s").replace("2s", "30s")))
    wait_for(lambda: clean(here))

    desk.type("declare", "recovered")
    _, out = end_of(running)

    assert "no relapse: recovery was declared so late" in out
    assert [each[0] for each in phases(here)] == ["quiet"] * 3


def test_standing_down_takes_the_fault_back_and_ends_the_drill_without_a_stop(here, desk):
    running = here.run(here.scenario(more="expect:\n  updates: {every: 5m}\n"))

    desk.type("declare", "stood-down", "enough seen")
    _, out = end_of(running)

    assert clean(here)
    assert ended(here)["outcome"] == "completed"
    assert [each["kind"] for each in here.entries() if each["kind"] == "stop"] == []
    assert "ana stood the room down" in out
    assert "nothing is on" in desk.type("status").out


def test_with_a_person_a_drill_waits_for_what_it_asks_of_people_and_ends_once_that_is_there(here, desk):
    li = here.terminal(GAMEDAY_AS="li")
    path = here.scenario(duration="300ms", more="expect:\n  noticed: {within: 60s}\n  updates: {every: 60s}\n")
    running = here.run(path)
    wait_for(lambda: clean(here))
    assert desk.type("join", "--as", "ana", "--role", "commander").code == 0
    assert desk.type("mark", "observation", "the file changed").code == 0
    assert running.poll() is None
    assert li.type("mark", "update", "all is well").code == 0
    assert running.poll() is None

    desk.type("declare", "recovered")

    _, out = end_of(running)
    assert ended(here)["outcome"] == "completed", out


def test_without_a_person_nobody_is_waited_for(here):
    running = here.run(here.scenario(duration="300ms", more="expect:\n  updates: {every: 5m}\n"), "--no-person")

    _, out = end_of(running)

    assert ended(here)["outcome"] == "completed", out


def test_a_message_that_nobody_answers_in_time_is_sent_again_in_other_words(here, desk):
    reply = "reply: {kind: update, within: 700ms, otherwise: the largest shop calls again}"
    more = "messages:\n" + "".join(
        f"  {name}: {{when: {when}, from: {name}, text: three shops call, {reply}}}\n"
        for name, when in (("shops", "0s"), ("press", "60s after shops"))
    )
    here.run(here.scenario(more=more))
    desk.type("mark", "observation", "this is no update")

    wait_for(lambda: "shops to all: the largest shop calls again" in desk.type("room").out)

    assert texts(here, "message") == ["three shops call", "the largest shop calls again"]


def test_a_message_that_is_answered_in_time_is_not_followed_up(here, desk):
    reply = "reply: {kind: update, within: 5s, otherwise: the largest shop calls again}"
    more = f"messages:\n  shops: {{when: 0s, text: three shops call, {reply}}}\n"
    more += "  later: {when: 5500ms after shops, text: good night}\n"
    here.run(here.scenario(more=more))
    desk.type("mark", "update", "we know")

    wait_for(lambda: re.search("good night", desk.type("room").out))

    assert texts(here, "message") == ["three shops call", "good night"]


HINT = """\
answer: {cause: ["slow database", "database latency"], next_decision: roll back or wait}
messages:
  hint: {when: by hand, gives_away: [hypothesis], text: look at the database}
"""


@pytest.mark.parametrize(
    ("guess", "told"),
    [
        ("the slow database", "hint is not sent: the room has found what it would give away"),
        ("the network", "look at the database"),
    ],
)
def test_a_hint_is_sent_unless_the_room_has_found_what_it_gives_away(here, desk, guess, told):
    running = here.run(here.scenario(more=HINT))
    desk.type("mark", "guess", guess)
    heard(running, "GUESS")

    desk.type("start", "hint")

    wait_for(lambda: texts(here, "message", "note"))
    assert texts(here, "message", "note") == [told]
