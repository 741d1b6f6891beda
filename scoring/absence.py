"""When "it did not come" may be said, and when nobody can say. Pure; shared by the measures that wait for something."""

from scoring.facts import Facts
from scoring.result import Missed, Unknown
from scoring.wording import clock


def not_come(facts: Facts, limit: float | None, why: str) -> Missed | Unknown:
    """Missed, censored at the end of the watch, when that lasted as long as the limit; else unknown, and why.

    `limit` is in seconds from t0; None: the scenario set none, and only a drill that ended by itself says "missed".
    """
    watched = facts.since_t0(facts.watched_until)
    if limit is not None and watched >= limit:
        return Missed(watched, why)
    before = "" if limit is None else f" before the limit {clock(limit)}"
    if facts.stops:
        return Unknown(f"stopped at {clock(watched)}{before}: {why}")
    if facts.ended is None:
        return Unknown(f"the drill has not ended: {why} up to {clock(watched)}")
    if facts.outcome != "completed":
        return Unknown(f"the drill ended {facts.outcome}, last seen at {clock(watched)}{before}: {why}")
    return Missed(watched, why) if limit is None else Unknown(f"ended at {clock(watched)}{before}: {why}")


def taken_back_early(facts: Facts, limit: float | None) -> Unknown | None:
    """Unknown when the fault was ended before the limit by us or by responders: what then did not come proves nothing.

    A fault that the target itself ended (a supervisor restarts the worker) lived its natural life, and is judged.
    """
    cleared = facts.cleared
    if limit is None or cleared is None or facts.since_t0(cleared) >= limit or "target" in facts.cleared_by:
        return None
    if facts.stops and facts.stops[0].at <= cleared:
        return None  # the stop is the reason, and `not_come` gives it
    who = "responders ended the fault" if "responders" in facts.cleared_by else "we took the fault back"
    return Unknown(f"{who} at {clock(facts.since_t0(cleared))} before the limit {clock(limit)}")
