"""The measures of people, each at its edges; the worked drills are in their own file. Seconds count from the effect."""

from dataclasses import replace

import pytest
from scoring_rooms import KEY, PAYMENTS, Drill, drill, fault_of, phrase
from scoring_timelines import ns

from scoring.facts import read
from scoring.measures import MEASURES
from scoring.measures.questions_decided import questions_decided
from scoring.result import Known, Missed, Unknown
from scoring.rubric import ContainmentLimit, RecoveryLimit, Rubric, TabletopLimit, UnharmedLimit
from scoring.scorecard import score

NO_KEY = replace(PAYMENTS, answer={})
FLAT = {0: 2, 20: 10, 60: 10, 70: 10, 80: 10, 100: 10}


def three(seconds=900, by="us", rubric=PAYMENTS):
    return fault_of(seconds, by, rubric).team()


def found(told, measure):
    return told.rows()[measure].result


# --- shown or not ------------------------------------------------------------------------


def test_one_responder_is_enough_for_the_rows_of_people_and_nobody_for_none_that_was_not_asked_for():
    people = {each.name for each in MEASURES if each.of_people and each.shown != "asked"}

    assert people <= set(fault_of(900).join(5, "ana").ended(1500).rows())
    assert people & set(fault_of(900, rubric=Rubric()).ended(1500).rows()) == set()


def test_nobody_took_part_is_unknown_where_the_scenario_asks():
    rows = fault_of(900).ended(1500).rows()

    asked = {name for name, row in rows.items() if row.result == Unknown("nobody took part")}
    assert asked == {"noticed", "shared_picture", "containment", "updates", "runbook_steps"}


def test_a_drill_nobody_took_part_in_is_judged_by_the_same_expectations_as_before_there_were_people():
    judged = [row.measure for row in fault_of(900).ended(1500).card().judged]

    assert "picture_right" not in judged
    assert "unsafe_action" not in judged
    assert "early_declaration" not in judged


def test_a_tabletop_has_the_rows_of_people_alone_and_counts_from_its_situation():
    told = Drill(replace(PAYMENTS, tabletop=TabletopLimit(("What first?",), 300))).started()
    told.entries[-1].body["tabletop"] = True
    told.add(10, "message", {"message": "situation", "sender": "ana", "to": [], "text": "the region is gone"})
    told.team().mark(40, "li", "decision", "we protect checkout first").ended(1500)
    rows = told.rows()

    assert phrase(rows["noticed"]) == "0:30 met"
    assert set(rows) == {each.name for each in MEASURES if each.of_people}


def test_a_tabletop_without_its_situation_counts_from_its_start_and_one_that_died_to_its_last_word():
    told = Drill(PAYMENTS).started().team()
    told.entries[0].body["tabletop"] = True
    told.mark(50, "li", "handoff", "over to jo", to="jo")

    assert found(told, "noticed") == Unknown("the drill has not ended: nobody entered anything up to 0:50")


def test_a_drill_without_questions_has_none_to_decide():
    told = fault_of(900).ended(1500)
    assert questions_decided(read(told.entries, told.rubric), told.rubric) == Unknown("this drill asks no questions")


# --- noticed, declared -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("told", "why"),
    [
        (three().mark(30, "li", "guess", "the database"), "li: guess"),
        (three().picture(30, "li"), "li: picture"),
        (three().declare(30, "li", "incident"), "li: declaration"),
        (three().severity(30, "li", 1), "li: severity"),
        (three().step(30, "li", 1, "worked"), "li: step"),
        (three().person(30, "severity", "li", {"text": "bad"}), "li: an entry"),
    ],
)
def test_whatever_a_responder_enters_about_it_shows_that_they_noticed(told, why):
    assert found(told.ended(1500), "noticed") == Known(30.0, why=why, detail=found(told, "noticed").detail)


def test_who_noticed_earlier_by_their_own_word_and_who_entered_first_bound_the_truth():
    told = three().mark(100, "li", "observation", "slow").mark(120, "jo", "observation", "slow", noticed=60).ended(1500)

    assert phrase(told.rows()["noticed"]) == "1:00 to 1:40 met"


def test_between_the_call_and_its_confirmed_effect_counts_as_zero():
    assert found(three().mark(-1, "li", "observation", "slow").ended(1500), "noticed").value == 0.0
    assert isinstance(found(three().mark(-5, "li", "observation", "slow").ended(1500), "noticed"), Missed)


def test_a_hint_before_the_fault_or_about_something_else_gives_nothing_away():
    told = three().hint(-5, "impact").hint(10, "next_decision").mark(60, "li", "observation", "slow").ended(1500)

    assert found(told, "noticed").value == 60.0


def test_a_mark_that_its_author_takes_back_was_never_made():
    told = three().mark(60, "li", "guess", "the cache").mark(200, "jo", "observation", "slow").ended(1500)
    seq = next(each.seq for each in told.entries if each.body.get("text") == "the cache")

    assert found(told, "noticed").value == 60.0
    assert found(told.withdraw(210, "li", seq), "noticed").value == 200.0
    assert found(told, "guesses").value == 0.0


def test_nobody_takes_back_what_another_said():
    told = three().mark(60, "li", "guess", "the cache")
    seq = told.entries[-1].seq
    told.mark(90, "jo", "guess", "the deploy", corrects=seq).ended(1500)

    assert found(told, "guesses").value == 2.0


def test_a_fault_whose_last_word_is_of_another_version_has_no_time_to_clear():
    told = drill().team().fault(100, "resting").ended(1500)

    assert found(told, "time_to_clear") == Unknown("nothing is known to have cleared")


# --- shared picture, and whether it was right --------------------------------------------


def shared(**changed):
    return three().picture(200, "ana", **changed).ack(260, "li").ack(370, "jo").ended(1500)


def test_the_shared_picture_says_which_revision_who_and_how_many():
    assert found(shared(), "shared_picture") == Known(
        370.0,
        why="revision 1: ana, jo, li, 3 of 3 present",
        detail={"revision": 1, "agreed": ["ana", "jo", "li"], "present": ["ana", "jo", "li"], "needed": 3},
    )


@pytest.mark.parametrize(
    ("told", "why"),
    [
        (three(), "nobody set a picture"),
        (three().picture(100, "ana", safe=None, next=None), "revision 1 is incomplete, safe, next missing"),
        (three().picture(100, "ana").ack(200, "li"), "revision 1: 2 of 3 shared it, 3 are needed"),
        (three().picture(-10, "ana").ack(-9, "li").ack(10, "jo"), "nobody set a picture"),
        (three().ack(100, "ana", 7), "nobody set a picture"),
    ],
)
def test_a_picture_that_was_not_shared_says_how_far_it_came(told, why):
    assert found(told.ended(1500), "shared_picture") == Missed(1500.0, why)


def test_nobody_there_shares_nothing_and_a_room_of_two_needs_both():
    gone = fault_of(900).join(-9, "ana").join(-9, "li").leave(-5, "ana").leave(-5, "li").ended(1500)
    two = fault_of(900).join(-9, "ana").join(-9, "li").picture(100, "ana")

    assert found(gone, "shared_picture") == Unknown("no responder was there, and a picture is shared by at least two")
    assert isinstance(found(two.ended(1500), "shared_picture"), Missed)
    assert found(two.ack(150, "li"), "shared_picture").value == 150.0


def test_four_fifths_of_ten_are_eight_and_never_nine():
    names = [f"r{number}" for number in range(10)]
    told = fault_of(900).team(-10, *names).picture(100, names[0])
    for offset, name in enumerate(names[1:8], 1):
        told.ack(100 + offset, name)

    assert found(told.ended(1500), "shared_picture").value == 107.0


def test_who_disagrees_with_another_revision_still_holds_their_own():
    told = three().picture(100, "ana").ack(110, "li").picture(120, "jo", 2).ack(130, "li", 2, agrees=False)

    assert found(told.ack(140, "jo", 1).ended(1500), "shared_picture").value == 140.0


def test_a_picture_that_was_corrected_cannot_be_shared():
    told = three().picture(100, "ana")
    seq = told.entries[-1].seq
    told.picture(105, "ana", 2, corrects=seq).ack(110, "li").ack(120, "jo").ended(1500)

    assert isinstance(found(told, "shared_picture"), Missed)


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"state": "down"}, "wrong: state 'down'"),
        ({"data_risk": []}, "wrong: data risk 'none' (duplicates not named)"),
        ({"data_risk": ["duplicates", "delayed"]}, "wrong: data risk 'duplicates, delayed' (delayed too many)"),
        ({"harmed": ["us-web", "Europe"]}, "wrong: harmed 'us-web, Europe' (us-web too many; eu-web not named)"),
        ({"safe": ["eu-web", "us-web"]}, "wrong: safe 'eu-web, us-web' (eu-web too many)"),
        ({"journey": "customers pay normally"}, "wrong: journey 'customers pay normally'"),
        ({"unsafe": []}, "wrong: unsafe 'none' (not named: raise the pool size; fail over payments-db)"),
    ],
)
def test_one_wrong_part_makes_the_picture_wrong_and_is_named(changed, why):
    result = found(shared(**changed), "picture_right")

    assert (result.censored_at, result.why) == (370.0, why)
    assert [name for name, part in result.detail.items() if part["right"] is False] == list(changed)


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"journey": "checkout is broken"}, "journey 'checkout is broken'"),
        ({"harmed": ["shoppers in Europe"]}, "harmed 'shoppers in Europe' (no known cohort: shoppers in Europe)"),
        ({"safe": ["everybody but eu-web"]}, "safe 'everybody but eu-web' (no known cohort: everybody but eu-web)"),
        ({"unsafe": ["raise the pool size"]}, "unsafe 'raise the pool size' (not named: fail over payments-db)"),
    ],
)
def test_what_words_cannot_tell_is_unknown_and_shown_to_a_reader(changed, why):
    result = found(shared(**changed), "picture_right")

    assert isinstance(result, Unknown)
    assert result.why == f"words cannot tell: {why}"
    assert result.detail[next(iter(changed))]["right"] is None


@pytest.mark.parametrize(
    "changed",
    [
        {"harmed": ["EU web customers"]},
        {"safe": ["us_web", "eu-browse"]},
        {"journey": "Customers can't pay"},
        {"hypothesis": "the database is slow"},
        {"unsafe": ["raising the pool size", "failing over", "purging queues"]},
    ],
)
def test_other_words_for_the_same_are_right(changed):
    assert phrase(shared(**changed).rows()["picture_right"]) == "yes met"


def test_a_key_of_small_words_alone_can_be_matched_by_nothing():
    told = three(rubric=replace(PAYMENTS, answer={"journey": "it is", "state": "slow"}))
    told.picture(200, "ana", journey="it is").ack(260, "li").ack(370, "jo").ended(1500)

    assert found(told, "picture_right").why == "words cannot tell: journey 'it is'"


def test_only_what_the_key_has_is_compared_and_what_nobody_said_is_wrong():
    short = replace(PAYMENTS, answer={"state": "slow", "next_decision": "shed load"})
    told = three(rubric=short).picture(200, "ana", journey="?", harmed=["x"]).ack(260, "li").ack(370, "jo").ended(1500)
    bare = three(rubric=replace(PAYMENTS, answer={"next_decision": "shed load"})).picture(200, "ana").ack(260, "li")

    assert list(found(told, "picture_right").detail) == ["state"]
    assert found(bare.ack(370, "jo").ended(1500), "picture_right") == Unknown(
        "the scenario has no key to compare the picture with"
    )


# --- cohorts -----------------------------------------------------------------------------


def test_cohorts_are_measured_by_the_key_and_beside_it_by_what_probes_saw():
    told = three().see(-5, "eu-pays", True, cohort="eu-web").see(-5, "browses", True, cohort="eu-browse")
    told.see(10, "browses", False, cohort="eu-browse").see(20, "browses", True, cohort="eu-browse")
    told.see(1490, "eu-pays", True, cohort="eu-web").picture(100, "ana", harmed=["eu-web", "us-web"]).ended(1500)

    precision, recall = found(told, "cohort_precision"), found(told, "cohort_recall")
    assert (precision.value, precision.detail["by_key"], precision.detail["by_probes"]) == (0.5, [0.5, 0.5], [0, 0])
    assert (recall.value, recall.detail["by_key"], recall.detail["by_probes"]) == (1.0, [1, 1], [0, 0])
    assert (recall.detail["key"], recall.detail["probes"]) == (["eu-web"], ["eu-browse"])
    assert recall.why == "revision 1 names eu-web, us-web"


def test_a_cohort_whose_probe_was_bad_for_a_moment_only_was_not_hurt():
    patient = replace(NO_KEY, bad_for={"browses": 15})
    told = (
        three(rubric=patient).see(-5, "browses", True, cohort="eu-browse").see(10, "browses", False, cohort="eu-browse")
    )
    told.see(20, "browses", True, cohort="eu-browse").picture(100, "ana", harmed=["eu-browse"]).ended(1500)

    assert found(told, "cohort_precision").value == 0.0
    assert found(told, "cohort_recall") == Unknown("nobody was harmed")


def test_nobody_named_a_cohort_is_missed():
    assert found(three().ended(1500), "cohort_recall") == Missed(1500.0, "nobody said who is harmed")


def test_the_shared_picture_counts_and_not_a_later_one():
    told = shared().picture(800, "jo", 2, harmed=["us-web"])

    assert found(told, "cohort_precision").value == 1.0


# --- guesses -----------------------------------------------------------------------------


def test_a_guess_is_counted_once_and_a_picture_that_carries_it_on_names_no_other():
    told = three().mark(50, "li", "guess", "The deploy").mark(60, "jo", "guess", "the  deploy")
    told.picture(100, "ana", hypothesis="the deploy").picture(200, "ana", 2, hypothesis="the deploy")
    told.picture(300, "ana", 3, hypothesis="slow database").ended(1500)

    assert found(told, "guesses").value == 2.0
    assert phrase(told.rows()["right_guess"]) == "5:00 not judged"


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (three(), "not by 25:00 not judged"),
        (three().mark(50, "li", "guess", "the deploy"), "not by 25:00 not judged"),
        (three().mark(50, "li", "guess", "slow database", noticed=20), "0:20 to 0:50 not judged"),
        (three().hint(40, "hypothesis").mark(50, "li", "guess", "slow database"), "not by 0:40 not judged"),
        (three().mark(30, "li", "guess", "slow database").hint(40, "hypothesis"), "0:30 not judged"),
        (three(rubric=NO_KEY).mark(50, "li", "guess", "slow"), "not judged: the key names no cause"),
    ],
)
def test_when_the_right_guess_first_came(told, expected):
    assert phrase(told.ended(1500).rows()["right_guess"]) == expected


# --- questions ---------------------------------------------------------------------------


def asked(due=100, **answer):
    told = three().mark(200, "ana", "question", "when did writes stop?", to="li", due=due)
    if answer:
        body = {"question": told.entries[-1].seq, "verdict": "confirmed", "evidence": ["f" * 64], **answer}
        told.mark(body.pop("at", 250), body.pop("by", "li"), "answer", "at 14:03", **body)
    return told.ended(1500)


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (three().ended(1500), "not judged: nobody asked a question"),
        (asked(), "0% not judged"),
        (asked(verdict="refuted"), "100% not judged"),
        (asked(verdict="dropped"), "0% not judged"),
        (asked(evidence=[]), "0% not judged"),
        (asked(at=310), "0% not judged"),
        (asked(due=None, at=900), "100% not judged"),
        (asked(question=99), "0% not judged"),
        (asked(due=5000), "0% to 100% not judged"),
        (asked(by="oz"), "100% not judged"),
    ],
)
def test_a_question_is_answered_by_evidence_in_time_or_not(told, expected):
    assert phrase(told.rows()["questions"]) == expected


# --- containment -------------------------------------------------------------------------


def contained(harm, at=45, rubric=PAYMENTS, told=None):
    return (told or three(rubric=rubric)).harm(harm).act(at, "li", "paused the report", "containment").ended(1500)


def test_harm_that_had_stopped_growing_already_is_contained_by_the_action():
    assert found(contained(FLAT), "containment") == Known(
        45.0,
        low=45.0,
        high=45.0,
        why="li: paused the report; errors no worse since",
        detail={
            "action": "paused the report",
            "seq": found(contained(FLAT), "containment").detail["seq"],
            "action_at": 45.0,
            "probe": "errors",
        },
    )


def test_the_last_action_before_it_stopped_is_named():
    told = three().harm({0: 2, 20: 10, 40: 20, 60: 30, 70: 30, 80: 30, 100: 30}).act(30, "li", "one", "containment")
    told.act(50, "jo", "two", "containment").act(500, "jo", "three", "containment").ended(1500)

    assert found(told, "containment").why == "jo: two; errors no worse since"


@pytest.mark.parametrize(
    ("told", "why"),
    [
        (contained({0: 2, 20: 10, 60: 10}), "the looks ended before errors had been steady for 0:30"),
        (contained({}), "the looks ended before errors had been steady for 0:30"),
        (contained({0: 2, 20: 10, 100: 10}), "errors was looked at too rarely to see it steady"),
        (
            contained({**FLAT, 600: 10}, told=three().see(65, "errors", None)),
            "no answer came before errors had been steady for 0:30",
        ),
        (contained({**FLAT, 400: 10}, told=three(60)), None),
    ],
)
def test_containment_that_nobody_can_see_is_unknown(told, why):
    result = found(told, "containment")

    assert isinstance(result, Unknown)
    assert why is None or result.why == why


def test_an_action_after_the_limit_that_nobody_can_see_work_is_missed():
    result = found(contained({0: 2, 20: 10}, at=650), "containment")

    assert result == Missed(
        650.0, "errors was not steady by then: the looks ended before errors had been steady for 0:30"
    )


@pytest.mark.parametrize(
    ("worse", "values", "expected"),
    [
        ("down", {0: 9, 20: 5, 40: 4, 60: 3, 70: 3, 80: 4, 100: 3}, 60.0),
        (None, {0: 2, 20: 10, 60: 20, 100: 30}, 45.0),
        (None, {0: 2, 20: 10, 50: 2, 60: 20, 100: 30}, 60.0),
    ],
)
def test_worse_is_down_for_what_should_be_high_and_bad_for_what_has_no_direction(worse, values, expected):
    limit = replace(PAYMENTS, containment=ContainmentLimit(600, "errors", worse, 30))

    assert found(contained(values, rubric=limit), "containment").value == expected


def test_a_wiggle_of_less_than_a_hundredth_is_not_worse():
    assert found(contained({0: 2, 20: 10, 60: 10.05, 70: 10.08, 80: 10.02, 100: 10}), "containment").value == 45.0


def test_text_in_place_of_a_value_leaves_good_and_bad():
    told = three().see(-5, "errors", True, "low").see(20, "errors", False, "high").see(1400, "errors", False, "high")

    assert found(told.act(45, "li", "paused it", "containment").ended(1500), "containment").value == 45.0


def test_a_stop_is_not_called_our_timer():
    told = drill().team().harm({0: 2, 20: 10, 60: 10, 70: 10, 80: 10}).act(45, "li", "paused it", "containment")
    told.stop(68).fault(69, "reverting").fault(70, "clear").ended(81, "stopped")

    assert found(told, "containment").why.startswith("ended by a stop: we began to take the fault back at 1:09")


# --- mitigation --------------------------------------------------------------------------


def promised(harm, by=60, purpose="mitigation", told=None, end=1500, **more):
    told = (told or three(900, "responders")).harm(harm)
    return told.act(250, "li", "rolled back", purpose, **{"expect": "errors", "by": by, **more}).ended(end)


@pytest.mark.parametrize(
    ("good", "expected"),
    [
        (False, "4:45 to 4:50 not judged"),
        (True, "not judged: errors was good already when the action was entered"),
        (None, "not judged: errors gave no answer when the action was entered"),
    ],
)
def test_a_probe_that_nobody_watched_before_it_was_promised_is_judged_from_its_first_look(good, expected):
    told = three(900, "responders")
    told.add(251, "probe", {"probe": "errors", "good": good, "looked_at": ns(250.5), "looked_before": None})

    assert phrase(promised({290: 4}, told=told).rows()["mitigation"]) == expected


TIMER = "ended by timer: we began to take the fault back at 4:59, before errors was good"


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (promised({0: 2, 20: 10, 290: 4}, purpose=None), "4:45 to 4:50 not judged"),
        (promised({0: 2, 20: 10, 290: 4}, purpose="containment"), "not by 25:00 not judged"),
        (promised({0: 2, 20: 10, 290: 4}, by=None), "not by 25:00 not judged"),
        (promised({0: 2, 20: 10}, end=300), "not judged: nobody looked at errors until it was due"),
        (promised({}), "not judged: errors gave no answer when the action was entered"),
        (promised({0: 2, 20: 10, 252: 4}), "4:10 to 4:12 not judged"),
        (promised({0: 2, 20: 10, 290: 4}, told=three(400)), "4:45 to 4:50 not judged"),
        (promised({0: 2, 20: 10, 290: 10, 320: 4}, told=three(400)), "not by 5:10 not judged"),
        (promised({0: 2, 20: 10, 320: 4}, told=three(300)), f"not judged: {TIMER}"),
    ],
)
def test_a_promise_is_kept_broken_or_cannot_be_seen(told, expected):
    assert phrase(told.rows()["mitigation"]) == expected


def test_the_action_its_undo_and_whom_it_protects_stand_beside_it():
    told = promised({0: 2, 20: 10, 290: 4}, undo="roll forward", protects="eu-web")

    detail = found(told, "mitigation").detail
    assert (detail["action"], detail["undo"], detail["protects"], detail["by"]) == (
        "rolled back",
        "roll forward",
        "eu-web",
        60,
    )


def test_superstition_is_named():
    told = three().act(50, "li", "restarted it", "mitigation").act(60, "li", "again", "mitigation").ended(1500)

    assert found(told, "mitigation").why == "2 mitigations named no expected signal"


# --- phases ------------------------------------------------------------------------------


def test_the_time_in_each_phase_and_a_diagnosis_that_was_never_resumed():
    told = three().act(60, "li", "a", "diagnosis").act(120, "li", "b", "containment").declare(180, "ana", "contained")
    told.act(300, "li", "c", "mitigation").declare(360, "ana", "contained").declare(600, "ana", "recovered").ended(1500)

    assert found(told, "phases") == Known(
        420.0,
        why="containment 1:00, mitigation 5:00, diagnosis 1:00, diagnosis never resumed",
        detail={"containment": 60.0, "mitigation": 300.0, "diagnosis": 60.0, "diagnosis_resumed": False},
    )


def test_a_phase_lasts_to_the_end_and_without_mitigation_nothing_is_to_be_resumed():
    told = three().act(1200, "li", "a", "diagnosis").ended(1500)

    assert found(told, "phases").detail["diagnosis_resumed"] is None
    assert found(told, "phases").value == 300.0
    assert isinstance(found(three().act(60, "li", "a").ended(1500), "phases"), Missed)


# --- unsafe actions ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("told", "expected", "why"),
    [
        (three().see(1400, "pool-small", True).act(60, "li", "paused it"), "0 met", ""),
        (
            three().see(1400, "pool-small", True).act(60, "li", "failed over payments-db"),
            "1 missed",
            "fail over payments-db: li at 1:00: failed over payments-db",
        ),
        (
            three().see(1400, "pool-small", True).act(60, "li", "prepare to fail over to eu"),
            "0 met",
            "",
        ),
        (
            three().see(1400, "pool-small", True).act(60, "li", "made payments-db fail"),
            "0 to 1 unknown",
            "perhaps fail over payments-db: li at 1:00: made payments-db fail",
        ),
        (
            three().see(1400, "pool-small", None).act(60, "li", "paused it"),
            "0 to 1 unknown",
            "perhaps raise the pool size: pool-small gave no answer",
        ),
        (
            three().see(1400, "pool-small", True).act(60, "li", "did not raise the pool size"),
            "0 met",
            "",
        ),
        (
            three(rubric=replace(PAYMENTS, bad_for={"pool-small": 20}))
            .see(50, "pool-small", False)
            .see(60, "pool-small", True)
            .act(60, "li", "paused it"),
            "0 met",
            "",
        ),
    ],
)
def test_an_unsafe_action_is_taken_not_taken_or_perhaps(told, expected, why):
    row = told.ended(1500).rows()["unsafe_action"]

    assert (phrase(row), row.result.why) == (expected, why)


def test_without_a_marked_action_and_a_probe_nobody_can_tell_and_without_a_key_nothing_is_asked():
    texts = replace(PAYMENTS, answer={"unsafe_actions": ["restart all workers at once"]})

    assert found(three(rubric=texts).ended(1500), "unsafe_action") == Unknown(
        "restart all workers at once: no action was marked, and no probe notices it"
    )
    assert found(three(rubric=NO_KEY).ended(1500), "unsafe_action") == Unknown("the key names no unsafe action")
    assert found(three(rubric=texts).act(60, "li", "restart worker-1").ended(1500), "unsafe_action").value == 0


def test_a_probe_that_was_bad_before_the_fault_did_not_trip():
    told = three().see(-5, "pool-small", False).see(1400, "pool-small", False).act(60, "li", "paused it").ended(1500)

    assert phrase(told.rows()["unsafe_action"]) == "0 met"


def test_when_the_probe_tripped_and_why_is_said():
    told = three().see(-5, "pool-small", True).see(70, "pool-small", False)
    told.entries[-1].body["why"] = "200, wanted below 100"
    told.ended(1500)

    assert found(told, "unsafe_action").why == (
        "raise the pool size: pool-small tripped at 1:10, 200, wanted below 100; "
        "perhaps fail over payments-db: no action was marked, and no probe notices it"
    )


# --- recovery declared, and the relapse ----------------------------------------------------


def recovered(told=None):
    told = (told or drill().team()).see(-5, "eu-pays", True).see(5, "eu-pays", False).clear(300, "responders")
    return told.see(-5, "no-duplicates", True).see(310, "eu-pays", True)


def test_without_a_limit_an_early_declaration_is_measured_by_the_steady_state_alone():
    told = recovered(drill(Rubric(steady_state=("eu-pays",))).team()).declare(200, "ana", "recovered")
    told.see(700, "eu-pays", True).ended(700)

    assert phrase(told.rows()["early_declaration"]) == "1:45 to 1:50 not judged"
    assert found(told, "early_declaration").why == "ana declared at 3:20; it had held at 5:10"


def test_a_recovery_that_is_known_to_the_moment_gives_one_number():
    told = drill(replace(PAYMENTS, recovery=RecoveryLimit(1200, watch=60))).team().see(-5, "eu-pays", True)
    told.clear(300, "responders").declare(20, "ana", "recovered").see(700, "eu-pays", True).ended(700)

    assert phrase(told.rows()["early_declaration"]) == "0:40 not judged"


def test_a_recovery_nobody_could_see_leaves_the_declaration_unjudged():
    told = three().declare(400, "ana", "recovered").ended(1500)

    assert found(told, "early_declaration") == Unknown(
        "declared at 6:40, and eu-pays was not looked at after the fault"
    )


def relapse_of(told):
    told.see(900, "eu-pays", True).see(900, "no-duplicates", True).ended(900)
    return found(told, "relapse")


def over():
    return recovered().alert(30, starts=20).alert(320, status="resolved")


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (over(), Unknown("no recovery was declared")),
        (over().declare(400, "ana", "recovered"), Unknown("the fault was not injected again")),
        (
            over().declare(400, "ana", "recovered").again(460, None, 470),
            Unknown("the fault did not take effect again"),
        ),
        (
            over().declare(400, "ana", "recovered").again(460, 461, 500),
            Unknown("we took the fault back at 0:39 before the limit 2:00"),
        ),
        (
            over().declare(400, "ana", "recovered").again(460, 461, 760).alert(700, starts=690),
            Missed(239.0, "CheckoutSlow from pager, late, at 3:59"),
        ),
        (
            over().declare(400, "ana", "recovered").again(460, 461, 760).alert(500, starts=490),
            Known(1.0, "yes", why="CheckoutSlow from pager at 0:39", detail={"seconds": 39.0}),
        ),
    ],
)
def test_the_relapse_is_seen_by_the_alert_or_not(told, expected):
    assert relapse_of(told) == expected


def test_without_an_expected_alert_any_alert_catches_the_relapse():
    told = recovered(drill(replace(PAYMENTS, alert=None)).team()).declare(400, "ana", "recovered").again(460, 461, 760)

    assert relapse_of(told.alert(700, name="Any", starts=690)).value == 1.0


def test_an_alert_of_the_relapse_is_no_late_detection_of_the_first_life():
    told = recovered().declare(400, "ana", "recovered").again(460, 461, 760).alert(500, starts=490)
    told.see(470, "eu-pays", False).see(770, "eu-pays", True)
    told.see(900, "eu-pays", True).see(900, "no-duplicates", True).ended(900)
    rows = told.worked()

    assert rows["alert_detection"] == "not by 7:40 missed"
    assert rows["recovery"] == "5:05 to 5:10 met"
    assert rows["time_to_clear"] == "5:00 not judged"
    assert rows["relapse"] == "yes met"


def test_a_relapse_that_was_left_behind_is_a_fault_left_and_a_stop_during_it_has_its_latency():
    told = recovered().declare(400, "ana", "recovered").fault(460, "injecting").fault(461, "active")
    for entry in told.entries[-2:]:
        entry.body["relapse"] = True
    told.stop(500).fault(504, "stuck").ended(510, "stuck")

    assert phrase(told.rows()["faults_left"]) == "1 missed"
    assert phrase(told.rows()["stop_latency"]) == "not by 0:10 not judged"
    assert phrase(told.rows()["time_to_clear"]) == "5:00 not judged"


def test_a_guard_that_ends_the_relapse_without_saying_so_ends_the_relapse():
    told = recovered().declare(400, "ana", "recovered").again(460, 461, 760).fault(770, "clear", by="guard").ended(900)
    facts = read(told.entries)

    assert [(change.relapse, change.cleared_by) for change in facts.changes] == [(False, "responders"), (True, "us")]
    assert phrase(told.rows()["time_to_clear"]) == "5:00 not judged"


def test_a_probe_of_the_first_life_said_the_same_until_the_relapse_and_an_unseen_one_did_not():
    told = recovered().declare(400, "ana", "recovered").again(460, 461, 760).see(462, "eu-pays", False)
    looks = read(told.entries).first_life().probes["eu-pays"]
    told.see(470, "unseen-before", True)

    assert (looks[-1].good, looks[-1].at) == (True, told.entries[0].at + 477 * 10**9)
    assert "unseen-before" not in read(told.entries).first_life().probes


# --- alerts and green checks -------------------------------------------------------------


def labelled(told, at, name, labels, starts=None):
    told.alert(at, name=name, starts=starts)
    told.entries[-1].body["labels"] = labels
    return told


def test_every_alert_stands_in_a_table_with_what_is_amiss():
    told = three().alert(200, starts=190)
    labelled(told, 50, "SearchErrors", {"service": "search"}, 45)
    labelled(told, 60, "DbLatency", {"component": "db"}, 55)
    labelled(told, 61, "DbLatency", {"component": "db"}, 55)
    labelled(told, 70, "Checkout", {"service": "checkout-eu"}, 65).ended(1500)
    result = found(told, "alerts")

    assert result.value == 2.0
    assert result.why == "SearchErrors names search; CheckoutSlow was late"
    assert {row["alert"]: row["is"] for row in result.detail["alerts"]} == {
        "SearchErrors": "wrong component",
        "DbLatency": "fired",
        "Checkout": "fired",
        "CheckoutSlow": "late",
    }


def test_an_alert_of_a_drill_beside_this_one_is_not_amiss_and_any_other_may_be_its_too():
    told = three().alert(60, starts=50)
    labelled(told, 70, "LedgerOld", {"service": "ledger"}, 65)
    labelled(told, 80, "SearchErrors", {"service": "search"}, 75).ended(1500)
    alone = found(told, "alerts")
    told.entries[-1].body["beside"] = [{"drill": "9", "service": "ledger"}]
    beside = found(told, "alerts")

    assert (alone.value, alone.low) == (2.0, None)
    assert (beside.low, beside.high) == (0.0, 1.0)
    assert beside.why == "perhaps SearchErrors names search"
    assert {row["alert"]: row["is"] for row in beside.detail["alerts"]} == {
        "CheckoutSlow": "fired",
        "LedgerOld": "another drill's",
        "SearchErrors": "unclear",
    }


def test_a_silent_alert_is_amiss_one_in_time_is_not_and_one_that_nobody_could_hear_is_unknown():
    silent, heard = three().ended(1500), three().alert(60, starts=50).ended(1500)
    deaf = Drill(PAYMENTS).started().fault(-2, "injecting").fault(0, "active").clear(900).ended(1500)
    half = labelled(drill().source(10, listening=False).clear(900), 50, "Other", {}, 45).ended(1500)

    assert found(silent, "alerts").detail["alerts"][-1]["is"] == "silent"
    assert found(heard, "alerts").value == 0.0
    assert found(deaf, "alerts") == Unknown("no alert source was listening")
    assert (found(half, "alerts").low, found(half, "alerts").high) == (0.0, 1.0)
    assert found(half, "alerts").detail["alerts"][-1]["is"] == "unknown"


def test_without_an_expected_alert_only_wrong_components_are_amiss():
    rubric = replace(PAYMENTS, alert=None)
    told = labelled(three(rubric=rubric), 50, "SearchErrors", {"service": "search"}, 45).ended(1500)

    assert found(told, "alerts").value == 1.0
    assert found(three(rubric=rubric).ended(1500), "alerts").value == 0.0


def hurt(told):
    return told.see(-5, "eu-pays", True, cohort="eu-web").see(10, "eu-pays", False, cohort="eu-web")


def test_health_checks_that_stayed_green_while_users_were_hurt_are_named():
    rubric = replace(PAYMENTS, unharmed=UnharmedLimit(("us-up",)))
    told = hurt(three(rubric=rubric))
    for probe in ("health", "us-up", "no-duplicates", "deep", "silent"):
        told.see(-5, probe, True)
    told.see(20, "deep", False).see(20, "silent", None)
    for probe in ("health", "us-up", "no-duplicates"):
        told.see(1400, probe, True)
    told.see(-5, "early", True).ended(1500)

    assert found(told, "green_checks") == Known(
        1.0,
        "count",
        why="health stayed good while eu-web was hurt",
        detail={"green": ["health"], "of": ["deep", "health", "silent"], "hurt": ["eu-web"]},
    )


def test_green_checks_need_users_who_were_hurt_and_somebody_who_saw_it():
    calm = three().see(-5, "eu-pays", True, cohort="eu-web").see(1400, "eu-pays", True, cohort="eu-web").ended(1500)
    left = hurt(drill().team()).see(-5, "health", True).see(400, "health", True).ended(500, "stuck")

    assert found(calm, "green_checks") == Known(0.0, "count", why="no cohort was hurt")
    assert found(three().see(5, "health", True).ended(1500), "green_checks") == Unknown(
        "no probe of a cohort was looked at"
    )
    assert found(left, "green_checks").value == 1.0


# --- updates, roles, handoffs, steps -------------------------------------------------------


def test_updates_begin_when_somebody_noticed_if_nobody_declared_and_end_with_the_room():
    told = (
        three().mark(100, "li", "observation", "slow").update(300, "ana").declare(700, "ana", "stood-down").ended(1500)
    )

    assert phrase(told.rows()["updates"]) == "6:40 met"


def test_no_complete_update_is_missed_once_one_was_due_and_none_was_due_before():
    late = three().declare(60, "ana", "incident").update(200, "jo", decides="").ended(1500)
    short = three().declare(60, "ana", "incident").declare(400, "ana", "recovered").ended(1500)
    unasked = three(rubric=replace(PAYMENTS, updates=None)).declare(60, "ana", "incident").ended(1500)

    assert found(late, "updates") == Missed(
        1500.0,
        "0 complete; incomplete: jo left decides out",
        {"updates": 0, "incomplete": ["jo left decides out"], "late_by_own_word": []},
    )
    assert phrase(short.rows()["updates"]) == "unknown: over after 5:40, before an update was due: 0 complete"
    assert phrase(unasked.rows()["updates"]) == "24:00 not judged"


def test_an_update_later_than_the_one_before_it_promised_is_named():
    told = (
        three().declare(60, "ana", "incident").update(100, "jo", 60).update(200, "jo").declare(300, "ana", "recovered")
    )

    assert found(told.ended(1500), "updates").detail["late_by_own_word"] == ["promised in 1:00, 1:40 passed"]


def test_nothing_noticed_asks_for_no_update():
    assert found(three().ended(1500), "updates") == Unknown("nobody declared or noticed anything to give updates on")


ROLES = ("commander", "scribe", "comms", "lead")
ALL_FOUR = ", ".join(f"{role} the-{role}" for role in ROLES)


def seated(until=None):
    told = fault_of(900)
    for role in ROLES:
        told.join(-9, f"the-{role}", role)
    return told.leave(until, "the-lead") if until is not None else told


@pytest.mark.parametrize(
    ("told", "expected", "why"),
    [
        (seated(), "0:00 not judged", ALL_FOUR),
        (seated(-5), "not by 25:00 not judged", "nobody was lead"),
        (
            seated(-5).join(30, "kim", "lead").leave(10, "the-comms"),
            "not by 25:00 not judged",
            "never all at the same time",
        ),
        (fault_of(900).join(-9, "ana"), "not by 25:00 not judged", "nobody was commander, scribe, comms, lead"),
    ],
)
def test_four_roles_are_filled_at_once_or_it_is_said_which_were_not(told, expected, why):
    row = told.ended(1500).rows()["roles"]

    assert (phrase(row), row.result.why) == (expected, why)


FULL = {
    "impact": "eu pays",
    "hypothesis": "db",
    "rejected": "deploy",
    "unsafe": "failover",
    "pending": "x",
    "next": 600,
}


def handed(to="li", accept_by="li", accept_at=130, handoff=None, **changed):
    told = fault_of(900).join(-9, "ana").join(-9, "li", "commander").join(-9, "jo")
    told.mark(100, "ana", "handoff", "over to li", to=to, **{**FULL, **changed})
    seq = told.entries[-1].seq if handoff is None else handoff
    return told.mark(accept_at, accept_by, "accept", "mine", handoff=seq).ended(1500)


@pytest.mark.parametrize(
    ("told", "expected", "why"),
    [
        (handed(), "100% not judged", "1 complete and accepted"),
        (handed(to="commander"), "100% not judged", "1 complete and accepted"),
        (handed(pending=None), "0% not judged", "ana to li: pending left out"),
        (handed(accept_by="jo"), "0% not judged", "ana to li: not accepted by who took over"),
        (handed(accept_by="ana"), "0% not judged", "ana to li: not accepted by who took over"),
        (handed(accept_at=90), "0% not judged", "ana to li: not accepted by who took over"),
        (handed(handoff=1), "0% not judged", "ana to li: not accepted by who took over"),
    ],
)
def test_a_handoff_is_complete_and_accepted_by_who_takes_over_or_not(told, expected, why):
    row = told.rows()["handoffs"]

    assert (phrase(row), row.result.why) == (expected, why)


def test_each_step_has_its_last_verdict_and_those_never_tried_are_named():
    told = three().step(100, "li", 2, "failed", "gone").step(200, "jo", 2, "worked").step(300, "jo", 1, "unclear")
    told.step(310, "jo", 9, "worked", runbook="another").step(-10, "jo", 3, "worked").ended(1500)
    result = found(told, "runbook_steps")

    assert result.value == 0.5
    assert result.why == "1 of 2 of checkout-slow worked; step 1 unclear; never tried: 3 Page the owner"
    assert [step["verdict"] for step in result.detail["steps"]] == ["failed", "worked", "unclear"]


def test_without_a_runbook_in_the_key_every_step_counts_and_a_reason_is_shown():
    told = (
        three(rubric=NO_KEY)
        .step(100, "li", 2, "deviated", "flag", runbook="x")
        .step(110, "li", 2, "worked", runbook="y")
    )

    result = found(told.ended(1500), "runbook_steps")
    assert (result.value, result.why) == (0.5, "1 of 2 worked; step 2 deviated (flag)")
    assert found(three(rubric=NO_KEY).ended(1500), "runbook_steps") == Unknown("nobody tried a step")


# --- the whole ---------------------------------------------------------------------------


def test_a_drill_worked_well_by_people_meets_everything_and_names_the_parts():
    told = fault_of(900, "responders")
    for name, role in zip(("ana", "li", "jo", "kim"), ROLES, strict=True):
        told.join(-10, name, role)
    for probe in ("eu-pays", "no-duplicates", "pool-small"):
        told.see(-5, probe, True)
    told.see(3, "eu-pays", False).alert(40, starts=30, says="Checkout is slow").mark(60, "kim", "observation", "slow")
    told.declare(90, "ana", "incident").harm(FLAT).act(95, "kim", "paused the report", "containment")
    told.harm({110: 10, 120: 10, 130: 10}).picture(200, "li")
    for at, name in ((210, "ana"), (220, "jo"), (230, "kim")):
        told.ack(at, name)
    told.update(300, "jo").update(800, "jo").step(400, "kim", 1, "worked").see(905, "eu-pays", True)
    told.declare(1000, "ana", "recovered").again(1060, 1061, 1400).alert(50, status="resolved").alert(1070, starts=1065)
    for probe in ("eu-pays", "no-duplicates", "pool-small"):
        told.see(1490, probe, True)
    told.act(1495, "kim", "compared traces", "diagnosis").ended(1500)

    card = told.card()
    assert card.headline == (
        "12 of 12 met (alert detection met, alert names the impact met, noticed by a person met, shared picture met, "
        "picture right met, containment met, unsafe actions taken met, recovery met, "
        "alert on a relapse met, updates on time met, runbook steps worked met, faults left met)"
    )


def test_a_key_in_another_shape_than_ours_costs_its_measure_and_no_other():
    told = three(rubric=replace(PAYMENTS, answer={**KEY, "cause": 7})).picture(100, "ana").ack(110, "li").ack(120, "jo")
    card = score(told.ended(1500).entries)
    rows = {row.measure: row.result for row in card.rows}

    assert rows["picture_right"].why.startswith("the measure failed: ")
    assert rows["shared_picture"].value == 120.0


def test_an_observer_who_left_and_speaks_is_still_no_responder():
    told = drill(PAYMENTS).team().join(-5, "kim", "observer").leave(10, "kim").mark(20, "kim", "observation", "slow")

    assert found(told.ended(1500), "noticed") == found(drill(PAYMENTS).team().ended(1500), "noticed")


# --- a tabletop's questions --------------------------------------------------------------


ASKED = Rubric(time_limit=600, tabletop=TabletopLimit(("What first?", "Who decides?"), 300))


def asked():
    told = Drill(ASKED).started()
    told.entries[-1].body["tabletop"] = True
    return told.add(10, "message", {"message": "situation", "text": "it is gone"}).team()


def decided(told, at, answers, name="li", **more):
    return told.mark(at, name, "decision", "so it is", answers=answers, **more)


def test_questions_are_decided_in_time_late_or_not_at_all():
    for first, second, expected in (
        (20, 310, "100% met"),
        (20, 311, "50% missed"),
        (20, 5, "50% missed"),
        (400, 500, "0% missed"),
    ):
        told = decided(decided(asked(), first, 1), second, 2).ended(600)
        assert phrase(told.rows()["questions_decided"]) == expected


def test_a_decision_counts_for_the_question_it_names_and_once_and_of_responders_alone():
    told = decided(decided(decided(asked(), 20, 1), 30, 1), 40, None)
    told.join(0, "boss", "facilitator")
    decided(told, 50, 2, name="boss").ended(600)

    assert found(told, "questions_decided").detail == {"asked": 2, "open": ["Who decides?"]}


def test_what_was_open_at_a_stop_before_the_limit_might_have_been_decided():
    told = decided(asked(), 20, 1).ended(100, outcome="stopped")
    row = told.rows()["questions_decided"]

    assert (row.result.low, row.result.high, str(row.verdict)) == (0.5, 1.0, "unknown")


def test_a_tabletop_nobody_took_part_in_is_unknown_and_a_drill_with_faults_has_no_such_row():
    told = Drill(ASKED).started()
    told.entries[-1].body["tabletop"] = True

    assert found(told.ended(600), "questions_decided") == Unknown("nobody took part")
    assert "questions_decided" not in three().ended(1500).rows()


def test_the_kind_of_a_card_keeps_tabletops_apart():
    assert asked().ended(600).card().to_json()["kind"] == "tabletop"
    assert three().ended(1500).card().to_json()["kind"] == "drill"
