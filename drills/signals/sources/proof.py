"""What a sender shows to be let in: a bearer token, a login, or a signature of the body. Compares in constant time."""

import base64
import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Annotated

from pydantic import Field

from drills.signals.sources.listener import Refusal, Shown
from injectors.values import Keys, Secret

SIGNATURES = 20
"""Signatures of one body that are looked at."""


class Login(Keys):
    """A name and a password, as a sender shows them by HTTP's basic way."""

    user: Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^:\x00-\x1f]+$")]
    password: Secret


@dataclass(frozen=True, slots=True)
class Proof:
    """What is asked of every sender; nothing asked lets everybody in."""

    scheme: bytes = b""
    credentials: bytes = field(default=b"", repr=False)
    signing: tuple[bytes, ...] = field(default=(), repr=False)

    def admits(self, shown: Shown) -> Refusal | None:
        """Does the sender know the token or the login? It takes as long for a wrong one as for a nearly right one."""
        if not self.scheme:
            return None
        scheme, _, credentials = shown.authorization.partition(b" ")
        right = hmac.compare_digest(self.credentials, credentials)
        if right and scheme.lower() == self.scheme.lower():
            return None
        what = "token" if self.scheme == b"Bearer" else "login"
        return Refusal(401, f"the {what} is wrong or missing: send Authorization: {self.scheme.decode()} ...")

    def holds(self, body: bytes, shown: Shown) -> bool:
        """Is one of the signatures made with one of the secrets? Every pair is compared, whichever fits."""
        if not self.signing:
            return True
        signatures = [each.strip() for each in shown.signatures.split(b",")][:SIGNATURES]
        ours = [b"v1=" + hmac.new(secret, body, hashlib.sha256).hexdigest().encode() for secret in self.signing]
        return sum(hmac.compare_digest(made, told) for made in ours for told in signatures) > 0


def revealed(token: Secret | None, login: Login | None, signing: Sequence[Secret]) -> Proof:
    """The proof with its secrets read. Raises `MissingSecret`, which names the reference alone."""
    secrets = tuple(_bytes(each.reveal()) for each in signing)
    if token is not None:
        return Proof(b"Bearer", _bytes(token.reveal()), secrets)
    if login is not None:
        pair = f"{login.user}:".encode() + _bytes(login.password.reveal())
        return Proof(b"Basic", base64.b64encode(pair), secrets)
    return Proof(signing=secrets)


def _bytes(secret: str) -> bytes:
    return secret.encode(errors="surrogateescape")
