"""Another certificate stands in for the real one, and makes way for it again. What is wrong with it, each fault says.

The stand-in is one file that holds all of itself: the drill's tag and the real certificate's own text are in its
comment. So there is nothing beside it that could be left behind, and whoever overwrites it has mended everything.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from injectors import command
from injectors.certificate import checkup, files, issuing, leaf, sweep
from injectors.certificate.issuing import Terms
from injectors.certificate.leaf import Leaf
from injectors.certificate.target import CONSENT, Parameters, Settings, consented, fresh, listed, owner, with_rights
from injectors.contract import Change, Drifted, InjectorError, Kind, Refused, State, Undo
from injectors.values import rebuild

Bending = Callable[[Leaf], Terms]
"""What the fault makes of a certificate."""
REVERTED_BY = (
    "the real certificate is put back into its file, with mode and owner; one that somebody renewed meanwhile stays"
)
SPARE = 5.0
"""Seconds for everything in a call but the reload."""
INSTEAD_OF = "stands in here for a drill, in the place of"


@dataclass(frozen=True, slots=True)
class _Recorded:
    """An undo, read."""

    content: str
    """SHA-256 of the whole file."""
    mode: int
    uid: int
    gid: int
    was: Leaf
    ours: Leaf


@dataclass(frozen=True, slots=True)
class StandIn:
    """One certificate's file; the subject is the first certificate in it."""

    change: Change
    settings: Settings
    parameters: Parameters
    bending: Bending

    @property
    def path(self) -> Path:
        return Path(self.settings.folder, self.parameters.certificate)

    @property
    def owner(self) -> str:
        return owner(self.path)

    @property
    def call_limit(self) -> float:
        return self.settings.timeout + SPARE

    def prepare(self) -> Undo:
        seen = files.see(self.path)
        if seen is None:
            raise Refused(f"there is no folder {self.path.parent}")
        consented(self.change, self.settings, self.path)
        was = leaf.of(self.path, seen.content)
        self._refuse_a_dirty_one(was)
        with_rights(self.settings, self.path, seen)
        authority = self.settings.authority
        signer = issuing.authority_key(authority, was) if authority else issuing.throw_away_key(was)
        said = f"{self.change.tag} {INSTEAD_OF}\n{was.text.decode('ascii')}"
        ours = issuing.issue(was, self.bending(was), said, signer)
        facts = {"content": _hash(seen.content), "mode": seen.mode, "uid": seen.uid, "gid": seen.gid}
        texts = {"was": was.text.decode("ascii"), "ours": ours.decode("ascii")}
        return Undo(self.change.kind, 1, {**facts, **texts})

    def inject(self, undo: Undo) -> None:
        recorded = _recorded(undo)
        seen = files.see(self.path)
        if seen is None:
            raise InjectorError(f"{self.owner} is gone since it was looked at: run the drill again")
        found = leaf.of(self.path, seen.content)
        if found.certificate != recorded.ours.certificate:
            if _hash(seen.content) != recorded.content or seen.unfit:
                raise Refused(f"{self.path} was changed since it was looked at: run the drill again")
            self._put(seen, found, recorded.ours, recorded)
        self._reload()

    def revert(self, undo: Undo) -> None:
        """Put the old text back and leave all else in the file as it is now; then reload.

        It also reloads when the old one is back already: an earlier revert may have ended before it did.
        """
        recorded = _recorded(undo)
        files.remove(fresh(self.path, self.change.tag))
        seen = files.see(self.path)
        if seen is None:
            return
        found = leaf.of(self.path, seen.content)
        match self._state(found, seen, recorded):
            case State.ACTIVE:
                if self.path.is_symlink():
                    raise Drifted(f"{self.path} was made a symbolic link by somebody else: mend it by hand")
                self._put(seen, found, recorded.was, recorded)
                self._reload()
            case State.MIXED:
                told = f"{self.path} holds somebody else's certificate, {leaf.span(found.certificate)}"
                raise Drifted(f"{told}, for {', '.join(sorted(found.names)[:3])}: put a good one in by hand")
            case State.CLEAR if found.certificate == recorded.was.certificate:
                self._reload()

    def inspect(self, undo: Undo) -> State:
        recorded = _recorded(undo)
        seen = files.see(self.path)
        if seen is None:
            return State.CLEAR
        return self._state(leaf.of(self.path, seen.content), seen, recorded)

    def prove(self, undo: Undo) -> None:
        """Write a file as revert would, beside the real one, and take it away again."""
        _recorded(undo)
        seen = files.see(self.path)
        if seen is None:
            raise Refused(f"there is no folder {self.path.parent}")
        files.try_out(self.path, seen, fresh(self.path, self.change.tag))

    def _refuse_a_dirty_one(self, was: Leaf) -> None:
        if was.tag:
            raise Refused(f"{self.path} is the stand-in of {was.tag} already: run `gameday sweep`")
        held, end = was.certificate, self.change.expires_at
        if end is not None and not held.not_valid_before_utc.timestamp() <= end < held.not_valid_after_utc.timestamp():
            raise Refused(f"{self.path} is {leaf.span(held)}, not to the end of the drill: put a good one in first")
        key = self.parameters.key
        if key is not None and not leaf.belongs(was, Path(self.settings.folder, key)):
            raise Refused(f"{self.path} and {key} do not belong together: put a matching pair in first")

    def _state(self, found: Leaf, seen: files.Seen, recorded: _Recorded) -> State:
        if found.certificate == recorded.ours.certificate:
            return State.ACTIVE
        mended = found.certificate == recorded.was.certificate or self._good(found, recorded.was, seen.put)
        return State.CLEAR if mended else State.MIXED

    def _good(self, found: Leaf, was: Leaf, put: float) -> bool:
        """Was it good when it was put there, for a name that the real one is for? A drill's own is never."""
        held, latest = found.certificate, max(put, self.change.expires_at or put)
        in_date = held.not_valid_before_utc.timestamp() <= latest and put < held.not_valid_after_utc.timestamp()
        return not found.tag and in_date and leaf.share_a_name(found, was)

    def _put(self, seen: files.Seen, old: Leaf, new: Leaf, recorded: _Recorded) -> None:
        like = replace(seen, mode=recorded.mode, uid=recorded.uid, gid=recorded.gid)
        content = seen.content.replace(old.text, new.text, 1)
        files.replace(self.path, content, like, fresh(self.path, self.change.tag))

    def _reload(self) -> None:
        if self.settings.reload:
            command.must(self.settings.reload, self.settings.timeout)


def kind(fault: str, summary: str, bending: Bending) -> Kind:
    """The registered kind of one way in which a certificate can be wrong."""

    def make(change: Change) -> StandIn:
        settings, parameters = rebuild(Settings, change.target), rebuild(Parameters, change.parameters)
        return StandIn(change, settings, parameters, bending)

    return Kind(
        name=f"certificate.{fault}",
        summary=summary,
        target="certificate",
        settings=Settings,
        parameters=Parameters,
        consent=CONSENT,
        reverted_by=REVERTED_BY,
        subjects=listed,
        make=make,
        example="{certificate: ledger.crt, key: ledger.key}",
        sweep=sweep,
        checkup=checkup,
    )


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _recorded(undo: Undo) -> _Recorded:
    facts = undo.of_version(1)
    was, ours = (leaf.first(facts[name].encode("ascii")) for name in ("was", "ours"))
    if was is None or ours is None:
        raise InjectorError("this undo holds no certificates: the undo log was changed")
    return _Recorded(facts["content"], facts["mode"], facts["uid"], facts["gid"], was, ours)
