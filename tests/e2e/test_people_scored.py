"""What people type while a drill runs is all that the measures of people need."""

import json

import pytest
from terminals import Staging, wait_for

KEY = """\
answer:
  journey: a paid order is confirmed
  state: degraded
  data_risk: []
  harmed: [eu-web]
  safe: [us-web]
  cause: ["a worker was killed", "worker died"]
  unsafe_actions: ["restart all workers at once"]
  runbook: kill-worker
expect:
  noticed: {within: 4m}
  shared_picture: {within: 4m}
  containment: {within: 1m, harm: flag-good}
  updates: {every: 4m}
  runbook_steps: {worked: 100%}
time_limit: 5m
"""


def picture(harmed, safe):
    return [
        *("picture", "set", "--journey", "paid orders are not confirmed", "--state", "degraded", "--data-risk", "none"),
        *("--harmed", harmed, "--safe", safe, "--hypothesis", "one worker died"),
        *("--unsafe", "restart all workers at once", "--next", "wait or restart one"),
    ]


@pytest.fixture
def here(tmp_path):
    made = Staging(tmp_path)
    yield made
    made.end()


def looked(here):
    return len([each for each in here.entries() if each["kind"] == "probe" and each["body"]["probe"] == "flag-good"])


def rows(ana):
    card = json.loads(ana.type("score", "1", "--json").out)
    return {row["measure"]: (row["result_text"], row["verdict"], row["result"]["why"]) for row in card["rows"]}


def scored(ana, running):
    ana.type("declare", "recovered")
    ana.type("declare", "stood-down")
    running.communicate(timeout=30)
    return rows(ana)


def test_a_drill_worked_from_three_terminals_becomes_its_scorecard(here):
    running = here.run(here.scenario(more=KEY))
    ana, li, jo = (here.terminal(GAMEDAY_AS=name) for name in ("ana", "li", "jo"))
    for desk, name, role in ((ana, "ana", "commander"), (li, "li", "scribe"), (jo, "jo", "lead")):
        assert desk.type("join", "--as", name, "--role", role).code == 0
    wait_for(lambda: looked(here) >= 1)
    here.flag.write_text("bad\n")
    assert jo.type("mark", "observation", "orders wait", "--at", "1s").code == 0
    assert ana.type("declare", "incident").code == 0
    before = looked(here)
    wait_for(lambda: looked(here) >= before + 3)
    assert jo.type("mark", "action", "paused the export job", "--for", "containment").code == 0
    assert (
        jo.type("mark", "action", "restart worker 2", "--for", "mitigation", "--expect", "flag-good", "--by", "2m").code
        == 0
    )
    asked = li.type("mark", "question", "since when?", "--to", "jo", "--due", "2m").seq
    answer = ["mark", "answer", "14:03", "--question", asked, "--verdict", "confirmed", "--evidence", here.flag]
    assert jo.type(*answer).code == 0
    assert li.type(*picture("eu-web", "us-web")).code == 0
    assert ana.type("picture", "ack").code == jo.type("picture", "ack").code == 0
    assert (
        ana.type("mark", "update", "x", "--known", "a", "--unknown", "b", "--decides", "ana", "--next", "3m").code == 0
    )
    assert jo.type("step", "kill-worker", "1", "worked").code == 0
    contained = looked(here)
    wait_for(lambda: looked(here) >= contained + 65)
    here.flag.write_text("good\n")
    mended = looked(here)
    wait_for(lambda: looked(here) >= mended + 3)

    found = scored(ana, running)

    assert {name: verdict for name, (_, verdict, _) in found.items() if verdict != "not judged"} == {
        "noticed": "met",
        "shared_picture": "met",
        "picture_right": "met",
        "containment": "met",
        "updates": "met",
        "runbook_steps": "met",
        "faults_left": "met",
    }
    assert found["questions"][0] == found["cohort_recall"][0] == found["cohort_precision"][0] == "100%"
    assert found["mitigation"][2] == "jo: restart worker 2; flag-good was good in time"
    assert found["runbook_steps"][2] == "1 of 1 of kill-worker worked; never tried: 2 Start it"
    assert found["right_guess"][2] == "li: one worker died"
    assert found["unsafe_action"][0] == "0"


def test_two_who_agree_on_the_wrong_impact_shared_it_and_missed_it(here):
    running = here.run(here.scenario(more=KEY))
    ana, li = (here.terminal(GAMEDAY_AS=name) for name in ("ana", "li"))
    for desk, name in ((ana, "ana"), (li, "li")):
        assert desk.type("join", "--as", name, "--role", "specialist").code == 0
    assert li.type(*picture("us-web", "eu-web")).code == 0
    assert ana.type("picture", "ack").code == 0

    found = scored(ana, running)

    assert found["shared_picture"][1] == "met"
    assert found["picture_right"][1] == "missed"
    assert found["picture_right"][2] == (
        "wrong: harmed 'us-web' (us-web too many; eu-web not named); safe 'eu-web' (eu-web too many; us-web not named)"
    )
