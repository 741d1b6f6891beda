"""Which other drills ran at the same time: what their faults set off is heard here too. Reads no timeline."""

from contextlib import closing

from drills.plan import Plan
from drills.plan.places import store_address
from drills.store import DrillRow, StoreError, open_store

MANY = 100
"""Drills that are looked at, newest first."""


def beside(plan: Plan, drill: str, since: int) -> tuple[DrillRow, ...]:
    """Those of the same environment that had not ended by `since` (UTC ns); none where the store cannot say."""
    try:
        with closing(open_store(store_address(plan.workspace), read_only=True)) as store:
            rows = store.drills(MANY)
    except (StoreError, OSError):  # also a machine that has no descriptor left: the drill's end must not hang on this
        return ()
    mine = [row for row in rows if row.id != drill and row.environment == plan.environment]
    return tuple(row for row in mine if row.ended_at is None or row.ended_at > since)
