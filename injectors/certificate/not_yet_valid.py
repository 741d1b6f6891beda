"""A certificate is not valid yet, as when it was issued for a later day or by a clock that is ahead."""

from datetime import UTC, datetime, timedelta

from injectors.certificate import stand_in
from injectors.certificate.issuing import Terms
from injectors.certificate.leaf import Leaf

LATEST = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
"""Certificates know no later date."""
SHORTEST = timedelta(hours=1)


def terms(real: Leaf) -> Terms:
    """The same life, just after the real one's."""
    begins, ends = real.certificate.not_valid_before_utc, real.certificate.not_valid_after_utc
    later = min(ends, LATEST - SHORTEST)
    return Terms(later, later + min(ends - begins, LATEST - later))


KIND = stand_in.kind(
    "not_yet_valid",
    "A listener's certificate is not valid yet: one with the same key and names, for later, stands in for it.",
    terms,
)
