"""One field of one object holds another value, and holds the old one again. What value, each fault says."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from injectors.contract import Change, Drifted, InjectorError, Json, Refused, State, Undo
from injectors.kubernetes import allowed, mark
from injectors.kubernetes.cluster import Changed, Cluster, Missing
from injectors.kubernetes.objects import Field

Found = Mapping[str, Json]
RIGHTS = 3
"""Each a request."""
REQUESTS = 8
"""In one call of a fault, at most."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What tells one fault from another."""

    field: Field
    ours: Callable[[Cluster, Change, Found], Json]
    """(cluster, change, the object) -> the value to put. Raises `Refused`. Looks only."""
    mended: Callable[[Json, Json], bool] = lambda found, was: found == was
    """(a value that somebody else put, the old one): is it as good as the old one?"""
    bites: Callable[[Found, Json], bool] = lambda _found, _ours: True
    """(the object, our value): does the cluster act on it yet?"""
    rights: Sequence[allowed.Right] = ()
    """Besides getting and patching the object."""


@dataclass(frozen=True, slots=True)
class Bending:
    """One object; the subject is `NAMESPACE/NAME`, or a node's name."""

    change: Change
    cluster: Cluster
    fault: Fault

    @property
    def owner(self) -> str:
        return f"{self.cluster.name} {self.fault.field.noun} {self.change.subject}"

    @property
    def call_limit(self) -> float:
        return self.cluster.limit(REQUESTS)

    @property
    def path(self) -> str:
        return self.fault.field.path(self.change.subject)

    def prepare(self) -> Undo:
        field, (where, _, name) = self.fault.field, self.change.subject.rpartition("/")
        if field.namespaced:
            allowed.namespace(self.cluster, self.change, where)
        allowed.rights(self.cluster, [("get", field.resource), ("patch", field.resource)], where, name)
        allowed.rights(self.cluster, self.fault.rights, where)
        try:
            found = self.cluster.get(self.path)
        except Missing:
            raise Refused(f"there is no {self.owner}") from None
        if not field.namespaced:
            allowed.consented(found, self.change, f"the {field.noun} {name}")
        tag = mark.annotations(found).get(mark.TAG)
        if tag and field.value(found) == _marked(found).get("ours"):
            raise Refused(f"{self.owner} is bent by {tag} already: run `gameday sweep`")
        ours = self.fault.ours(self.cluster, self.change, found)
        facts = {"uid": found["metadata"]["uid"], "was": field.value(found), "ours": ours}
        return Undo(self.change.kind, 1, facts)

    def inject(self, undo: Undo) -> None:
        facts = recorded(undo)
        try:
            found = self.cluster.get(self.path)
            value = self.fault.field.value(found)
            if value == facts["ours"] and self._tagged(found):
                return
            if value != facts["was"] or found["metadata"]["uid"] != facts["uid"]:
                raise Refused(f"{self.owner} was changed since it was looked at: run the drill again")
            self.cluster.patch(self.path, mark.bent(found, self.fault.field, facts["ours"], self.change.tag))
        except Missing:
            raise InjectorError(f"{self.owner} is gone since it was looked at: run the drill again") from None

    def revert(self, undo: Undo) -> None:
        """Put back the field and take our mark away, and nothing else: what others changed meanwhile stays."""
        facts, field = recorded(undo), self.fault.field
        try:
            found = self.cluster.get(self.path)
            value = field.value(found)
            match self._field_state(found, facts):
                case State.ACTIVE:
                    self.cluster.patch(self.path, mark.restored(found, field, facts["was"]))
                case State.MIXED:
                    told = "another value" if isinstance(value, str) else f"{value}, it was {facts['was']}"
                    raise Drifted(f"{self.owner}: somebody else gave {'.'.join(field.at)} {told}: mend it by hand")
                case State.CLEAR if self._tagged(found):
                    self.cluster.patch(self.path, mark.restored(found, field, value))
        except Missing:
            return

    def inspect(self, undo: Undo) -> State:
        facts = recorded(undo)
        try:
            found = self.cluster.get(self.path)
        except Missing:
            return State.CLEAR
        state = self._field_state(found, facts)
        bites = state is not State.ACTIVE or self.fault.bites(found, facts["ours"])
        return state if bites else State.MIXED

    def prove(self, undo: Undo) -> None:
        """Make revert's own call with the value as it is."""
        facts = recorded(undo)
        try:
            self.cluster.patch(self.path, mark.restored(self.cluster.get(self.path), self.fault.field, facts["was"]))
        except (Missing, Changed):
            raise Refused(f"{self.owner} was changed since it was looked at: run the drill again") from None

    def _field_state(self, found: Found, facts: Mapping[str, Json]) -> State:
        value = self.fault.field.value(found)
        tag = mark.annotations(found).get(mark.TAG)
        if tag != self.change.tag and (tag is not None or found["metadata"]["uid"] != facts["uid"]):
            return State.CLEAR
        if value == facts["ours"]:
            return State.ACTIVE
        return State.CLEAR if value == facts["was"] or self.fault.mended(value, facts["was"]) else State.MIXED

    def _tagged(self, found: Found) -> bool:
        return mark.annotations(found).get(mark.TAG) == self.change.tag


def recorded(undo: Undo) -> Mapping[str, Json]:
    """Read an undo."""
    return undo.of_version(1)


def _marked(found: Found) -> Mapping[str, Json]:
    return mark.undo_of(found) or {}
