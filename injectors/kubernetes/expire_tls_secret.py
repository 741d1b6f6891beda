"""A TLS Secret holds an expired certificate: its renewal has failed and nobody noticed. The key stays as it is.

The stand-in is for the same key, so that only `tls.crt` changes, and no key is ever held, written or recorded by us.
"""

import base64
import binascii
from collections.abc import Mapping, Sequence

from pydantic import Field

from injectors.certificate import issuing, leaf
from injectors.certificate.expire import terms
from injectors.certificate.stand_in import INSTEAD_OF
from injectors.contract import Change, Json, Kind, Refused
from injectors.kubernetes import sweep
from injectors.kubernetes.allowed import CONSENT
from injectors.kubernetes.bending import Bending, Fault, Found
from injectors.kubernetes.cluster import Cluster, Missing
from injectors.kubernetes.objects import CERTIFICATE
from injectors.kubernetes.settings import Name, Settings
from injectors.values import Keys, rebuild

SIZE_LIMIT = 24 * 1024
"""Bytes of a `tls.crt`: it is in the undo log, and in an annotation, twice."""


class Parameters(Keys):
    """Which Secret; by its name, so that the right to read just this one is enough."""

    namespace: Name = Field(description="The namespace's name.")
    secret: Name = Field(description="A Secret of the type kubernetes.io/tls.")


def _decoded(value: Json) -> bytes:
    try:
        return base64.b64decode(value or "", validate=True)
    except (binascii.Error, TypeError):
        return b""


def _ours(_cluster: Cluster, change: Change, found: Found) -> str:
    where, content = f"the secret {change.subject}", _decoded(CERTIFICATE.value(found))
    if found.get("type") != "kubernetes.io/tls" or found.get("immutable"):
        raise Refused(f"{where} is immutable, or not of the type kubernetes.io/tls: name another")
    if b"PRIVATE KEY" in content or len(content) > SIZE_LIMIT:
        raise Refused(f"{where} holds a key in its tls.crt, or more than {SIZE_LIMIT} bytes: split it")
    real = leaf.first(content)
    if real is None:
        raise Refused(f"the tls.crt of {where} holds no certificate in PEM that can be read")
    if real.tag:
        raise Refused(f"the tls.crt of {where} is the stand-in of {real.tag} already: run `gameday sweep`")
    said = f"{change.tag} {INSTEAD_OF}\n{real.text.decode('ascii')}"
    expired = issuing.issue(real, terms(real), said, issuing.throw_away_key(real))
    return base64.b64encode(content.replace(real.text, expired, 1)).decode()


def _renewed(found: Json, was: Json) -> bool:
    """Is it another good one: no drill's, for one of its names, and good for at least as long?"""
    new, old = leaf.first(_decoded(found)), leaf.first(_decoded(was))
    if new is None or old is None:
        return False
    longer = new.certificate.not_valid_after_utc >= old.certificate.not_valid_after_utc
    return longer and not new.tag and leaf.share_a_name(new, old)


def subjects(settings: Mapping[str, Json], parameters: Mapping[str, Json]) -> Sequence[str]:
    """The one Secret, if it is there."""
    keys, cluster = rebuild(Parameters, parameters), Cluster(rebuild(Settings, settings))
    subject = f"{keys.namespace}/{keys.secret}"
    try:
        cluster.get(CERTIFICATE.path(subject))
    except Missing:
        raise Refused(f"there is no secret {keys.secret} in the namespace {keys.namespace}") from None
    return [subject]


def make(change: Change) -> Bending:
    """Rebuild it from the change."""
    return Bending(change, Cluster(rebuild(Settings, change.target)), Fault(CERTIFICATE, _ours, _renewed))


KIND = Kind(
    name="kubernetes.expire_tls_secret",
    summary="The certificate in a TLS Secret has expired: one with the same key and names, out of date, stands in.",
    target="kubernetes",
    settings=Settings,
    parameters=Parameters,
    consent=CONSENT,
    reverted_by="the real certificate is put back; one that somebody renewed meanwhile stays",
    subjects=subjects,
    make=make,
    example="{namespace: shop, secret: shop-tls}",
    sweep=sweep,
)
