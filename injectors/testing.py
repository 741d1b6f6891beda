"""The suite every injector must pass, ours or a third party's: `check_injector(make, world)`. It holds no injector.

    from injectors.testing import check_injector

    def test_my_fault_keeps_the_contract():
        with MyWorld() as world:                       # a real target, started for the test
            report = check_injector(MY_KIND.make, world)
        assert report.cannot == {"drift": "a lock is held or free, there is no third value"}

`make` builds an injector from a `Change`. `world` (see `World`) is a **real** target that can be looked at, hurt, taken
away and put back without the injector's help. Each step begins with `world.reset()`, and each call of a step goes to an
injector built anew from the JSON of its `Change` and its `Undo`, as after a crash: nothing kept in memory can help it.

What a world cannot do it declares in `cannot`: {step: reason}. Such a step is listed in the report and never silently
left out, so a test that compares `report.cannot` notices when one more is missing.

The steps, each a promise of `injectors.contract`:
"""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass, field, replace
from typing import Protocol

from injectors import writes
from injectors.contract import (
    Change,
    Drifted,
    Fleeting,
    Injector,
    InjectorError,
    Json,
    Refused,
    State,
    Undo,
    Unreachable,
)

CALLS_LIMIT = 50
"""No injector may need more calls than this for one verb."""
UNDO_LIMIT = 64 * 1024
"""Bytes of an `Undo` as JSON: what is bigger belongs in the vault."""


class World(Protocol):
    """A real target and its surroundings, seen and moved from outside of the injector."""

    @property
    def cannot(self) -> Mapping[str, str]:
        """Steps this world cannot play: {name of the step: the reason, for people}."""
        ...

    @property
    def patience(self) -> float:
        """Seconds until an effect, or its end, must be seen; the longest any wait of the suite takes."""
        ...

    @property
    def secrets(self) -> Sequence[str]:
        """Secret values the target holds or the change refers to; none may ever be found in an `Undo`."""
        ...

    def reset(self) -> Change:
        """Make the target healthy and as new, without anything of ours; return a change that is allowed on it."""
        ...

    def unconsented(self) -> Change:
        """Like `reset`, but without the target's consent."""
        ...

    def state(self) -> Json:
        """All a fault of this kind can touch, as someone else sees it; equal states are equal values."""
        ...

    def writes(self) -> int:
        """How many times the target was asked to change until now, by anyone."""
        ...

    def fail_at(self, call: int, *, reply_lost: bool) -> None:
        """Cut the injector's `call`-th call to the target from now on (1 is the next), once; 0: let all through.

        `reply_lost`: the call arrives and takes effect, its answer never comes back; else it never arrives.
        """
        ...

    def silence(self) -> AbstractContextManager[None]:
        """Inside, the target does not answer; afterwards it does, unchanged."""
        ...

    def vanish(self) -> None:
        """Take the stable owner of the target away, for good."""
        ...

    def replace(self) -> None:
        """Put a new, healthy target in the place of the old one, under the same name."""
        ...

    def foreign(self) -> None:
        """Let somebody else put something of his own on the target, such as a toxic on the same proxy."""
        ...

    def drift(self) -> None:
        """While the fault is active, let somebody else give the target a third value: neither ours nor the old one."""
        ...

    def mend(self) -> None:
        """End the fault as responders would, without gameday."""
        ...


class BrokenPromise(AssertionError):
    """The injector does not keep its contract."""


@dataclass(frozen=True, slots=True)
class Report:
    """What was played, and what the world could not play."""

    passed: tuple[str, ...]
    cannot: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Play:
    """One step's stage: every verb goes to an injector built anew."""

    make: Callable[[Change], Injector]
    world: World
    change: Change

    def rebuilt(self) -> Injector:
        return self.make(Change(**_through_json(asdict(self.change))))

    def prepare(self) -> Undo:
        undo = self.rebuilt().prepare()
        return Undo(**_through_json(asdict(undo)))

    def inject(self, undo: Undo) -> None:
        self.rebuilt().inject(undo)

    def revert(self, undo: Undo) -> None:
        self.rebuilt().revert(undo)

    def inspect(self, undo: Undo) -> State:
        return self.rebuilt().inspect(undo)

    def active(self) -> Undo:
        """Prepare, inject, and wait until the effect is confirmed."""
        undo = self.prepare()
        self.inject(undo)
        self.sees(undo, State.ACTIVE)
        return undo

    def sees(self, undo: Undo, wanted: State) -> None:
        """Wait until `inspect` says so; a one-shot that was mended before anyone could look has `happened`."""

        def told() -> State | None:
            injector = self.rebuilt()
            found = injector.inspect(undo)
            fleeting = wanted is State.ACTIVE and isinstance(injector, Fleeting) and injector.happened(undo)
            return wanted if fleeting else found

        self.comes_true(lambda: told() is wanted, f"inspect never said {wanted.value}", lambda: str(told()))

    def is_as(self, before: Json) -> None:
        """Wait until the target is, field for field, as it was."""
        self.comes_true(
            lambda: self.world.state() == before,
            f"the target is not as it was: it was {before}",
            lambda: str(self.world.state()),
        )

    def is_clear(self, undo: Undo, before: Json) -> None:
        self.sees(undo, State.CLEAR)
        self.is_as(before)

    def comes_true(self, seen: Callable[[], bool], broken: str, now: Callable[[], str]) -> None:
        ends = time.monotonic() + self.world.patience
        while not seen():
            if time.monotonic() > ends:
                raise BrokenPromise(f"{broken}; after {self.world.patience:g} s it is {now()}")
            time.sleep(0.01)


def _through_json(value: Json) -> Json:
    return json.loads(json.dumps(value, allow_nan=False))


def _hold(kept: bool, broken: str) -> None:  # noqa: FBT001  a condition and what it means when it is false
    if not kept:
        raise BrokenPromise(broken)


def _raises(wanted: type[InjectorError], call: Callable[[], object], when: str) -> InjectorError:
    try:
        call()
    except wanted as expected:
        _hold(bool(str(expected).strip()), f"{when}: the {wanted.__name__} says nothing")
        return expected
    except InjectorError as other:
        raise BrokenPromise(f"{when}: {type(other).__name__} instead of {wanted.__name__}: {other}") from other
    raise BrokenPromise(f"{when}: no {wanted.__name__} was raised")


def looks_only(play: _Play) -> None:
    """Prepare (twice) and inspect write nothing, and inject says `writes.made()`, which a rehearsal counts."""
    before, made, counted = play.world.state(), play.world.writes(), writes.made_so_far()
    play.prepare()
    undo = play.prepare()
    _hold(play.inspect(undo) is State.CLEAR, "inspect does not say CLEAR before inject")
    _hold(play.world.writes() == made, f"prepare and inspect wrote {play.world.writes() - made} times")
    _hold(play.world.state() == before, "prepare or inspect changed the target")
    _hold(writes.made_so_far() == counted, "prepare or inspect says `writes.made()`")
    play.inject(undo)
    _hold(writes.made_so_far() > counted, "inject changes the target without saying `writes.made()` before it")
    play.revert(undo)


def undo_is_small_json_without_secrets(play: _Play) -> None:
    """The `Undo` is small plain JSON of its kind and holds no secret; the owner's address stays the same."""
    owner = play.rebuilt().owner
    undo = play.rebuilt().prepare()
    text = json.dumps(asdict(undo))
    _hold(undo.kind == play.change.kind, f"the undo's kind is {undo.kind!r}, not {play.change.kind!r}")
    _hold(_through_json(asdict(undo)) == asdict(undo), "the undo does not survive JSON unchanged")
    _hold(len(text) <= UNDO_LIMIT, f"the undo is {len(text)} bytes long")
    for secret in play.world.secrets:
        _hold(secret not in text and json.dumps(secret)[1:-1] not in text, "the undo holds a secret")
    play.inject(undo)
    _hold(bool(owner) and play.rebuilt().owner == owner, "the owner's address changed")


def comes_and_goes(play: _Play) -> None:
    """Inject is seen, and revert puts everything back."""
    before = play.world.state()
    undo = play.active()
    play.revert(undo)
    play.is_clear(undo, before)


def inject_twice(play: _Play) -> None:
    """A second inject changes nothing more, and one revert ends both."""
    before = play.world.state()
    undo = play.active()
    once = play.world.state()
    play.inject(undo)
    play.is_as(once)
    play.revert(undo)
    play.is_clear(undo, before)


def revert_twice(play: _Play) -> None:
    """A revert that comes twice is harmless."""
    before = play.world.state()
    undo = play.active()
    play.revert(undo)
    play.is_clear(undo, before)
    play.revert(undo)
    play.is_clear(undo, before)


def revert_without_inject(play: _Play) -> None:
    """A revert of what was only prepared changes nothing."""
    before = play.world.state()
    undo = play.prepare()
    play.revert(undo)
    play.is_clear(undo, before)


def late_inject(play: _Play) -> None:
    """An inject that arrives after the revert is ended by the next revert."""
    before = play.world.state()
    undo = play.prepare()
    play.revert(undo)
    play.inject(undo)
    play.revert(undo)
    play.is_clear(undo, before)


def dirty_baseline(play: _Play) -> None:
    """Prepare refuses a target that another drill holds bent."""
    undo = play.active()
    other = replace(play, change=replace(play.change, tag="gameday-9999-0ddba1"))
    _raises(Refused, other.prepare, "prepare of another drill while the fault is active")
    play.revert(undo)


def inject_fails_at_every_call(play: _Play) -> None:
    """Whichever call of inject is cut, before it arrives or after, a revert leaves nothing."""
    for reply_lost in (False, True):
        for call in range(1, CALLS_LIMIT + 1):
            play = replace(play, change=play.world.reset())
            before = play.world.state()
            undo = play.prepare()
            play.world.fail_at(call, reply_lost=reply_lost)
            failed = _fails(lambda: play.inject(undo))  # noqa: B023  called at once
            play.world.fail_at(0, reply_lost=False)
            play.revert(undo)
            play.is_clear(undo, before)
            if not failed:
                break
        else:
            raise BrokenPromise(f"inject needs more than {CALLS_LIMIT} calls")


def revert_fails_at_every_call(play: _Play) -> None:
    """Whichever call of revert is cut, before it arrives or after, the next revert leaves nothing."""
    for reply_lost in (False, True):
        for call in range(1, CALLS_LIMIT + 1):
            play = replace(play, change=play.world.reset())
            before = play.world.state()
            undo = play.active()
            play.world.fail_at(call, reply_lost=reply_lost)
            failed = _fails(lambda: play.revert(undo))  # noqa: B023  called at once
            play.world.fail_at(0, reply_lost=False)
            play.revert(undo)
            play.is_clear(undo, before)
            if not failed:
                break
        else:
            raise BrokenPromise(f"revert needs more than {CALLS_LIMIT} calls")


def unreachable(play: _Play) -> None:
    """While the target does not answer every verb raises `Unreachable`, and afterwards a revert still works."""
    before = play.world.state()
    undo = play.active()
    with play.world.silence():
        _raises(Unreachable, play.prepare, "prepare on a silent target")
        _raises(Unreachable, lambda: play.inject(undo), "inject on a silent target")
        _raises(Unreachable, lambda: play.inspect(undo), "inspect of a silent target")
        _raises(Unreachable, lambda: play.revert(undo), "revert on a silent target")
    play.revert(undo)
    play.is_clear(undo, before)


def vanished(play: _Play) -> None:
    """A target that is gone for good counts as clear, and nothing is put in its place."""
    undo = play.active()
    play.world.vanish()
    gone = play.world.state()
    play.revert(undo)
    play.is_clear(undo, gone)


def vanished_before_inject(play: _Play) -> None:
    """Inject on a target that is gone fails loudly and leaves nothing."""
    undo = play.prepare()
    play.world.vanish()
    gone = play.world.state()
    _raises(InjectorError, lambda: play.inject(undo), "inject on a target that is gone")
    play.revert(undo)
    play.is_as(gone)


def replaced(play: _Play) -> None:
    """A target that was replaced meanwhile ends clear and keeps what it has now."""
    undo = play.active()
    play.world.replace()
    new = play.world.state()
    play.revert(undo)
    play.is_clear(undo, new)


def foreign_before(play: _Play) -> None:
    """What somebody else had put on the target before is still there after the revert."""
    play.world.foreign()
    comes_and_goes(play)


def foreign_during(play: _Play) -> None:
    """What somebody else puts on the target during the fault survives the revert."""
    play.world.foreign()
    wanted = play.world.state()
    play = replace(play, change=play.world.reset())
    undo = play.active()
    play.world.foreign()
    play.revert(undo)
    play.is_clear(undo, wanted)


def drift(play: _Play) -> None:
    """A third value raises `Drifted` and is left alone."""
    undo = play.active()
    play.world.drift()
    found = play.world.state()
    _raises(Drifted, lambda: play.revert(undo), "revert of a target that somebody else changed")
    _hold(play.world.state() == found, "a drifted target was overwritten")
    _hold(play.inspect(undo) is not State.CLEAR, "inspect calls a drifted target CLEAR")


def mended_by_responders(play: _Play) -> None:
    """A fault that responders ended is CLEAR, and a revert leaves their work alone."""
    undo = play.active()
    play.world.mend()
    play.sees(undo, State.CLEAR)
    mended = play.world.state()
    play.revert(undo)
    play.is_clear(undo, mended)


def consent_missing(play: _Play) -> None:
    """Without the target's consent prepare refuses, writes nothing, and says how consent is given."""
    play = replace(play, change=play.world.unconsented())
    before, made = play.world.state(), play.world.writes()
    said = str(_raises(Refused, play.prepare, "prepare without consent"))
    _hold("consent" in said, f"the refusal does not say how to give consent: {said!r}")
    _hold(play.world.writes() == made and play.world.state() == before, "a refused prepare changed the target")


def _fails(call: Callable[[], None]) -> bool:
    """Did it fail, and by an error of the family? Anything else is a broken promise and passes through."""
    try:
        call()
    except InjectorError:
        return True
    return False


STEPS: Mapping[str, Callable[[_Play], None]] = {
    step.__name__: step
    for step in (
        looks_only,
        undo_is_small_json_without_secrets,
        comes_and_goes,
        inject_twice,
        revert_twice,
        revert_without_inject,
        late_inject,
        dirty_baseline,
        inject_fails_at_every_call,
        revert_fails_at_every_call,
        unreachable,
        vanished,
        vanished_before_inject,
        replaced,
        foreign_before,
        foreign_during,
        drift,
        mended_by_responders,
        consent_missing,
    )
}
"""Name -> the step; the names are what `World.cannot` and `only` speak of."""

__doc__ += "".join(f"\n- `{name}`: {step.__doc__}" for name, step in STEPS.items())


def check_injector(make: Callable[[Change], Injector], world: World, *, only: Sequence[str] = ()) -> Report:
    """Play every step (or only these) against the world. Raises `BrokenPromise`, or what the injector raised."""
    unknown = sorted({*world.cannot, *only} - set(STEPS))
    _hold(not unknown, f"no step is called {', '.join(unknown)}; there are {', '.join(STEPS)}")
    passed = []
    for name in only or STEPS:
        if name in world.cannot:
            continue
        try:
            STEPS[name](_Play(make, world, world.reset()))
        except (AssertionError, InjectorError) as broken:
            broken.add_note(f"step {name}: {STEPS[name].__doc__}")
            raise
        passed.append(name)
    return Report(tuple(passed), {name: why for name, why in world.cannot.items() if name in (only or STEPS)})
