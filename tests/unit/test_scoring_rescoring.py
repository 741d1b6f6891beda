"""Two scorecards of one drill: nothing of the old one is lost, and each difference says why."""

from dataclasses import replace

from scoring_rooms import PAYMENTS, Drill, drill
from scoring_timelines import RUBRIC, good_drill

from scoring.facts import read
from scoring.rescoring import beside
from scoring.rubric import VERSION, ContainmentLimit, Rubric, TabletopLimit
from scoring.scorecard import score
from scoring.timeline import MESSAGE, SCORECARD


def rescored(told, now, then=None):
    card = score(told.entries).to_json()
    return beside({**card, **(then or {})}, score(told.entries, now), told.rubric, now)


def row(found, measure):
    return next(each for each in found.rows if each.measure == measure)


def test_the_same_limits_say_the_same():
    found = rescored(good_drill(), RUBRIC)

    assert not found.turned
    assert found.changed == ()
    assert {each.why for each in found.rows} == {""}


def test_a_stricter_limit_turns_a_verdict_and_says_what_it_was():
    found = rescored(good_drill(), replace(RUBRIC, alert=replace(RUBRIC.alert, within=1)))

    turned = row(found, "alert_detection")
    assert found.turned
    assert (turned.then.verdict, turned.now.verdict) == ("met", "missed")
    assert turned.why == "expected was within 0:10, is within 0:01"
    assert found.changed == ("alert",)


def test_what_is_asked_for_only_now_or_only_then_says_so():
    less = replace(RUBRIC, unharmed=None)
    told = good_drill(less)

    added, dropped = rescored(told, RUBRIC), rescored(good_drill(), less)

    assert row(added, "unharmed").then is None
    assert row(added, "unharmed").why == "not asked for then"
    assert row(dropped, "unharmed").now is None
    assert row(dropped, "unharmed").why == "no longer asked for"
    assert added.turned
    assert dropped.turned


def test_another_probe_of_which_an_old_drill_knows_nothing_is_unknown_and_not_missed():
    now = replace(RUBRIC, unharmed=replace(RUBRIC.unharmed, probes=("never-looked-at",)))
    found = row(rescored(good_drill(), now), "unharmed")

    assert (found.then.verdict, found.now.verdict) == ("met", "unknown")
    assert found.why == "never-looked-at was not looked at; changed: unharmed"


def test_a_harm_probe_of_which_only_turns_were_kept_is_unknown():
    told = drill(replace(PAYMENTS, containment=None)).act(20, "ana", "pause the export", "containment")
    told.harm({10: 6, 15: 9, 25: 9, 40: 9, 60: 9, 120: 1}).clear(300).ended(400)
    asks = replace(PAYMENTS, containment=ContainmentLimit(600, "errors", "up", 30))

    assert row(rescored(told, asks), "containment").now.why == "the drill did not keep each look at errors"
    kept = drill(asks).act(20, "ana", "pause the export", "containment")
    kept.harm({10: 6, 15: 9, 25: 9, 40: 9, 60: 9, 120: 1}).clear(300).ended(400)
    assert row(rescored(kept, asks), "containment").now.verdict == "met"


def test_other_questions_than_those_of_the_drill_are_unknown():
    asked = Rubric(tabletop=TabletopLimit(("What first?",), 300))
    told = Drill(asked).started()
    told.entries[-1].body["tabletop"] = True
    told.add(0, MESSAGE, {"message": "situation", "text": "It is gone.", "gives_away": []})
    told.team().mark(10, "ana", "decision", "checkout", answers=1).ended(300)

    found = row(rescored(told, Rubric(tabletop=TabletopLimit(("Who decides?",), 300))), "questions_decided")

    assert (found.then.verdict, found.now.verdict) == ("met", "unknown")
    assert found.why == "the drill asked other questions; changed: tabletop"


def test_a_card_of_an_older_rubric_is_shown_as_it_was_and_the_difference_names_the_rubric():
    told = good_drill()
    rows = [{**each, "result_text": "0:99"} for each in score(told.entries).to_json()["rows"]]
    gone = {"measure": "gone", "label": "gone", "verdict": "met", "result_text": "yes"}
    found = rescored(told, RUBRIC, {"rubric_version": 0, "rows": [*rows[1:], gone]})

    assert row(found, "gone").why == f"no longer asked for, or gone with rubric {VERSION}"
    assert row(found, rows[0]["measure"]).why == f"not asked for then, or new in rubric {VERSION}"
    assert row(found, "recovery").why == f"changed: rubric {VERSION}"
    assert row(found, "recovery").then.result == "0:99"


def test_a_card_that_is_kept_on_the_timeline_changes_no_measure():
    told = drill(PAYMENTS).team().clear(80).ended(100)
    before = score(told.entries).to_json()
    told.add(5000, SCORECARD, {"made": "rescored", "card": before, "rubric": {}})

    assert score(told.entries).to_json() == before
    assert SCORECARD not in {each.kind for each in read(told.entries).entries}
