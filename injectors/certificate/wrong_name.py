"""A certificate is for another name, as when the wrong one was rolled out."""

from injectors.certificate import stand_in, sweep
from injectors.certificate.issuing import Terms
from injectors.certificate.leaf import Leaf
from injectors.certificate.stand_in import StandIn
from injectors.certificate.target import CONSENT, Parameters, Settings, listed
from injectors.contract import Change, Kind

NAME = "wrong-name.invalid"
"""Nobody's name, for ever (RFC 2606): no authority's signature under it can be misused."""


def terms(real: Leaf) -> Terms:
    """The same life for a name that nobody asks for."""
    return Terms(real.certificate.not_valid_before_utc, real.certificate.not_valid_after_utc, NAME)


def make(change: Change) -> StandIn:
    """Rebuild it from the change."""
    return stand_in.make(change, terms)


KIND = Kind(
    name="certificate.wrong_name",
    summary="A listener's certificate is for another name: one with the same key and dates stands in for it.",
    target="certificate",
    settings=Settings,
    parameters=Parameters,
    consent=CONSENT,
    reverted_by=stand_in.REVERTED_BY,
    subjects=listed,
    make=make,
    example="{certificate: ledger.crt, key: ledger.key}",
    sweep=sweep,
)
