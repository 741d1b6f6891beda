from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drills.guard import phases
from drills.guard.phases import Do, Limits, Phase, Tracked, Wish, next_step
from injectors.contract import Change, State, Undo

LIMITS = Limits(tries=5, first_wait=0.1, longest_wait=1.0, effect=2.0, settle=1.5)
CHANGE = Change("f", "noop", "s", "gameday-1-abcdef")


def a_change(phase=Phase.PREPARED, **more):
    return replace(Tracked(CHANGE, Undo("noop", 1), "owner", phase), **more)


def answers():
    """What the world may say to a call: it works, it fails for now, it fails for good, or a state is seen."""
    return st.sampled_from(["works", "fails", "drifted", *State])


def perform(tracked, step, answer, now):  # noqa: PLR0911 - one return for each kind of step
    """What an engine does with a step, in short."""
    if step.do in (Do.INJECT, Do.REVERT):
        phase = Phase.INJECTING if step.do is Do.INJECT else Phase.REVERTING
        if tracked.phase is not phase:
            tracked = phases.begin(tracked, phase, 1)
    if step.do is Do.CLOSE:
        return phases.begin(tracked, Phase.CLEAR, 1)
    if step.do is Do.GIVE_UP:
        return phases.begin(tracked, Phase.STUCK, 1, step.why)
    if step.do in (Do.WAIT, Do.NOTHING):
        return tracked
    if answer in ("fails", "drifted"):
        return phases.failed(tracked, "why", now, LIMITS, final=answer == "drifted")
    if step.do is Do.LOOK:
        seen = phases.looked(tracked, answer if isinstance(answer, State) else State.CLEAR, now, LIMITS)
        if seen.phase is Phase.INJECTING and seen.seen is State.ACTIVE:
            return phases.begin(seen, Phase.ACTIVE, 1)
        return seen
    return phases.proved(tracked) if step.do is Do.PROVE else phases.returned(tracked, now)


@given(st.sampled_from([p for p in Phase if p not in (Phase.CLEAR, Phase.STUCK)]), st.data())
def test_once_stop_is_wished_every_change_ends_clear_or_stuck_within_bounded_steps(phase, data):
    tracked, now = a_change(phase), 100.0
    for _ in range(200):
        step = next_step(tracked, now, Wish.STOP, LIMITS)
        assert step.do not in (Do.PROVE, Do.INJECT)
        if step.do is Do.NOTHING:
            break
        if step.do is Do.WAIT:
            assert step.until > now
            now = step.until
        if step.do is Do.CLOSE:
            assert tracked.seen is State.CLEAR
            assert tracked.clear_since is not None
            assert tracked.seen_at - tracked.clear_since >= LIMITS.settle
        if step.do is Do.GIVE_UP:
            assert tracked.final or tracked.tries >= LIMITS.tries
        tracked = perform(tracked, step, data.draw(answers()), now)
    assert tracked.phase in (Phase.CLEAR, Phase.STUCK)


@given(st.data())
def test_a_change_that_runs_ends_within_its_duration_whatever_the_world_says(data):
    tracked, now, injected = a_change(until=105.0), 100.0, False
    for _ in range(400):
        step = next_step(tracked, now, Wish.RUN, LIMITS)
        if step.do is Do.NOTHING:
            break
        if step.do is Do.WAIT:
            assert step.until > now
            now = step.until
        injected = injected or step.do is Do.INJECT
        if step.do is Do.INJECT:
            assert tracked.proved
            assert tracked.phase in (Phase.PREPARED, Phase.INJECTING)
        if injected and now >= 105.0:
            assert step.do not in (Do.PROVE, Do.INJECT)
        tracked = perform(tracked, step, data.draw(answers()), now)
        now += 0.01
    assert tracked.phase in (Phase.CLEAR, Phase.STUCK)


def test_the_right_to_revert_is_proved_before_the_way_in_is_taken():
    assert next_step(a_change(), 0, Wish.RUN).do is Do.PROVE
    assert next_step(phases.proved(a_change()), 0, Wish.RUN).do is Do.INJECT


def test_what_was_only_prepared_is_reverted_too_since_its_call_may_have_been_made():
    assert next_step(a_change(Phase.PREPARED), 0, Wish.STOP).do is Do.REVERT


def test_an_injected_fault_that_never_bites_is_reverted():
    quiet = phases.looked(phases.returned(a_change(Phase.INJECTING), 10.0), State.CLEAR, 11.0)
    assert next_step(quiet, 11.1, Wish.RUN, LIMITS).do is Do.LOOK
    step = next_step(quiet, 12.0, Wish.RUN, LIMITS)
    assert (step.do, step.why) == (Do.REVERT, "no effect within 2s")


def test_a_fault_whose_duration_is_over_before_it_was_felt_is_reverted():
    late = a_change(Phase.INJECTING, until=10.0)
    assert next_step(late, 9.9, Wish.RUN).do is Do.INJECT
    assert next_step(late, 10.0, Wish.RUN) == phases.Step(Do.REVERT, why="its duration is over")


def test_an_active_fault_that_is_seen_clear_was_cleared_by_responders():
    seen = phases.looked(a_change(Phase.ACTIVE), State.CLEAR, 10.0)
    step = next_step(seen, 10.0, Wish.RUN)
    assert (step.do, step.why) == (Do.CLOSE, "cleared by responders")


def test_the_end_of_its_duration_comes_before_the_next_look():
    active = phases.looked(a_change(Phase.ACTIVE, until=10.3), State.ACTIVE, 10.0)
    assert next_step(active, 10.1, Wish.RUN) == phases.Step(Do.WAIT, 10.3)
    assert next_step(active, 10.3, Wish.RUN).do is Do.REVERT


def test_a_fault_that_comes_back_while_it_settles_is_reverted_again_and_settles_anew():
    tracked = phases.looked(phases.returned(a_change(Phase.REVERTING), 10.0), State.CLEAR, 10.0, LIMITS)
    back = phases.looked(tracked, State.ACTIVE, 10.5, LIMITS)
    assert back.clear_since is None
    assert next_step(back, 10.7, Wish.STOP, LIMITS).do is Do.REVERT
    again = phases.looked(phases.returned(back, 10.7), State.CLEAR, 10.7, LIMITS)
    assert next_step(phases.looked(again, State.CLEAR, 11.6, LIMITS), 11.6, Wish.STOP, LIMITS).do is Do.WAIT
    assert next_step(phases.looked(again, State.CLEAR, 12.2, LIMITS), 12.2, Wish.STOP, LIMITS).do is Do.CLOSE


def test_somebody_elses_change_is_given_up_at_once():
    drifted = phases.failed(a_change(Phase.REVERTING), "drifted", 10.0, LIMITS, final=True)
    assert next_step(drifted, 10.0, Wish.STOP, LIMITS) == phases.Step(Do.GIVE_UP, why="drifted")


@pytest.mark.parametrize("tries", range(6))
def test_the_wait_doubles_up_to_a_limit(tries):
    failed = phases.failed(a_change(Phase.REVERTING, tries=tries), "no answer", 10.0, LIMITS)
    assert failed.again_at == pytest.approx(10.0 + min(0.1 * 2**tries, 1.0))


def test_a_transition_forgets_what_was_seen_and_tried_before_it():
    tried = phases.failed(phases.looked(a_change(Phase.ACTIVE, until=9.0), State.ACTIVE, 5.0), "x", 6.0)
    begun = phases.begin(tried, Phase.REVERTING, 7, "STOP", "ann")
    assert begun == a_change(Phase.REVERTING, until=9.0, at=7, why="STOP", by="ann")


@pytest.mark.parametrize(
    ("phase", "resolved", "is_open"),
    [
        (Phase.STUCK, False, True),
        (Phase.STUCK, True, False),
        (Phase.CLEAR, False, False),
        (Phase.PREPARED, False, True),
    ],
)
def test_a_change_is_open_until_it_is_clear_or_resolved(phase, resolved, is_open):
    assert a_change(phase, resolved=resolved).open is is_open
