"""A certificate has expired, as if its last renewal had never happened."""

from datetime import UTC, datetime, timedelta

from injectors.certificate import stand_in
from injectors.certificate.issuing import Terms
from injectors.certificate.leaf import Leaf

SLACK = timedelta(hours=1)
"""It ended so long before the real one begins: the clocks of clients differ."""
EARLIEST = datetime(1950, 1, 1, tzinfo=UTC)
"""Certificates know no earlier date."""


def terms(real: Leaf) -> Terms:
    """The same life, just before the real one's."""
    begins, ends = real.certificate.not_valid_before_utc, real.certificate.not_valid_after_utc
    life = min(ends - begins, begins - EARLIEST - SLACK)
    return Terms(begins - SLACK - life, begins - SLACK)


KIND = stand_in.kind(
    "expire",
    "A listener's certificate has expired: one with the same key and names, out of date, stands in for it.",
    terms,
)
