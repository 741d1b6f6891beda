"""A process and all below it stand still (SIGSTOP): alive for the kernel, silent for everybody else."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from injectors.contract import Change, InjectorError, Json, Kind, State, Undo
from injectors.process import checkup, kernel
from injectors.process.consent import CONSENT, consented, facts, recorded, whole_tree
from injectors.process.frozen import freeze, notes_of, thaw
from injectors.process.pool import Pool, Settings, occupied
from injectors.values import Keys, rebuild


class Parameters(Keys):
    """It takes none: the target says which processes there are, `select` how many are stopped."""


@dataclass(frozen=True, slots=True)
class Stop:
    """One process, standing still."""

    change: Change
    pool: Pool

    @property
    def owner(self) -> str:
        return self.pool.address(self.change.subject)

    def prepare(self) -> Undo:
        root = consented(self.change, self.pool)
        whole_tree(root)
        return Undo(self.change.kind, 1, facts(root))

    def inject(self, undo: Undo) -> None:
        root = recorded(undo)
        if root is None or not freeze(root, notes_of(self.change)):
            raise InjectorError(f"{self.owner} was ended or replaced since it was looked at: run the drill again")

    def revert(self, undo: Undo) -> None:
        """Let go exactly those that we stopped: who was stopped by somebody else before stays so."""
        if recorded(undo) is not None:
            thaw(notes_of(self.change))

    def inspect(self, undo: Undo) -> State:
        root = recorded(undo)
        ours = [each for each in notes_of(self.change).read() if kernel.alive(each)] if root else []
        if not any(kernel.stopping(each) for each in ours):
            return State.CLEAR
        return State.ACTIVE if root in ours and all(kernel.stopped(each) for each in ours) else State.MIXED


def subjects(settings: Mapping[str, Json], parameters: Mapping[str, Json]) -> Sequence[str]:
    """Every slot that somebody is in."""
    rebuild(Parameters, parameters)
    return occupied(Pool(rebuild(Settings, settings)))


def make(change: Change) -> Stop:
    """Rebuild it from the change."""
    return Stop(change, Pool(rebuild(Settings, change.target)))


KIND = Kind(
    name="process.stop",
    summary="Stops a process and all below it in mid-work (SIGSTOP): it keeps its connections and answers nothing.",
    target="process",
    settings=Settings,
    parameters=Parameters,
    consent=CONSENT,
    reverted_by="exactly those that we stopped are continued (SIGCONT)",
    subjects=subjects,
    make=make,
    example="{}",
    checkup=checkup,
)
