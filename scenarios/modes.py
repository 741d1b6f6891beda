"""The ways in which a dependency fails between up and down, in the words of gameday.yaml. Text only."""

from collections.abc import Mapping

MODES: Mapping[str, str] = {
    "slow": "it answers late",
    "stale": "it answers with what was true before",
    "rejects_writes": "it answers reads and refuses writes",
    "delays_reads": "it takes writes and shows them late",
    "region_lost": "one of its regions is gone",
    "rate_limited": "it turns callers away who ask too often",
}
"""Mode -> what it means. A team may add modes of its own; these six are asked of every dependency."""


def misspelt(mode: str) -> str | None:
    """The one of the six that this was meant to be, if it is not one of them and near enough."""
    from difflib import get_close_matches  # noqa: PLC0415 - a file with the six alone does not pay for it

    plain = mode.strip().lower().replace("-", "_").replace(" ", "_")
    near = get_close_matches(plain, MODES, n=1, cutoff=0.85)
    return near[0] if near and near[0] != mode else None
