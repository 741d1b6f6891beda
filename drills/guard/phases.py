"""The life of one change, as pure functions: what to do next, what each answer means. Never a clock, wait or call."""

from dataclasses import dataclass, replace
from enum import StrEnum

from injectors.contract import Change, State, Undo


class Phase(StrEnum):
    """Where a change stands; the undo log holds the last one."""

    PREPARED = "prepared"
    INJECTING = "injecting"
    ACTIVE = "active"
    REVERTING = "reverting"
    CLEAR = "clear"
    STUCK = "stuck"


class Wish(StrEnum):
    """What is wanted of a change; after a crash it is always STOP."""

    RUN = "run"
    STOP = "stop"


class Do(StrEnum):
    """What to do next with one change."""

    PROVE = "prove"
    """Call `prove`, then say `proved`."""
    INJECT = "inject"
    """Write INJECTING to the undo log (`begin`), call `inject`, then say `returned` or `failed`."""
    LOOK = "look"
    """Call `inspect`, then say `looked` or `failed`."""
    REVERT = "revert"
    """Write REVERTING if it is not that yet (`begin`), call `revert`, then say `returned` or `failed`."""
    WAIT = "wait"
    """Nothing before `Step.until`."""
    CLOSE = "close"
    """Write CLEAR."""
    GIVE_UP = "give up"
    """Write STUCK, loudly."""
    NOTHING = "nothing"
    """It is over."""


@dataclass(frozen=True, slots=True)
class Step:
    """The next thing to do, until when to wait for it, and the reason in words for people."""

    do: Do
    until: float = 0.0
    why: str = ""


@dataclass(frozen=True, slots=True)
class Limits:
    """How long and how often; all in seconds of the caller's clock."""

    tries: int = 8
    """Failed calls and looks of one phase, before it is given up."""
    first_wait: float = 0.1
    """After the first failure; it doubles with each further one."""
    longest_wait: float = 5.0
    effect: float = 10.0
    """An injected fault that does not show by then never will: it is reverted."""
    effect_look: float = 0.05
    active_look: float = 1.0
    settle: float = 0.0
    """How long it must stay clear before it counts as clear: a request may still be on its way."""
    settle_look: float = 0.25


LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Tracked:
    """One change and all that is known of it. What follows `resolved` is in memory only: a reader starts afresh."""

    change: Change
    undo: Undo
    owner: str = ""
    phase: Phase = Phase.PREPARED
    at: int = 0
    """UTC ns of the last transition."""
    why: str = ""
    by: str = ""
    resolved: bool = False
    """A person said, with a reason, that this stuck change no longer matters."""

    tries: int = 0
    """Calls and looks of this phase that failed."""
    again_at: float = 0.0
    """Nothing is tried before this moment."""
    proved: bool = False
    called: bool = False
    """This phase's own call (inject, revert) has returned and nothing has called for another one."""
    called_at: float = 0.0
    seen: State | None = None
    """What the last look saw, since the last call."""
    seen_at: float = 0.0
    clear_since: float | None = None
    """Seen clear, without a break, since then."""
    final: bool = False
    """Trying again is useless: drifted, refused."""
    until: float | None = None
    """The end of its duration, in the clock of `now`; the engine sets it when the fault is injected."""

    @property
    def open(self) -> bool:
        """True while this change may still bend its target."""
        return self.phase is not Phase.CLEAR and not self.resolved


def next_step(tracked: Tracked, now: float, wish: Wish, limits: Limits = LIMITS) -> Step:
    """What to do next with this change; pure, and it always ends in NOTHING within bounded tries."""
    if not tracked.open or tracked.phase is Phase.STUCK:
        return Step(Do.NOTHING)
    if tracked.phase is Phase.REVERTING:
        return _reverting(tracked, now, limits)
    if wish is Wish.STOP:
        return Step(Do.REVERT)
    if tracked.phase is Phase.PREPARED:
        return _prepared(tracked, now, limits)
    if tracked.phase is Phase.INJECTING:
        return _injecting(tracked, now, limits)
    return _active(tracked, now, limits)


def _prepared(tracked: Tracked, now: float, limits: Limits) -> Step:
    if tracked.final or tracked.tries >= limits.tries:
        return Step(Do.REVERT, why=tracked.why)
    if now < tracked.again_at:
        return Step(Do.WAIT, tracked.again_at, tracked.why)
    return Step(Do.INJECT if tracked.proved else Do.PROVE)


def _injecting(tracked: Tracked, now: float, limits: Limits) -> Step:
    if tracked.final or tracked.tries >= limits.tries:
        return Step(Do.REVERT, why=tracked.why)
    if tracked.until is not None and now >= tracked.until:
        return Step(Do.REVERT, why="its duration is over")
    if now < tracked.again_at:
        return Step(Do.WAIT, tracked.again_at, tracked.why)
    if not tracked.called:
        return Step(Do.INJECT)
    if now - tracked.called_at >= limits.effect and tracked.seen is not None:
        return Step(Do.REVERT, why=f"no effect within {limits.effect:g}s")
    return _look_or_wait(tracked, now, limits.effect_look)


def _active(tracked: Tracked, now: float, limits: Limits) -> Step:
    if tracked.until is not None and now >= tracked.until:
        return Step(Do.REVERT, why="its duration is over")
    if tracked.seen is State.CLEAR:
        return Step(Do.CLOSE, why="cleared by responders")
    if now < tracked.again_at:
        return Step(Do.WAIT, _soonest(tracked.again_at, tracked.until), tracked.why)
    step = _look_or_wait(tracked, now, limits.active_look)
    return replace(step, until=_soonest(step.until, tracked.until)) if step.do is Do.WAIT else step


def _reverting(tracked: Tracked, now: float, limits: Limits) -> Step:
    if tracked.final or tracked.tries >= limits.tries:
        return Step(Do.GIVE_UP, why=tracked.why)
    if now < tracked.again_at:
        return Step(Do.WAIT, tracked.again_at, tracked.why)
    if not tracked.called:
        return Step(Do.REVERT)
    if tracked.seen is State.CLEAR and tracked.clear_since is not None:
        settled_at = tracked.clear_since + limits.settle
        if tracked.seen_at >= settled_at:
            return Step(Do.CLOSE)
        look_at = min(tracked.seen_at + limits.settle_look, settled_at)
        return Step(Do.LOOK) if now >= look_at else Step(Do.WAIT, look_at, "settling")
    return Step(Do.LOOK)


def _look_or_wait(tracked: Tracked, now: float, every: float) -> Step:
    if tracked.seen is None or now >= tracked.seen_at + every:
        return Step(Do.LOOK)
    return Step(Do.WAIT, tracked.seen_at + every)


def _soonest(moment: float, until: float | None) -> float:
    return moment if until is None else min(moment, until)


def begin(tracked: Tracked, phase: Phase, at: int, why: str = "", by: str = "") -> Tracked:
    """The change after a transition: nothing has been called, seen or failed in the new phase."""
    kept = {"proved": tracked.proved, "until": tracked.until}
    return Tracked(tracked.change, tracked.undo, tracked.owner, phase, at, why, by, tracked.resolved, **kept)  # type: ignore[arg-type]  # two fields by name


def proved(tracked: Tracked) -> Tracked:
    """`prove` returned: the right to revert is there."""
    return replace(tracked, proved=True)


def returned(tracked: Tracked, now: float) -> Tracked:
    """The call of this phase returned; what was seen before it no longer counts."""
    return replace(tracked, called=True, called_at=now, seen=None, seen_at=now)


def looked(tracked: Tracked, state: State, now: float, limits: Limits = LIMITS) -> Tracked:
    """`inspect` answered. While reverting, anything but CLEAR is a failed try: revert has to be called again."""
    if state is State.CLEAR:
        since = tracked.clear_since if tracked.clear_since is not None else now
        return replace(tracked, seen=state, seen_at=now, clear_since=since)
    seen = replace(tracked, seen=state, seen_at=now, clear_since=None)
    if tracked.phase is Phase.REVERTING:
        return failed(replace(seen, called=False), f"still {state} after a revert", now, limits)
    return seen


def failed(tracked: Tracked, why: str, now: float, limits: Limits = LIMITS, *, final: bool = False) -> Tracked:
    """A call or a look failed: try again later, or never when `final`. Nothing counts as clear any more."""
    wait = min(limits.first_wait * 2.0 ** min(tracked.tries, 30), limits.longest_wait)
    return replace(
        tracked, tries=tracked.tries + 1, again_at=now + wait, why=why, final=tracked.final or final, clear_since=None
    )
