"""Certificates of a throw-away authority and a real TLS listener, for the tests. They know nothing of gameday."""

import datetime as dt
import ipaddress
import socket
import ssl
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from servers import end_tree, free_port, wait_until

NAME = "ledger.shop.internal"
NAMES = (NAME, "localhost", "127.0.0.1")
NOW = dt.datetime.now(dt.UTC).replace(microsecond=0)
DAY = dt.timedelta(days=1)


def new_key(kind: str = "ec") -> Any:
    """A private key of this kind."""
    if kind == "rsa":
        return rsa.generate_private_key(65537, 2048)
    return ed25519.Ed25519PrivateKey.generate() if kind == "ed25519" else ec.generate_private_key(ec.SECP256R1())


def key_text(key: Any) -> bytes:
    """The key as a PEM file holds it."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, text)])


class Issuer:
    """An authority, or one between it and the leaves."""

    def __init__(self, kind: str = "ec", above: "Issuer | None" = None) -> None:
        self.key = new_key(kind)
        self.name = _name("between" if above else "throw-away authority of a test")
        signer = above or self
        made = self._begun(self.name, signer.name, self.key, -100 * DAY, 100 * DAY)
        made = made.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        self.certificate = made.sign(signer.key, self.hash(signer.key))
        self.text = self.certificate.public_bytes(Encoding.PEM)

    @staticmethod
    def hash(key: Any) -> Any:
        """What this key signs with."""
        return None if isinstance(key, ed25519.Ed25519PrivateKey) else hashes.SHA256()

    def issue(
        self,
        key: Any,
        names: Sequence[str] = NAMES,
        begins: dt.timedelta = -2 * DAY,
        ends: dt.timedelta = 30 * DAY,
        more: Sequence[x509.ExtensionType] = (),
    ) -> bytes:
        """A leaf for these names, valid from `begins` to `ends` from now, as PEM."""
        made = self._begun(_name(NAME), self.name, key, begins, ends)
        if names:
            made = made.add_extension(x509.SubjectAlternativeName([_general(name) for name in names]), critical=False)
        made = made.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        usage = x509.ExtendedKeyUsage([x509.ExtendedKeyUsageOID.SERVER_AUTH])
        for each in (usage, x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()), *more):
            made = made.add_extension(each, critical=False)
        return made.sign(self.key, self.hash(self.key)).public_bytes(Encoding.PEM)

    @staticmethod
    def _begun(subject: x509.Name, issuer: x509.Name, key: Any, begins: dt.timedelta, ends: dt.timedelta) -> Any:
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(NOW + begins)
            .not_valid_after(NOW + ends)
        )


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


LISTENER = """
import signal, socket, ssl, sys
certificate, key, port = sys.argv[1:]
context = None
def load(*_):
    global context
    fresh = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    fresh.load_cert_chain(certificate, key)
    context = fresh
signal.signal(signal.SIGHUP, load)
load()
listener = socket.create_server(("127.0.0.1", int(port)))
while True:
    line, _ = listener.accept()
    line.settimeout(5)
    try:
        with context.wrap_socket(line, server_side=True) as talk:
            talk.recv(1)
    except OSError:
        pass
"""


class Listener:
    """A process that serves TLS and reads its files again only when it is told to, by SIGHUP."""

    def __init__(self, certificate: Path, key: Path) -> None:
        self._files = [str(certificate), str(key)]
        self.port = free_port()

    def __enter__(self) -> Self:
        words = [sys.executable, "-c", LISTENER, *self._files, str(self.port)]
        self.process = subprocess.Popen(words, stdin=subprocess.DEVNULL)
        wait_until(lambda: client_says(self.port, None) != "nobody listens", "the listener")
        return self

    def __exit__(self, *_: object) -> None:
        end_tree(self.process)

    @property
    def reload(self) -> list[str]:
        """The command that makes it read its files again."""
        return ["kill", "-HUP", str(self.process.pid)]


def client_says(port: int, ca: bytes | None, name: str = "localhost") -> str:
    """What a client that trusts this authority finds: `good`, or what it has against the certificate."""
    context = ssl.create_default_context(cadata=ca.decode() if ca else None)
    try:
        with (
            socket.create_connection(("127.0.0.1", port), 5) as plain,
            context.wrap_socket(plain, server_hostname=name),
        ):
            return "good"
    except ssl.SSLCertVerificationError as wrong:
        return str(wrong.verify_message).partition(",")[0]
    except ConnectionError:
        return "nobody listens"
