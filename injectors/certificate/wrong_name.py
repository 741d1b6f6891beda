"""A certificate is for another name, as when the wrong one was rolled out."""

from injectors.certificate import stand_in
from injectors.certificate.issuing import Terms
from injectors.certificate.leaf import Leaf

NAME = "wrong-name.invalid"
"""Nobody's name, for ever (RFC 2606): no authority's signature under it can be misused."""


def terms(real: Leaf) -> Terms:
    """The same life for a name that nobody asks for."""
    return Terms(real.certificate.not_valid_before_utc, real.certificate.not_valid_after_utc, NAME)


KIND = stand_in.kind(
    "wrong_name",
    "A listener's certificate is for another name: one with the same key and dates stands in for it.",
    terms,
)
