"""What a certificate's fault refuses, whom it leaves alone, and what stays behind when it is cut: nothing."""

import contextlib
import errno
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from certificate_folder import ROOT, TAG, Folder, active
from cryptography import x509
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PrivateFormat
from os_calls import OsCalls
from servers import wait_until
from tls_parts import DAY, NAME, NAMES, Issuer, Listener, client_says, key_text, new_key

from injectors import registry
from injectors.certificate import expire, not_yet_valid, sweep
from injectors.certificate.leaf import Leaf, first
from injectors.contract import Change, Drifted, InjectorError, Refused, State, Undo, Unreachable
from injectors.values import rebuild

as_root = pytest.mark.skipif(not ROOT, reason="needs root: run `make test` as root")


@pytest.fixture(scope="module")
def issuer() -> Issuer:
    return Issuer()


@pytest.fixture
def folder(tmp_path, issuer) -> Folder:
    made = Folder(tmp_path, issuer, "expire")
    made.fresh()
    return made


def refused(change: Change, match: str, kind: type[InjectorError] = Refused) -> str:
    with pytest.raises(kind, match=match) as caught:
        registry.make(change).prepare()
    return str(caught.value)


# --- consent: two keys


@pytest.mark.parametrize(
    ("listed", "label", "said"),
    [
        ((), "staging", r"write `consent: \[ledger.crt\]`"),
        (("other.crt",), "staging", r"write `consent: \[other.crt, ledger.crt\]`"),
        (("ledger.crt",), None, "no consent: write the word staging into the file .*/gameday-consent"),
        (("ledger.crt",), "qa", "another environment: write the word staging"),
        (("ledger.crt",), "notstaging", "another environment"),
        (("ledger.crt",), "", "no consent"),
    ],
)
def test_without_either_key_it_is_refused_and_told_how_to_give_it(tmp_path, issuer, listed, label, said):
    folder = Folder(tmp_path, issuer, "expire")
    folder.fresh(label=label)
    before = folder.state()
    refused(folder.change(consent=listed), said)
    assert folder.state() == before


@pytest.mark.parametrize("label", ["staging", "staging\n", " qa\nstaging \n"])
def test_the_label_may_name_several_environments(tmp_path, issuer, label):
    folder = Folder(tmp_path, issuer, "expire")
    registry.make(folder.fresh(label=label)).prepare()


# --- a baseline that is not clean, and files that are none


@pytest.mark.parametrize(
    ("begins", "ends", "said"),
    [
        (-9 * DAY, -8 * DAY, "not to the end of the drill: put a good one in first"),
        (2 * DAY, 9 * DAY, "not to the end of the drill"),
        (-9 * DAY, timedelta(seconds=30), "not to the end of the drill"),
    ],
)
def test_a_certificate_that_is_not_good_to_the_end_of_the_drill_is_refused(folder, issuer, begins, ends, said):
    folder.put(folder.certificate, issuer.issue(folder.first_key, NAMES, begins, ends), 0o644)
    refused(folder.change(expires_at=time.time() + 60), said)


def test_a_key_of_another_certificate_is_refused_and_none_is_not_asked_for(folder):
    folder.put(folder.key_file, key_text(new_key()), 0o600)
    refused(folder.change(), "do not belong together")
    registry.make(folder.change(parameters={"certificate": "ledger.crt"})).prepare()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "holds no private key"),
        (b"-----BEGIN PRIVATE KEY-----\ncanary\n-----END PRIVATE KEY-----\n", "holds no private key"),
        (
            new_key().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"word")),
            "has a passphrase: leave `key:` out",
        ),
        (None, "there is no .*ledger.key"),
    ],
)
def test_a_key_that_cannot_be_read_is_refused_and_not_repeated(folder, content, said):
    if content is None:
        folder.key_file.unlink()
    else:
        folder.put(folder.key_file, content, 0o600)
    assert "canary" not in refused(folder.change(), said, InjectorError)


def test_what_is_no_pem_certificate_is_told_so(folder):
    der = x509.load_pem_x509_certificate(folder.first).public_bytes(Encoding.DER)
    for content, said in [
        (der, "DER: convert it with `openssl x509 -inform DER`"),
        (b"", "holds no certificate in PEM"),
        (folder.first[:300], "holds no certificate in PEM"),
        (b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "holds no certificate in PEM"),
        (os.urandom(4096), "holds no certificate in PEM"),
        (folder.first * 99, "longer than 65536 bytes"),
    ]:
        folder.put(folder.certificate, content, 0o644)
        refused(folder.change(), said, InjectorError)


def test_links_and_folders_are_refused_since_they_could_not_be_put_back(folder, tmp_path):
    real = folder.certificate.rename(tmp_path / "archived.crt")
    folder.certificate.symlink_to(real)
    refused(folder.change(), "is a symbolic link to .*archived.crt: name the folder and the file it leads to")
    folder.certificate.unlink()
    os.link(real, folder.certificate)
    refused(folder.change(), r"has 2 names \(hard links\)")
    folder.certificate.unlink()
    folder.certificate.mkdir()
    refused(folder.change(), "Is a directory", Unreachable)
    folder.certificate.rmdir()
    refused(folder.change(), "there is no .*ledger.crt", Unreachable)
    shutil.rmtree(folder.path)
    refused(folder.change(), "there is no folder")
    folder.path.write_text("a file")
    refused(folder.change(), "is not a folder")
    folder.path.unlink()


@pytest.mark.parametrize("name", ["../ledger.crt", "/etc/ssl/ledger.crt", "..", ".", "", "a\nb", "a\0b", "x" * 151])
@pytest.mark.parametrize("field", ["certificate", "key"])
def test_a_name_that_leads_out_of_the_folder_is_wrong_input(field, name):
    with pytest.raises(InjectorError, match=f"{field}:"):
        rebuild(expire.KIND.parameters, {"certificate": "a.crt", field: name})


def test_a_folder_and_an_authority_are_absolute_paths():
    for settings in ({"folder": "tls"}, {"folder": "/tls", "authority": {"certificate": "ca.crt", "key": "/ca.key"}}):
        with pytest.raises(InjectorError, match="write an absolute path"):
            rebuild(expire.KIND.settings, settings)


def test_an_authority_that_did_not_issue_it_is_refused(folder, tmp_path):
    authority = folder.authority(tmp_path)
    registry.make(folder.change(target={"folder": str(folder.path), **authority})).prepare()
    for file, content, said in [
        ("ca.key", b"canary", "holds no private key in PEM"),
        ("ca.crt", Issuer().text, "did not sign the certificate: name the one that did"),
        ("ca.crt", b"canary", "holds no certificate of the authority"),
    ]:
        (tmp_path / file).write_bytes(content)
        told = refused(folder.change(target={"folder": str(folder.path), **authority}), said)
        assert "canary" not in told


def test_a_reload_that_is_not_there_is_refused_and_one_that_hangs_is_ended(folder):
    folder.with_ = {"reload": ["/nowhere/nginx", "-s", "reload"]}
    refused(folder.change(), "the command /nowhere/nginx of the target's `reload:` is not there")
    folder.with_ = {"reload": ["sleep", "77"], "timeout": 0.1}
    injector = registry.make(folder.change())
    undo = injector.prepare()
    with pytest.raises(Unreachable, match=r"did not end within 0\.1 s"):
        injector.inject(undo)


@as_root
@pytest.mark.parametrize("part", ["the folder", "the owner"])
def test_a_right_that_is_missing_is_named(issuer, part):
    with open_folder() as place:
        folder = Folder(place, issuer, "expire")
        change = folder.fresh()
        undo = registry.make(change).prepare()
        folder.path.chmod(0o755 if part == "the folder" else 0o777)
        folder.certificate.chmod(0o644)
        folder.key_file.chmod(0o644)
        os.seteuid(4321)
        try:
            told = "not writable for this account" if part == "the folder" else "belongs to another account"
            refused(change, told)
            with pytest.raises(Refused, match=r"no file with the owner and mode of .*run gameday as root"):
                expire.KIND.make(change).prove(undo)
        finally:
            os.seteuid(0)


@contextlib.contextmanager
def open_folder() -> Iterator[Path]:
    """A folder that every account may pass through."""
    place = Path("/tmp", f"gameday-certificate-{os.getpid()}")
    place.mkdir(mode=0o755)
    try:
        yield place
    finally:
        shutil.rmtree(place)


# --- forms of certificates


@pytest.mark.parametrize("fault", ["expire", "not_yet_valid", "wrong_name"])
@pytest.mark.parametrize("key", ["rsa", "ec"])
def test_a_chain_stays_as_it_is_and_is_still_shown(tmp_path, fault, key):
    top = Issuer(key)
    between = Issuer(key, above=top)
    folder = Folder(tmp_path, between, fault, key)
    folder.fresh()
    tail = folder.certificate.read_bytes().partition(b"-----END CERTIFICATE-----")[2]
    said = {"expire": "certificate has expired", "not_yet_valid": "certificate is not yet valid"}
    with Listener(folder.certificate, folder.key_file) as listener:
        folder.with_ = {"reload": listener.reload, **folder.authority(tmp_path)}
        assert client_says(listener.port, top.text) == "good"
        before, change = folder.state(), folder.change()
        undo = active(change)
        assert folder.certificate.read_bytes().partition(b"-----END CERTIFICATE-----")[2] == tail
        told = said.get(fault, "Hostname mismatch")
        wait_until(lambda: client_says(listener.port, top.text) == told, told, 5)
        registry.make(change).revert(undo)
        wait_until(lambda: client_says(listener.port, top.text) == "good", "good again", 5)
        assert folder.state() == before


def test_a_key_in_the_same_file_stays_there_and_is_in_no_undo(folder):
    """As HAProxy has it: key, certificate and chain in one file."""
    key = key_text(folder.first_key)
    folder.put(folder.certificate, key + folder.first, 0o600)
    before = folder.state()
    change = folder.change(parameters={"certificate": "ledger.crt", "key": "ledger.crt"})
    undo = active(change)
    assert folder.certificate.read_bytes().startswith(key)
    written = json.dumps(asdict(undo)) + json.dumps(asdict(change))
    assert folder.secret not in written
    assert folder.secret not in repr([each.what for each in sweep.left_behind(change.target)])
    assert folder.certificate.stat().st_mode & 0o777 == 0o600
    registry.make(change).revert(undo)
    assert folder.state() == before


@pytest.mark.parametrize("form", ["crlf", "text before", "no line end", "own comment", "unknown extension", "bare"])
def test_other_ways_to_write_a_certificate_come_back_byte_for_byte(folder, issuer, form):
    more: list[x509.ExtensionType] = []
    names = NAMES
    if form == "own comment":
        more = [x509.UnrecognizedExtension(x509.ObjectIdentifier("2.16.840.1.113730.1.13"), b"\x16\x05hello")]
    if form == "unknown extension":
        more = [x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.4.1.99999.1"), b"\x04\x02\x05\x00")]
    if form == "bare":
        names = ()
    text = issuer.issue(folder.first_key, names, more=more)
    content = {
        "crlf": text.replace(b"\n", b"\r\n"),
        "text before": b"subject=ledger\nissuer=us\n" + text,
        "no line end": text.rstrip(),
    }.get(form, text)
    for fault in ("expire", "not_yet_valid", "wrong_name"):
        folder.fault = fault
        folder.put(folder.certificate, content, 0o644)
        before, change = folder.state(), folder.change()
        undo = active(change)
        ours = first(folder.certificate.read_bytes())
        assert ours is not None
        assert ours.tag == TAG
        wrong = {"wrong-name.invalid"}
        assert ours.names == (wrong if fault == "wrong_name" else set(NAMES if names else [NAME]))
        registry.make(change).revert(undo)
        assert folder.state() == before


def leaf_of(begins: datetime, ends: datetime) -> Leaf:
    key = new_key()
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "x")])
    made = x509.CertificateBuilder(name, name, key.public_key(), 1, begins, ends).sign(key, Issuer.hash(key))
    leaf = first(made.public_bytes(Encoding.PEM))
    assert leaf is not None
    return leaf


@pytest.mark.parametrize("begins", [datetime(1950, 1, 2, tzinfo=UTC), datetime(2020, 1, 1, tzinfo=UTC)])
@pytest.mark.parametrize("ends", [datetime(2090, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)])
def test_certificates_that_live_for_ever_are_bent_too(begins, ends):
    real = leaf_of(begins, ends)
    past, future = expire.terms(real), not_yet_valid.terms(real)
    assert datetime(1950, 1, 1, tzinfo=UTC) <= past.begins < past.ends < begins
    assert ends - timedelta(hours=1) <= future.begins < future.ends <= datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)


# --- responders, and others


def a_pair(folder: Folder) -> None:
    folder.pair()


def a_certificate_alone(folder: Folder) -> None:
    folder.put(folder.certificate, folder.issuer.issue(folder.first_key), 0o644)


def for_a_wildcard(folder: Folder) -> None:
    folder.put(folder.certificate, folder.issuer.issue(new_key(), ["*.shop.internal"]), 0o644)


def in_place(folder: Folder) -> None:
    """As `cat new > ledger.crt` does: the file stays the same one."""
    folder.certificate.write_bytes(folder.issuer.issue(new_key(), [NAME, "more.shop.internal"]))


def by_a_link(folder: Folder) -> None:
    folder.put(folder.path / "renewed.crt", folder.issuer.issue(new_key()), 0o644)
    folder.certificate.unlink()
    folder.certificate.symlink_to("renewed.crt")


def the_old_one(folder: Folder) -> None:
    folder.put(folder.certificate, folder.first, 0o644)


@pytest.mark.parametrize("fault", ["expire", "not_yet_valid", "wrong_name"])
@pytest.mark.parametrize("mend", [a_pair, a_certificate_alone, for_a_wildcard, in_place, by_a_link, the_old_one])
def test_a_good_certificate_of_the_responders_is_clear_and_stays(tmp_path, issuer, fault, mend):
    folder = Folder(tmp_path, issuer, fault)
    change = folder.fresh()
    undo = active(change)
    mend(folder)
    theirs = folder.state()
    assert registry.make(change).inspect(undo) is State.CLEAR
    registry.make(change).revert(undo)
    assert registry.make(change).inspect(undo) is State.CLEAR
    assert folder.state() == theirs
    assert sweep.left_behind(change.target) == []


def test_one_that_is_issued_days_after_the_drill_is_good_too(folder, issuer):
    """All guards were killed; somebody renewed the certificate before anybody called `gameday revert --all`."""
    change = folder.change(expires_at=time.time() - 20 * 86400)
    folder.put(folder.certificate, issuer.issue(folder.first_key, NAMES, -40 * DAY, 40 * DAY), 0o644)
    undo = active(change)
    folder.put(folder.certificate, issuer.issue(new_key(), NAMES, timedelta(minutes=-1), 9 * DAY), 0o644)
    assert registry.make(change).inspect(undo) is State.CLEAR


@pytest.mark.parametrize(
    ("names", "begins", "ends"),
    [(NAMES, -9 * DAY, -8 * DAY), (["other.shop.internal"], -DAY, DAY), (NAMES, 8 * DAY, 9 * DAY)],
)
def test_a_bad_certificate_of_somebody_else_is_drift_and_left_alone(folder, issuer, names, begins, ends):
    change = folder.change()
    undo = active(change)
    folder.put(folder.certificate, issuer.issue(new_key(), names, begins, ends), 0o644)
    theirs = folder.state()
    assert registry.make(change).inspect(undo) is State.MIXED
    with pytest.raises(Drifted, match=r"somebody else's certificate, valid from .* put a good one in by hand"):
        registry.make(change).revert(undo)
    assert folder.state() == theirs


def test_a_stand_in_behind_somebody_elses_link_is_drift(folder):
    change = folder.change()
    undo = active(change)
    folder.certificate.rename(folder.path / "moved.crt")
    folder.certificate.symlink_to("moved.crt")
    with pytest.raises(Drifted, match="symbolic link by somebody else"):
        registry.make(change).revert(undo)


@pytest.mark.parametrize("content", [None, b"", b"-----BEGIN CERTIFICATE-----\nMIIB"])
def test_a_file_that_is_just_being_written_is_asked_again(folder, content):
    change = folder.change()
    undo = active(change)
    folder.certificate.unlink()
    if content is not None:
        folder.put(folder.certificate, content, 0o644)
    for call in (registry.make(change).inspect, registry.make(change).revert):
        with pytest.raises(Unreachable):
            call(undo)
    folder.pair()
    theirs = folder.state()
    registry.make(change).revert(undo)
    assert registry.make(change).inspect(undo) is State.CLEAR
    assert folder.state() == theirs


def test_a_certificate_renewed_after_it_was_looked_at_is_not_touched(folder):
    change = folder.change()
    undo = registry.make(change).prepare()
    folder.pair()
    theirs = folder.state()
    with pytest.raises(Refused, match="was changed since it was looked at"):
        registry.make(change).inject(undo)
    registry.make(change).revert(undo)
    assert folder.state() == theirs


def test_an_undo_of_a_later_version_is_refused(folder):
    change = folder.change()
    undo = registry.make(change).prepare()
    with pytest.raises(InjectorError, match="version 2: it needs a newer gameday"):
        registry.make(change).revert(replace(undo, version=2))


# --- what is there at every moment, and what stays


def test_whoever_reads_meanwhile_always_finds_a_whole_file(folder):
    change = folder.change()
    over, torn = threading.Event(), []

    def read() -> None:
        while not over.is_set():
            content = folder.certificate.read_bytes()
            if first(content) is None or not content.endswith(folder.issuer.text):
                torn.append(content)

    reader = threading.Thread(target=read)
    reader.start()
    try:
        for _ in range(30):
            registry.make(change).revert(active(change))
    finally:
        over.set()
        reader.join()
    assert torn == []


KILLED = """
import json, os, signal, sys
from os_calls import OsCalls
from injectors import registry
from injectors.contract import Change, Undo
calls = OsCalls()
registry.kind("certificate.expire")
for line in sys.stdin:
    verb, call, change, undo = json.loads(line)
    child = os.fork()
    if not child:
        calls.watch(change["target"]["folder"])
        calls.cut_at(call, lambda: os.kill(os.getpid(), signal.SIGKILL))
        getattr(registry.make(Change(**change)), verb)(Undo(**undo))
        os._exit(0)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


@pytest.fixture(scope="module")
def killed() -> Iterator[Callable[..., bool]]:
    """Makes a call in a process of its own, which is killed in place of its N-th system call; was it?"""
    paths = {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    words = [sys.executable, "-c", KILLED]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(words, env=os.environ | paths, **pipes) as process:

        def kill(verb: str, call: int, change: Change, undo: Undo) -> bool:
            process.stdin.write(json.dumps([verb, call, asdict(change), asdict(undo)]) + "\n")
            process.stdin.flush()
            code = int(process.stdout.readline())
            assert code in {0, -signal.SIGKILL}
            return code != 0

        yield kill
        process.stdin.close()


@pytest.mark.parametrize("verb", ["inject", "revert"])
@pytest.mark.parametrize("by", ["revert", "sweep"])
def test_killed_at_any_call_it_leaves_nothing_that_is_not_found(folder, killed, verb, by):
    change = folder.change()
    before = folder.state()
    for call in range(1, 50):
        undo = registry.make(change).prepare() if verb == "inject" else active(change)
        cut = killed(verb, call, change, undo)
        if by == "revert":
            registry.make(change).revert(undo)
        else:
            for each in sweep.left_behind(change.target):
                assert each.tag == TAG
                sweep.remove(change.target, each)
        assert folder.state() == before, f"call {call}"
        if not cut:
            break
    assert call > 6, "hardly any call was cut"


@pytest.fixture
def small_disk(tmp_path) -> Iterator[Path]:
    place = tmp_path / "disk"
    place.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", place], capture_output=True, check=False)
    if made.returncode:
        pytest.skip(f"this machine mounts no small disk: {made.stderr.decode()}")
    yield place
    subprocess.run(["umount", "-l", place], check=True)


@as_root
def test_on_a_full_disk_it_is_put_back_all_the_same(small_disk, issuer):
    folder = Folder(small_disk, issuer, "expire")
    change = folder.fresh()
    before = folder.state()
    undo = active(change)
    fill(small_disk)
    registry.make(change).revert(undo)
    assert registry.make(change).inspect(undo) is State.CLEAR
    assert folder.state() == before
    with pytest.raises(Unreachable, match="No space left"):
        registry.make(change).inject(undo)
    assert folder.state() == before
    (small_disk / "filler").unlink()
    undo = active(change)
    fill(small_disk)
    for each in sweep.left_behind(change.target):
        sweep.remove(change.target, each)
    assert folder.state() == before


def fill(place: Path) -> None:
    """Leave not one block."""
    with (place / "filler").open("wb", buffering=0) as file:
        for size in (4096, 1):
            with contextlib.suppress(OSError):
                while True:
                    file.write(b"x" * size)


def test_extended_attributes_come_back(folder):
    try:
        os.setxattr(folder.certificate, "user.note", b"the ledger's")
    except OSError as wrong:
        if wrong.errno != errno.ENOTSUP:
            raise
        pytest.skip("this file system has no attributes of users")
    change = folder.change()
    undo = active(change)
    assert os.getxattr(folder.certificate, "user.note") == b"the ledger's"
    registry.make(change).revert(undo)
    assert os.getxattr(folder.certificate, "user.note") == b"the ledger's"


# --- the sweep


def test_a_sweep_finds_what_is_ours_and_puts_it_back_without_the_undo_log(folder):
    before, change = folder.state(), folder.change()
    active(change)
    foreign = folder.path / ".somebody.new"
    folder.put(foreign, b"not ours", 0o600)
    (found,) = sweep.left_behind(change.target)
    assert found.tag == TAG
    assert found.owner == registry.make(change).owner
    assert "ledger.crt" in found.what
    sweep.remove(change.target, replace(found, tag="gameday-9-other"))
    assert sweep.left_behind(change.target) == [found]
    sweep.remove(change.target, found)
    sweep.remove(change.target, found)
    foreign.unlink()
    assert folder.state() == before
    assert sweep.left_behind(change.target) == []
    folder.certificate.unlink()
    sweep.remove(change.target, found)


def test_a_sweep_reloads_too(tmp_path, folder):
    folder.with_ = {"reload": ["touch", str(tmp_path / "heard")]}
    change = folder.change()
    active(change)
    (tmp_path / "heard").unlink()
    (found,) = sweep.left_behind(change.target)
    sweep.remove(change.target, found)
    assert (tmp_path / "heard").exists()


def test_a_sweep_of_a_folder_that_is_not_there_is_not_clean(folder):
    shutil.rmtree(folder.path)
    with pytest.raises(Unreachable, match="cannot be read"):
        sweep.left_behind({"folder": str(folder.path)})


@as_root
def test_a_sweep_passes_over_what_others_keep_to_themselves(issuer):
    with open_folder() as place:
        folder = Folder(place, issuer, "expire")
        change = folder.fresh()
        active(change)
        folder.path.chmod(0o755)
        folder.certificate.chmod(0o644)
        folder.key_file.chmod(0o600)
        os.seteuid(4321)
        try:
            assert [each.tag for each in sweep.left_behind(change.target)] == [TAG]
        finally:
            os.seteuid(0)


def test_every_kind_of_the_family_is_swept_alike_and_its_example_is_good():
    kinds = [registry.kind(f"certificate.{fault}") for fault in ("expire", "not_yet_valid", "wrong_name")]
    assert {id(kind.sweep) for kind in kinds} == {id(sweep)}
    assert all(kind.holds and kind.reversible for kind in kinds)


def test_what_select_chooses_from_is_the_one_certificate(folder):
    names = {"certificate": "ledger.crt"}
    assert list(expire.KIND.subjects({"folder": str(folder.path)}, names)) == ["ledger.crt"]
    with pytest.raises(Unreachable, match="there is no"):
        expire.KIND.subjects({"folder": str(folder.path)}, {"certificate": "typo.crt"})
    with pytest.raises(Refused, match="there is no folder"):
        expire.KIND.subjects({"folder": "/nowhere/tls"}, names)


def test_the_calls_that_are_cut_are_the_ones_that_are_made(folder):
    """The suite's cuts are worth something only if there are calls to cut."""
    calls = OsCalls()
    change = folder.change()
    undo = registry.make(change).prepare()
    calls.watch(str(folder.path))
    try:
        registry.make(change).prepare()
        assert calls.changes == 0
        registry.make(change).inject(undo)
        assert calls.changes >= 3
    finally:
        calls.watch("")
