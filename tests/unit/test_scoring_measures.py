"""Each measure on timelines worked by hand; missed, unknown and met kept apart in each. Times count from T0 = 1.5."""

from dataclasses import replace

import pytest
from scoring_timelines import RUBRIC, T0, Timeline, good_drill, ns

from scoring.facts import read
from scoring.measures.alert_detection import alert_detection, fresh_alerts
from scoring.measures.alert_names_impact import alert_names_impact
from scoring.measures.first_symptom import first_symptom
from scoring.measures.unharmed import unharmed
from scoring.result import Known, Missed, Unknown
from scoring.rubric import AlertLimit, RecoveryLimit, Rubric, UnharmedLimit

ALERT_ONLY = Rubric(steady_state=("pays",), time_limit=60, alert=AlertLimit("CheckoutSlow", 10, {"region": "eu"}))


def seconds(value):
    return pytest.approx(value, abs=1e-6)


def before_the_fault(rubric=ALERT_ONLY):
    return Timeline(rubric).started().source()


# --- first symptom ---------------------------------------------------------------------


def test_the_first_symptom_lies_between_the_last_good_look_and_the_first_bad_one():
    found = good_drill().result("first_symptom")

    assert found == Known(
        seconds(0.5), low=0.0, high=seconds(0.5), why="pays: status 503, wanted 200", detail=found.detail
    )
    assert found.detail == {"probe": "pays", "seconds_after_injecting": seconds(1.0)}


def test_without_the_look_before_the_last_recorded_good_one_bounds_the_symptom():
    told = before_the_fault().bent().look(3.0, "pays", good=True).look(6.0, "pays", good=False).ended()

    assert told.result("first_symptom").low == seconds(2.9 - T0)


def test_a_symptom_before_the_effect_was_confirmed_counts_as_zero():
    told = before_the_fault().look(0.5, "pays", good=True).bent().look(1.2, "pays", good=False).ended()

    found = told.result("first_symptom")
    assert (found.value, found.low) == (0.0, 0.0)
    assert found.detail["seconds_after_injecting"] == seconds(0.2)


def test_a_probe_that_was_bad_before_the_fault_is_no_symptom():
    told = before_the_fault().look(0.5, "pays", good=False).bent().look(49, "pays", good=False).ended()

    assert isinstance(told.result("first_symptom"), Missed)


def test_no_symptom_is_missed_when_all_answered_and_unknown_when_one_did_not():
    good = before_the_fault().look(0.5, "pays", good=True).bent().look(49, "pays", good=True).ended()
    silent = before_the_fault().look(0.5, "pays", good=True).bent().look(9, "pays", good=None).ended()
    unseen = before_the_fault().bent().ended()

    assert good.result("first_symptom") == Missed(seconds(48.5), "no steady-state probe turned bad")
    assert silent.result("first_symptom") == Unknown("pays gave no answer")
    assert unseen.result("first_symptom") == Unknown("no steady-state probe was looked at")


def test_the_earliest_of_several_probes_is_the_first_symptom():
    rubric = replace(ALERT_ONLY, steady_state=("pays", "browses"))
    told = before_the_fault(rubric).bent().look(4, "pays", good=False).look(3, "browses", good=False).ended()

    assert told.result("first_symptom").detail["probe"] == "browses"


# --- alert detection -------------------------------------------------------------------


def test_detection_counts_to_the_receipt_and_keeps_three_stamps():
    told = before_the_fault().bent().alert(4.0, starts=3.5).ended()

    found = told.result("alert_detection")
    assert found.value == seconds(2.5)
    assert found.detail["stamps"] == {"starts_at": ns(3.5), "event_at": None, "received_at": ns(4.0)}
    assert found.detail["seconds_after_t0"] == {
        "starts_at": seconds(2.0),
        "event_at": None,
        "received_at": seconds(2.5),
    }
    assert told.verdict("alert_detection") == "met"


def test_an_alert_past_the_limit_is_known_and_missed():
    told = before_the_fault().bent(cleared=40).alert(15.0, starts=14.0).ended()

    assert told.result("alert_detection").value == seconds(13.5)
    assert told.verdict("alert_detection") == "missed"


def test_an_alert_that_never_came_is_missed_and_censored_at_the_end():
    told = before_the_fault().bent(cleared=40).alert(5.0, name="DiskFull").ended()

    assert told.result("alert_detection") == Missed(seconds(48.5), "CheckoutSlow did not come (came: DiskFull)")


def test_an_alert_with_the_wrong_label_is_not_the_one():
    assert isinstance(
        before_the_fault().bent(cleared=40).alert(5, region="us").ended().result("alert_detection"), Missed
    )


def test_an_alert_between_the_call_and_its_confirmed_effect_counts_as_zero():
    found = before_the_fault().bent().alert(1.3, starts=1.2).ended().result("alert_detection")

    assert (found.value, found.detail["seconds_after_injecting"]) == (0.0, seconds(0.3))


def test_an_alert_that_fired_before_the_fault_and_was_over_is_no_detection():
    told = before_the_fault().alert(0.3, starts=0.2).alert(0.6, status="resolved").bent(cleared=40).ended()

    assert isinstance(told.result("alert_detection"), Missed)


def test_an_alert_that_was_firing_all_the_time_makes_detection_unknown():
    told = before_the_fault().alert(0.3, starts=0.2).bent(cleared=40).ended()

    assert told.result("alert_detection") == Unknown("CheckoutSlow was firing before the fault already")


def test_a_repeat_of_an_older_alert_is_no_detection():
    stamped = before_the_fault().bent(cleared=40).alert(6.0, starts=-3600).ended()
    bare = before_the_fault().alert(0.3).bent(cleared=40).alert(6.0).ended()

    assert isinstance(stamped.result("alert_detection"), Unknown)
    assert isinstance(bare.result("alert_detection"), Unknown)


def test_a_late_retry_of_an_older_alert_does_no_harm_to_a_real_detection():
    told = before_the_fault().bent().alert(3.0, starts=-3600, fingerprint="old").alert(4.0, starts=3.5).ended()

    assert told.result("alert_detection").value == seconds(2.5)


def test_an_alert_that_fires_anew_after_it_was_over_is_a_detection():
    told = before_the_fault().alert(0.2).alert(0.6, status="resolved").bent().alert(4.0).ended()

    assert told.result("alert_detection").value == seconds(2.5)


def test_a_start_given_in_whole_seconds_is_not_older_than_the_fault_of_that_second():
    told = before_the_fault().bent(began=1.0, felt=1.1)
    whole = (ns(1.0) // 10**9) * 10**9
    told.alert(1.9)
    told.entries[-1].body["starts_at"] = whole

    assert isinstance(told.ended().result("alert_detection"), Known)


def test_the_first_of_several_receipts_counts():
    told = before_the_fault().bent().alert(7.0, starts=3.5).alert(4.0, starts=3.5).alert(4.0, starts=3.5, region="us")

    assert told.ended().result("alert_detection").value == seconds(2.5)


def test_a_resolved_notice_is_no_detection():
    told = before_the_fault().bent(cleared=40).alert(5.0, status="resolved", starts=2).ended()

    assert isinstance(told.result("alert_detection"), Missed)


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        (Timeline(ALERT_ONLY).started().bent(cleared=40).ended(), "no alert source was listening"),
        (
            Timeline(ALERT_ONLY).started().source(2.0).bent(cleared=40).ended(),
            "pager was not listening when the fault began",
        ),
        (
            before_the_fault().bent(cleared=40).source(5.0, listening=False).source(9.0).ended(),
            "pager was blind at 0:03.5: refused",
        ),
        (
            before_the_fault().source(0.2, "chat").source(0.4, "chat", listening=False).bent(cleared=40).ended(),
            "chat was blind at -0:00.5: refused",
        ),
        (before_the_fault().bent(cleared=4).ended(), "we took the fault back at 0:02.5 before the limit 0:10"),
        (
            before_the_fault().bent(cleared=4, by="responders").ended(),
            "responders ended the fault at 0:02.5 before the limit 0:10",
        ),
        (
            before_the_fault()
            .fault(1, "injecting")
            .fault(T0, "active")
            .stop(4.5)
            .fault(4.7, "clear")
            .ended(5, "stopped"),
            "stopped at 0:03 before the limit 0:10: CheckoutSlow did not come",
        ),
        (
            before_the_fault().fault(1, "injecting").fault(T0, "active").stop(4.5).ended(5, "stuck"),
            "stopped at 0:03 before the limit 0:10: CheckoutSlow did not come",
        ),
        (
            before_the_fault().fault(1, "injecting").fault(T0, "active").look(3.5, "pays", good=False),
            "the drill has not ended: CheckoutSlow did not come up to 0:02",
        ),
        (
            before_the_fault()
            .fault(1, "injecting")
            .fault(T0, "active")
            .look(3.5, "pays", good=False)
            .ended(99, "stuck"),
            "the drill ended stuck, last seen at 0:02 before the limit 0:10: CheckoutSlow did not come",
        ),
        (
            before_the_fault().fault(1, "injecting").fault(T0, "active").ended(9.5),
            "ended at 0:08 before the limit 0:10: CheckoutSlow did not come",
        ),
    ],
)
def test_an_alert_that_nobody_could_have_seen_is_unknown_and_never_missed(told, reason):
    assert told.result("alert_detection") == Unknown(reason)
    assert told.verdict("alert_detection") == "unknown"


def test_blindness_after_the_limit_does_not_matter():
    told = before_the_fault().bent(cleared=40).source(30, listening=False).ended()

    assert isinstance(told.result("alert_detection"), Missed)


def test_a_fault_that_the_target_itself_ended_is_judged():
    assert isinstance(before_the_fault().bent(cleared=3, by="target").ended().result("alert_detection"), Missed)


def test_without_an_expectation_any_alert_is_shown_and_not_judged():
    told = before_the_fault(Rubric()).bent().alert(4.0, name="Whatever").ended()

    assert told.result("alert_detection").why == "Whatever from pager"
    assert told.verdict("alert_detection") == "not judged"


def test_without_an_expectation_and_an_alert_the_end_of_a_completed_drill_censors():
    assert before_the_fault(Rubric()).bent().ended().result("alert_detection") == Missed(seconds(48.5), "no alert came")


# --- alert names the impact ------------------------------------------------------------


def test_the_alert_that_came_names_the_impact():
    assert good_drill().result("alert_names_impact").value == 1.0


def test_an_alert_that_denies_the_impact_does_not_name_it():
    told = Timeline().started().source().bent(cleared=40).alert(4, name="CheckoutSlow", says="search is broken").ended()
    named = Timeline(replace(RUBRIC, alert=AlertLimit("Page", 10, says=("checkout", "slow")))).started().source().bent()
    denied = named.alert(4, name="Page", says="checkout is not slow").ended()

    assert told.result("alert_names_impact").value == 1.0
    assert denied.result("alert_names_impact").why == "does not say checkout, slow"
    assert denied.verdict("alert_names_impact") == "missed"


def test_a_second_alert_within_the_limit_may_name_it_and_one_past_it_may_not():
    rubric = replace(RUBRIC, alert=AlertLimit("Page", 10, says=("checkout",)))
    early = Timeline(rubric).started().source().bent().alert(4, name="Page", says="?", starts=3)
    late = Timeline(rubric).started().source().bent().alert(4, name="Page", says="?", starts=3)

    assert early.alert(9, name="Page", says="checkout", starts=8).ended().verdict("alert_names_impact") == "met"
    assert late.alert(19, name="Page", says="checkout", starts=18).ended().verdict("alert_names_impact") == "missed"


def test_no_alert_names_nothing_and_an_unknown_one_is_unknown():
    missed = Timeline().started().source().bent(cleared=40).ended()
    unknown = Timeline().started().bent(cleared=40).ended()

    assert missed.result("alert_names_impact") == Missed(seconds(48.5), "no alert came to be read")
    assert unknown.result("alert_names_impact") == Unknown("no alert source was listening")


# --- time to clear, faults left, stop latency --------------------------------------------


@pytest.mark.parametrize("by", ["us", "responders", "guard", "target"])
def test_time_to_clear_says_who_ended_the_fault(by):
    found = before_the_fault().bent(by=by).ended().result("time_to_clear")

    assert found == Known(seconds(18.5), why=f"by {by}", detail={"by": {"slow": by}})


def test_several_faults_have_a_row_each_from_their_own_effect():
    told = before_the_fault().bent()
    told.fault(10, "injecting", "two.1", fault="two").fault(11, "active", "two.1", fault="two")
    told.fault(10, "injecting", "two.2", fault="two").fault(12, "active", "two.2", fault="two")
    told.fault(25, "clear", "two.1", fault="two").fault(31, "clear", "two.2", fault="two", by="responders").ended()

    assert told.result("time_to_clear").value == seconds(29.5)
    assert told.result("time_to_clear").why == "by responders and us"
    assert told.result("time_to_clear", "slow").value == seconds(18.5)
    assert told.result("time_to_clear", "two").value == seconds(20)


def test_a_fault_that_is_not_gone_is_missed_and_left():
    told = before_the_fault().fault(1, "injecting").fault(T0, "active").fault(20, "stuck").ended(30, "stuck")

    assert told.result("time_to_clear") == Missed(seconds(28.5), "slow is stuck")
    assert told.result("faults_left") == Known(1.0, "count", why="slow is stuck")
    assert told.verdict("faults_left") == "missed"


def test_a_fault_that_came_back_during_the_settle_time_counts_to_its_last_clear():
    told = before_the_fault().bent(cleared=20).fault(21, "reverting").fault(22, "clear", by="guard").ended()

    assert told.result("time_to_clear") == Known(seconds(20.5), why="by guard", detail={"by": {"slow": "guard"}})


def test_a_drill_that_has_not_ended_cannot_say_what_it_left():
    told = before_the_fault().fault(1, "injecting").fault(T0, "active")

    assert told.result("faults_left") == Unknown("the drill has not ended")
    assert told.result("time_to_clear") == Unknown("the drill has not ended")


def test_a_change_that_was_only_prepared_is_not_left():
    told = before_the_fault().bent().fault(5, "prepared", "second").ended()

    assert told.result("faults_left").value == 0


@pytest.mark.parametrize("phase", ["injecting", "active", "reverting", "stuck"])
def test_a_change_whose_last_word_is_not_clear_is_left(phase):
    assert before_the_fault().bent().fault(30, phase, "second").ended().result("faults_left").value == 1


def test_stop_latency_counts_from_the_stop_to_the_last_clear():
    told = before_the_fault().fault(1, "injecting").fault(T0, "active").stop(9).fault(9.4, "clear").ended(10, "stopped")

    assert told.result("stop_latency") == Known(seconds(0.4), why="stop pressed; 1 on")


def test_what_was_clear_before_the_stop_does_not_count():
    assert before_the_fault().bent().stop(30).ended(31, "stopped").result("stop_latency") == Known(
        0.0, why="nothing was on"
    )


def test_a_stop_that_could_not_clear_is_missed():
    told = before_the_fault().fault(1, "injecting").fault(T0, "active").stop(9).fault(12, "stuck").ended(19, "stuck")

    assert told.result("stop_latency") == Missed(seconds(10), "slow is stuck")


def test_a_stop_still_under_way_is_unknown_and_so_is_one_that_never_was():
    told = before_the_fault().fault(1, "injecting").fault(T0, "active").stop(9)

    assert told.result("stop_latency") == Unknown("the drill has not ended")
    assert before_the_fault().bent().ended().result("stop_latency") == Unknown("the drill was not stopped")


# --- recovery --------------------------------------------------------------------------

RECOVERY = Rubric(steady_state=("pays",), time_limit=60, recovery=RecoveryLimit(30, watch=5))
CHECKED = replace(RECOVERY, recovery=RecoveryLimit(30, negative_checks=("no-duplicates",), watch=5))


def hurt(rubric=RECOVERY):
    return before_the_fault(rubric).look(0.5, "pays", good=True).bent().look(3, "pays", good=False, before=2.5)


def test_recovery_is_the_moment_from_which_the_criteria_stayed_good():
    told = hurt().look(22, "pays", good=True, before=21).look(49, "pays", good=True).ended()

    found = told.result("recovery")
    assert (found.low, found.high) == (seconds(19.5), seconds(20.5))
    assert found.detail["fault_ended_by"] == ["us"]
    assert told.verdict("recovery") == "met"


def test_a_relapse_moves_the_recovery():
    told = hurt().look(8, "pays", good=True).look(25, "pays", good=False).look(40, "pays", good=True)

    assert told.look(49, "pays", good=True).ended().result("recovery").high == seconds(38.5)


def test_criteria_that_never_turned_bad_recovered_at_once():
    told = before_the_fault(RECOVERY).look(0.5, "pays", good=True).bent().look(49, "pays", good=True).ended()

    assert told.result("recovery").value == 0.0
    assert told.result("recovery").why == "nothing of it ever turned bad"


def test_still_bad_past_the_limit_is_missed_and_before_it_unknown():
    missed = hurt().look(49, "pays", good=False).ended()
    stopped = hurt().stop(21).look(21.5, "pays", good=False).ended(22, "stopped")

    assert missed.result("recovery") == Missed(seconds(48.5), "pays was still bad: status 503, wanted 200")
    assert "stopped at 0:19.5 before the limit 0:30" in stopped.result("recovery").why


def test_a_watch_that_was_cut_short_is_unknown():
    told = hurt().look(22, "pays", good=True).look(24, "pays", good=True).ended(24)

    assert told.result("recovery") == Unknown("good again at 0:20.5, but seen for only 0:02.1 of the 0:05 after it")


def test_good_again_only_past_the_limit_is_missed_however_short_the_watch_was():
    late = hurt().look(40, "pays", good=True, before=39).look(41, "pays", good=True).ended(41)
    unsure = hurt().look(32, "pays", good=True, before=30).look(33, "pays", good=True).ended(33)

    assert late.result("recovery") == Missed(seconds(37.5), "good again only at 0:38.5")
    assert isinstance(unsure.result("recovery"), Unknown)


def test_a_watch_is_known_no_finer_than_its_looks():
    told = hurt().look(22, "pays", good=True).look(26.5, "pays", good=True, before=25.4).ended(27.1)
    sparse = hurt().look(22, "pays", good=True, before=10).ended(40)

    assert isinstance(told.result("recovery"), Known)
    assert isinstance(sparse.result("recovery"), Unknown)


def test_a_criterion_that_nobody_looked_at_or_that_gave_no_answer_is_unknown():
    unseen = before_the_fault(RECOVERY).look(0.5, "pays", good=True).bent().ended()
    silent = hurt().look(49, "pays", good=None).ended()

    assert unseen.result("recovery") == Unknown("pays was not looked at after the fault")
    assert silent.result("recovery") == Unknown("pays gave no answer")


def test_a_quieter_failure_behind_a_green_graph_is_missed_at_the_end_of_the_watch():
    told = hurt(CHECKED).look(12, "pays", good=True).look(19, "pays", good=True)

    found = told.look(19, "no-duplicates", good=False).ended(20).result("recovery")
    assert found == Missed(seconds(18.5), "no-duplicates was still bad: status 503, wanted 200")


def test_a_negative_check_is_unknown_while_the_criteria_are_not_yet_watched():
    told = hurt(CHECKED).look(18, "pays", good=True).look(19, "pays", good=True)

    assert isinstance(told.look(19, "no-duplicates", good=False).ended(20).result("recovery"), Unknown)


def test_a_negative_check_that_nobody_made_is_unknown():
    told = hurt(CHECKED).look(12, "pays", good=True).look(49, "pays", good=True).ended()

    assert told.result("recovery") == Unknown("no-duplicates was not looked at after the fault")


def test_named_criteria_go_before_the_steady_state():
    rubric = replace(RECOVERY, recovery=RecoveryLimit(30, criteria=("backlog",), watch=5))
    told = hurt(rubric).look(49, "pays", good=False).look(2, "backlog", good=False).look(10, "backlog", good=True)

    assert told.look(49, "backlog", good=True).ended().result("recovery").high == seconds(8.5)


def test_recovery_without_criteria_is_unknown():
    assert before_the_fault(Rubric()).bent().ended().result("recovery") == Unknown(
        "there are no criteria and no steady state"
    )


# --- unharmed --------------------------------------------------------------------------

SAFE = Rubric(unharmed=UnharmedLimit(("us", "eu")))


def safe():
    return before_the_fault(SAFE).look(0.5, "us", good=True).look(0.5, "eu", good=True)


def test_what_stayed_good_to_the_end_of_the_fault_is_unharmed():
    told = safe().bent().look(21, "us", good=True).look(21, "eu", good=True).ended()

    assert told.result("unharmed").value == 1.0
    assert told.verdict("unharmed") == "met"


def test_one_bad_look_is_harm_even_when_it_is_over_soon():
    told = safe().bent().look(5, "us", good=False).look(6, "us", good=True)
    told.look(21, "us", good=True).look(21, "eu", good=True).ended()

    assert told.result("unharmed").value == 0.5
    assert told.result("unharmed").why == "us turned bad at 0:03.5: status 503, wanted 200"
    assert told.verdict("unharmed") == "missed"


def test_harm_after_the_fault_is_not_of_the_fault():
    told = safe().bent().look(21, "us", good=True).look(21, "eu", good=True).look(30, "us", good=False).ended()

    assert told.verdict("unharmed") == "met"


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        (safe().bent().look(21, "us", good=True).ended(), "eu was not looked at to the end of the fault"),
        (safe().bent().look(21, "us", good=True).look(5, "eu", good=None).ended(), "eu gave no answer"),
        (
            safe().look(0.7, "eu", good=False).bent().look(21, "us", good=True).ended(),
            "eu was bad before the fault already",
        ),
        (
            before_the_fault(SAFE).look(0.5, "us", good=True).bent().look(21, "us", good=True).ended(),
            "eu was not looked at",
        ),
    ],
)
def test_what_nobody_saw_is_unknown_and_not_unharmed(told, reason):
    assert told.result("unharmed") == Unknown(reason)


def test_nothing_can_be_called_unharmed_while_a_fault_is_left():
    told = safe().fault(1, "injecting").fault(T0, "active").look(9, "us", good=True).look(9, "eu", good=True).ended()

    assert "cannot be judged while a fault is left" in told.result("unharmed").why


def test_harm_weighs_more_than_what_nobody_saw():
    told = safe().bent().look(5, "us", good=False).look(5, "eu", good=None).ended()

    assert (told.result("unharmed").low, told.result("unharmed").high) == (0.0, 0.5)
    assert told.verdict("unharmed") == "missed"


# --- asked on their own, before anything has happened -------------------------------------


@pytest.mark.parametrize("measure", [first_symptom, alert_detection])
def test_before_a_fault_began_there_is_nothing_to_count_from(measure):
    assert measure(read([]), ALERT_ONLY) == Unknown("no fault began")
    assert fresh_alerts(read(before_the_fault().alert(0.5).entries), ALERT_ONLY.alert) == []
    with pytest.raises(ValueError, match="no fault took effect"):
        read([]).since_t0(0)


def test_what_the_scenario_does_not_name_is_unknown():
    facts = read(before_the_fault().bent().ended().entries)

    assert "expect.alert.says" in alert_names_impact(facts, ALERT_ONLY).why
    assert "names no probes" in unharmed(facts, ALERT_ONLY).why


def test_an_exporter_that_our_own_drill_stopped_makes_an_alert_missed_and_a_blind_source_unknown():
    """The monitoring that goes dark is part of the drill; an ear of ours that goes deaf is not."""

    def drill():
        told = before_the_fault().fault(0.9, "prepared", "no-metrics").fault(0.95, "injecting", "no-metrics")
        return told.fault(0.98, "active", "no-metrics").bent(cleared=30.0)

    dark = drill().fault(29, "reverting", "no-metrics").fault(30, "clear", "no-metrics").ended()
    deaf = drill().source(2.0, listening=False).fault(30, "clear", "no-metrics").ended()

    assert isinstance(dark.result("alert_detection"), Missed)
    assert dark.result("alert_detection").why == "CheckoutSlow did not come"
    assert isinstance(deaf.result("alert_detection"), Unknown)
    assert "pager was blind" in deaf.result("alert_detection").why
