"""A supervised program is stopped and stays down, since its own supervisor is told so. It signals nobody itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from injectors.contract import Change, InjectorError, Json, Kind, State, Undo
from injectors.process import checkup
from injectors.process.consent import CONSENT, consented, facts, recorded
from injectors.process.pool import Pool, Settings, occupied, pool_of
from injectors.values import Keys, rebuild


class Parameters(Keys):
    """It takes none: the target says which programs there are, `select` how many are kept down."""


@dataclass(frozen=True, slots=True)
class KeepDown:
    """One slot, kept empty."""

    change: Change
    pool: Pool

    @property
    def owner(self) -> str:
        return self.pool.address(self.change.subject)

    @property
    def call_limit(self) -> float:
        return self.pool.call_limit

    def prepare(self) -> Undo:
        pool_of(self.pool.settings, held_down=True)
        return Undo(self.change.kind, 1, facts(consented(self.change, self.pool)))

    def inject(self, undo: Undo) -> None:
        name = self.change.subject
        if self.pool.gone(name) or recorded(undo) is None:
            raise InjectorError(f"{self.owner} is gone since it was looked at: run the drill again")
        if self.pool.find(name) is not None:
            self.pool.stop(name)

    def revert(self, undo: Undo) -> None:
        if self.inspect(undo) is State.ACTIVE:
            self.pool.start(self.change.subject)

    def inspect(self, undo: Undo) -> State:
        """The slot counts, not who was in it: whoever is in it now, the fault is over."""
        recorded(undo)
        name = self.change.subject
        return State.CLEAR if self.pool.gone(name) or self.pool.find(name) is not None else State.ACTIVE


def subjects(settings: Mapping[str, Json], parameters: Mapping[str, Json]) -> Sequence[str]:
    """Every slot that somebody is in."""
    rebuild(Parameters, parameters)
    return occupied(pool_of(rebuild(Settings, settings), held_down=True))


def make(change: Change) -> KeepDown:
    """Rebuild it from the change."""
    return KeepDown(change, Pool(rebuild(Settings, change.target)))


KIND = Kind(
    name="process.keep_down",
    summary="Has a program's own supervisor stop it and leave it down.",
    target="process",
    settings=Settings,
    parameters=Parameters,
    consent=CONSENT,
    reverted_by="its supervisor is asked to start it; a program that somebody started meanwhile is left alone",
    subjects=subjects,
    make=make,
    example="{}",
    checkup=checkup,
)
