"""Every fault of a certificate keeps the contract, on real files, and real clients of a real listener feel it."""

import contextlib
import shutil
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from certificate_folder import TAG, Folder, active
from os_calls import OsCalls
from servers import wait_until
from tls_parts import DAY, NAMES, Issuer, Listener, client_says, new_key

from drills.demo.shop import certificates
from drills.demo.shop.http_server import server
from injectors import registry
from injectors.contract import Change, InjectorError, State
from injectors.testing import STEPS, check_injector

FAULTS = ("expire", "not_yet_valid", "wrong_name")
SEEN = {
    "expire": "certificate has expired",
    "not_yet_valid": "certificate is not yet valid",
    "wrong_name": "Hostname mismatch",
}
"""What a client says that trusts the authority."""


@pytest.fixture(scope="session")
def calls() -> OsCalls:
    return OsCalls()


@pytest.fixture(scope="session")
def issuer() -> Issuer:
    return Issuer()


class FolderWorld(Folder):
    """The folder, with calls to the operating system that can be cut."""

    patience = 3.0
    cannot: dict[str, str] = {}  # noqa: RUF012  nothing that it cannot

    def __init__(self, path: Path, issuer: Issuer, fault: str, calls: OsCalls) -> None:
        super().__init__(path, issuer, fault)
        self.calls = calls
        self.secrets = (self.secret,)

    def reset(self) -> Change:
        self.calls.watch("")
        change = self.fresh()
        self.calls.watch(str(self.path))
        return change

    def unconsented(self) -> Change:
        return self.fresh(label=None)

    def writes(self) -> int:
        return self.calls.changes

    def fail_at(self, call: int, *, reply_lost: bool) -> None:
        self.calls.cut_at(call + 1 if call and reply_lost else call)

    @contextlib.contextmanager
    def silence(self) -> Iterator[None]:
        """The path to the folder leads in a circle, as when a mount is broken."""
        aside = self.path.rename(self.path.with_name("aside"))
        self.path.symlink_to(self.path)
        yield
        self.path.unlink()
        aside.rename(self.path)

    def vanish(self) -> None:
        shutil.rmtree(self.path)

    def replace(self) -> None:
        shutil.rmtree(self.path)
        self.path.mkdir()
        self.pair()

    def foreign(self) -> None:
        """Another file, and a line at the end of ours."""
        with self.certificate.open("ab") as file:
            file.write(b"# somebody was here\n")
        self.put(self.path / "other.crt", b"# another one\n", 0o600)

    def drift(self) -> None:
        self.put(self.certificate, self.issuer.issue(new_key(), NAMES, -9 * DAY, -8 * DAY), 0o644)

    def mend(self) -> None:
        self.pair()


# --- the contract


@pytest.mark.parametrize("fault", FAULTS)
def test_every_fault_of_a_certificate_keeps_the_contract(tmp_path, issuer, calls, fault):
    world = FolderWorld(tmp_path, issuer, fault, calls)
    try:
        report = check_injector(registry.make, world)
    finally:
        calls.watch("")
    assert report.cannot == {}
    assert set(report.passed) == set(STEPS)


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("signed", [True, False])
def test_a_reload_that_fails_is_tried_again_and_leaves_nothing(tmp_path, issuer, calls, fault, signed):
    world = FolderWorld(tmp_path, issuer, fault, calls)
    heard = tmp_path / "heard"
    world.with_ = {"reload": ["sh", "-c", f"echo >> {heard}; test ! -e {tmp_path}/broken"]}
    world.with_ |= world.authority(tmp_path) if signed else {}
    try:
        check_injector(registry.make, world, only=["comes_and_goes", "inject_fails_at_every_call"])
    finally:
        calls.watch("")
    before = len(heard.read_text())
    change = world.fresh()
    injector, good = registry.make(change), world.state()
    undo = injector.prepare()
    (tmp_path / "broken").touch()
    for call in (injector.inject, injector.revert):
        with pytest.raises(InjectorError, match="the command sh ended with code 1"):
            call(undo)
    (tmp_path / "broken").unlink()
    injector.revert(undo)
    assert world.state() == good
    assert len(heard.read_text()) == before + 3, "the reload after the file was back is not made up for"


# --- what clients see


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("key", ["ec", "rsa", "ed25519"])
def test_clients_of_a_real_listener_see_it_and_see_it_gone(tmp_path, issuer, fault, key):
    folder = Folder(tmp_path, issuer, fault, key)
    folder.fresh()
    with Listener(folder.certificate, folder.key_file) as listener:
        folder.with_ = {"reload": listener.reload, **folder.authority(tmp_path)}

        def says() -> str:
            return client_says(listener.port, issuer.text)

        assert says() == "good"
        before, change = folder.state(), folder.change()
        undo = active(change)
        wait_until(lambda: says() == SEEN[fault], f"{SEEN[fault]}; it says {says()}", 5)
        registry.make(change).revert(undo)
        wait_until(lambda: says() == "good", "the good certificate is shown", 5)
        assert folder.state() == before


@pytest.mark.parametrize("key", ["ec", "rsa", "ed25519"])
def test_without_an_authority_a_client_refuses_it_too(tmp_path, key):
    issuer = Issuer(key)
    folder = Folder(tmp_path, issuer, "expire", key)
    change = folder.fresh()
    with Listener(folder.certificate, folder.key_file) as listener:
        folder.with_ = {"reload": listener.reload}
        change = folder.change()
        undo = active(change)
        told = "certificate signature failure"
        wait_until(lambda: client_says(listener.port, issuer.text) == told, told, 5)
        registry.make(change).revert(undo)
        wait_until(lambda: client_says(listener.port, issuer.text) == "good", "good again", 5)


def test_the_demos_ledger_shows_it_and_a_certificate_issued_by_hand_ends_it(tmp_path):
    certificates.establish(tmp_path)
    certificates.issue(tmp_path)
    tls, home = tmp_path / "tls", tmp_path / "authority"
    (tls / "gameday-consent").write_text("staging\n")
    authority = {"certificate": str(home / "ca.crt"), "key": str(home / "ca.key")}
    target, names = {"folder": str(tls), "authority": authority}, {"certificate": "ledger.crt", "key": "ledger.key"}
    change = Change("expired", "certificate.expire", "ledger.crt", TAG, target=target, parameters=names)
    change = replace(change, consent=("ledger.crt",), expires_at=time.time() + 60)
    ca = (home / "ca.crt").read_bytes()
    serving = server(0, {}, (tls / "ledger.crt", tls / "ledger.key"))
    with serving, running(serving):
        port = serving.server_address[1]
        assert client_says(port, ca) == "good"
        undo = active(change)
        assert client_says(port, ca) == "certificate has expired"
        certificates.issue(tmp_path)
        assert client_says(port, ca) == "good"
        theirs = [path.read_bytes() for path in sorted(tls.iterdir())]
        assert registry.make(change).inspect(undo) is State.CLEAR
        registry.make(change).revert(undo)
        assert [path.read_bytes() for path in sorted(tls.iterdir())] == theirs


@contextlib.contextmanager
def running(serving: Any) -> Iterator[None]:
    thread = threading.Thread(target=serving.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield
    finally:
        serving.shutdown()
        thread.join()
