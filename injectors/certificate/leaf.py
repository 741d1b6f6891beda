"""The first certificate of a PEM file: the one a listener shows for itself. Reads and compares; issues none."""

import re
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

from injectors.certificate import files
from injectors.contract import Refused, Unreachable

LEAF_LIMIT = 16 * 1024
"""Bytes of one certificate as PEM."""
COMMENT = x509.ObjectIdentifier("2.16.840.1.113730.1.13")
"""Netscape's comment: free text that every client ignores and every tool shows."""
_BLOCK = re.compile(rb"-----BEGIN CERTIFICATE-----\r?\n[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----")
_TAGGED = re.compile(r"(gameday-[A-Za-z0-9-]+) ")


@dataclass(frozen=True, slots=True)
class Leaf:
    """A certificate, and its very text in the file."""

    text: bytes
    certificate: x509.Certificate

    @property
    def comment(self) -> str:
        """What its comment says; empty when it has none that can be read."""
        try:
            held = self.certificate.extensions.get_extension_for_oid(COMMENT).value.public_bytes()
        except (ValueError, x509.ExtensionNotFound):
            return ""
        begin = 2 if held[1:2] < b"\x80" else 2 + (held[1] & 0x7F)
        return held[begin:].decode("ascii", errors="replace")

    @property
    def tag(self) -> str:
        """The tag of the drill that made it; empty: it is not ours."""
        found = _TAGGED.match(self.comment)
        return found[1] if found else ""

    @property
    def names(self) -> set[str]:
        """The names and addresses it is for, in lower case."""
        try:
            told = self.certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
            found = [*told.get_values_for_type(x509.DNSName), *map(str, told.get_values_for_type(x509.IPAddress))]
        except (ValueError, x509.ExtensionNotFound):
            found = []
        subject = self.certificate.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
        return {name.lower() for name in found or [str(each.value) for each in subject]}


def first(content: bytes) -> Leaf | None:
    """The first certificate of a file; None: there is no whole one, or it cannot be read."""
    found = _BLOCK.search(content)
    if found is None or len(found[0]) > LEAF_LIMIT:
        return None
    try:
        return Leaf(found[0], x509.load_pem_x509_certificate(found[0]))
    except ValueError:
        return None


def of(path: Path, content: bytes) -> Leaf:
    """The first certificate of this file. Raises `Unreachable`: it may just be being written."""
    leaf = first(content)
    if leaf is None:
        form = "it is DER: convert it with `openssl x509 -inform DER`" if content[:1] == b"\x30" else ""
        raise Unreachable(f"{path} holds no certificate in PEM that can be read" + (f"; {form}" if form else ""))
    return leaf


def span(leaf: x509.Certificate) -> str:
    """From when until when it is valid, for people."""
    return (
        f"valid from {leaf.not_valid_before_utc:%Y-%m-%d %H:%M:%S} to {leaf.not_valid_after_utc:%Y-%m-%d %H:%M:%S} UTC"
    )


def share_a_name(one: Leaf, other: Leaf) -> bool:
    """Is there a name, or one that a wildcard stands for, that both are for? One without any name says nothing."""
    if not one.names or not other.names:
        return True
    return any(_covers(mine, theirs) or _covers(theirs, mine) for mine in one.names for theirs in other.names)


def _covers(pattern: str, name: str) -> bool:
    return pattern == name or (pattern.startswith("*.") and name.partition(".")[2] == pattern[2:])


def belongs(leaf: Leaf, key: Path) -> bool:
    """Does the private key in this file belong to it? Raises `Refused` or `Unreachable`; tells nothing of the key."""
    seen = files.see(key)
    try:
        private = load_pem_private_key(seen.content if seen else b"", None)
    except TypeError:
        raise Refused(f"{key} has a passphrase: leave `key:` out, it is only compared with the certificate") from None
    except (ValueError, UnsupportedAlgorithm):
        raise Refused(f"{key} holds no private key in PEM that can be read") from None
    form = Encoding.DER, PublicFormat.SubjectPublicKeyInfo
    return private.public_key().public_bytes(*form) == leaf.certificate.public_key().public_bytes(*form)
