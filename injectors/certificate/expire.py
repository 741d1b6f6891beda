"""A certificate has expired, as if its last renewal had never happened."""

from datetime import UTC, datetime, timedelta

from injectors.certificate import stand_in, sweep
from injectors.certificate.issuing import Terms
from injectors.certificate.leaf import Leaf
from injectors.certificate.stand_in import StandIn
from injectors.certificate.target import CONSENT, Parameters, Settings, listed
from injectors.contract import Change, Kind

SLACK = timedelta(hours=1)
"""It ended so long before the real one begins: the clocks of clients differ."""
EARLIEST = datetime(1950, 1, 1, tzinfo=UTC)
"""Certificates know no earlier date."""


def terms(real: Leaf) -> Terms:
    """The same life, just before the real one's."""
    begins, ends = real.certificate.not_valid_before_utc, real.certificate.not_valid_after_utc
    life = min(ends - begins, begins - EARLIEST - SLACK)
    return Terms(begins - SLACK - life, begins - SLACK)


def make(change: Change) -> StandIn:
    """Rebuild it from the change."""
    return stand_in.make(change, terms)


KIND = Kind(
    name="certificate.expire",
    summary="A listener's certificate has expired: one with the same key and names, out of date, stands in for it.",
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
