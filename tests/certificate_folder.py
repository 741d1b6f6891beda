"""A folder of certificates with odd modes and owners, seen and moved without any injector; and the way to a fault."""

import hashlib
import json
import os
import shutil
import time
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from tls_parts import NAMES, Issuer, key_text, new_key

from injectors import registry
from injectors.contract import Change, Proving, State, Undo

TAG = "gameday-7-0a1b2c"
ROOT = os.geteuid() == 0
OWNER = (12345, 23456) if ROOT else (os.geteuid(), os.getegid())


class Folder:
    """A folder of certificates with odd modes and owners, seen and moved without any injector."""

    def __init__(self, path: Path, issuer: Issuer, fault: str, key: str = "ec") -> None:
        self.path, self.issuer, self.fault, self.key = path / "tls", issuer, fault, key
        self.with_: dict[str, Any] = {}
        self.certificate, self.key_file = self.path / "ledger.crt", self.path / "ledger.key"
        self.first_key = new_key(key)
        self.first = issuer.issue(self.first_key) + issuer.text
        self.secret = key_text(self.first_key).decode().splitlines()[1]

    def fresh(self, *, label: str | None = "staging") -> Change:
        """Everything as new."""
        if self.path.is_symlink():
            self.path.unlink()
        shutil.rmtree(self.path, ignore_errors=True)
        self.path.mkdir()
        self.put(self.key_file, key_text(self.first_key), 0o640)
        self.put(self.certificate, self.first, 0o464)
        self.put(self.path / "other.txt", b"nobody touches this", 0o604)
        if label:
            self.put(self.path / "gameday-consent", label.encode(), 0o644)
        return self.change()

    def change(self, **changed: Any) -> Change:
        names = {"certificate": "ledger.crt", "key": "ledger.key"}
        target, ends = {"folder": str(self.path), **self.with_}, time.time() + 60
        kind = f"certificate.{self.fault}"
        made = Change("one", kind, "ledger.crt", TAG, target=target, parameters=names, expires_at=ends)
        return replace(made, **{"consent": ("ledger.crt",), **changed})

    def pair(self, *names: str) -> None:
        """A new key and a new good certificate, the authority's own behind it."""
        key = new_key(self.key)
        self.put(self.key_file, key_text(key), 0o640)
        self.put(self.certificate, self.issuer.issue(key, names or NAMES) + self.issuer.text, 0o644)

    def put(self, path: Path, content: bytes, mode: int) -> None:
        path.unlink(missing_ok=True)
        path.write_bytes(content)
        if ROOT:
            os.chown(path, *OWNER)
        path.chmod(mode)

    def authority(self, folder: Path) -> dict[str, Any]:
        """The settings that let the authority sign the stand-in."""
        (folder / "ca.crt").write_bytes(self.issuer.text)
        (folder / "ca.key").write_bytes(key_text(self.issuer.key))
        return {"authority": {"certificate": str(folder / "ca.crt"), "key": str(folder / "ca.key")}}

    def state(self) -> Any:
        if not self.path.exists():
            return None
        about = {path.name: (path, path.lstat()) for path in self.path.iterdir()}
        return {
            name: (hashlib.sha256(path.read_bytes()).hexdigest(), oct(found.st_mode), found.st_uid, found.st_gid)
            for name, (path, found) in sorted(about.items())
        }


def active(change: Change) -> Undo:
    injector = registry.make(change)
    undo = Undo(**json.loads(json.dumps(asdict(injector.prepare()))))
    assert isinstance(injector, Proving)
    injector.prove(undo)
    injector.inject(undo)
    assert injector.inspect(undo) is State.ACTIVE
    return undo
