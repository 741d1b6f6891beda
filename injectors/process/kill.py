"""A process and all below it are killed at once. A one-shot: it is taken back when its pool is whole again."""

import signal
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from injectors.contract import Change, InjectorError, Json, Kind, State, Undo
from injectors.process import checkup, kernel
from injectors.process.consent import CONSENT, consented, facts, recorded, whole_tree
from injectors.process.frozen import freeze, notes_of, still, thaw
from injectors.process.pool import Pool, Settings, occupied
from injectors.values import Keys, rebuild

END_LIMIT = 2.0
"""Seconds until a killed process must be gone."""


class Parameters(Keys):
    """It takes none: the target says which processes there are, `select` how many are killed."""


@dataclass(frozen=True, slots=True)
class Kill:
    """One process, killed."""

    change: Change
    pool: Pool

    @property
    def owner(self) -> str:
        return self.pool.address(self.change.subject)

    @property
    def call_limit(self) -> float:
        return self.pool.call_limit

    def prepare(self) -> Undo:
        root = consented(self.change, self.pool)
        whole_tree(root)
        return Undo(self.change.kind, 1, {**facts(root), "pool": self.pool.live()})

    def inject(self, undo: Undo) -> None:
        """Stop the whole tree first: nobody in it sees another one die, and nobody slips through."""
        root = recorded(undo)
        if root is None or self.pool.gone(self.change.subject):
            raise InjectorError(f"{self.owner} is gone since it was looked at: run the drill again")
        killed = freeze(root, notes_of(self.change))
        for each in killed:
            kernel.send(each, signal.SIGKILL)
        if not kernel.await_end(killed, END_LIMIT):
            raise InjectorError(f"process {root.pid} does not end, although it was killed")

    def revert(self, undo: Undo) -> None:
        """Let go whom a kill that was cut short left stopped, and have the missing one started by its supervisor."""
        if recorded(undo) is None:
            return
        thaw(notes_of(self.change))
        if self.inspect(undo) is State.ACTIVE and self.pool.can_start():
            self.pool.start(self.change.subject)

    def inspect(self, undo: Undo) -> State:
        root = recorded(undo)
        if root is None:
            return State.CLEAR
        if still(notes_of(self.change)):
            return State.MIXED
        whole = kernel.alive(root) or self.pool.gone(self.change.subject) or self._whole(undo)
        return State.CLEAR if whole else State.ACTIVE

    def happened(self, undo: Undo) -> bool:
        root = recorded(undo)
        return root is None or not kernel.alive(root)

    def _whole(self, undo: Undo) -> bool:
        """A new one is in the slot, or as many as before are somewhere: some pools name their slots anew."""
        if self.pool.find(self.change.subject) is not None:
            return True
        live = self.pool.live()
        return live is not None and live >= undo.facts["pool"]


def subjects(settings: Mapping[str, Json], parameters: Mapping[str, Json]) -> Sequence[str]:
    """Every slot that somebody is in."""
    rebuild(Parameters, parameters)
    return occupied(Pool(rebuild(Settings, settings)))


def make(change: Change) -> Kill:
    """Rebuild it from the change."""
    return Kill(change, Pool(rebuild(Settings, change.target)))


KIND = Kind(
    name="process.kill",
    summary="Kills a process and all below it, as the kernel does when memory runs out.",
    target="process",
    settings=Settings,
    parameters=Parameters,
    consent=CONSENT,
    reverted_by="its supervisor starts it again, by itself or asked by us; it is over when the pool is whole",
    subjects=subjects,
    make=make,
    holds=False,
    example="{}",
    checkup=checkup,
)
