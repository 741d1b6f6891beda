"""When "it did not come" may be said, and when nobody can say. Pure; shared by the measures that wait for something."""

from scoring.facts import Facts
from scoring.result import Missed, Unknown
from scoring.timeline import Entry
from scoring.wording import clock

WHOLE_PICTURE = ("impact", "hypothesis", "unsafe_actions", "next_decision")
"""What a message may give away."""


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


def hint(facts: Facts, *parts: str) -> Entry | None:
    """The first message after the fault that gave one of these parts of the key away."""
    since, wanted = facts.began or 0, set(parts)
    return next((each for each in facts.hints if each.at >= since and wanted & set(each.body["gives_away"])), None)


def given_away(facts: Facts, by: int | None, *parts: str) -> Missed | None:
    """Missed, censored at the hint, when what was to be found was given away before it came (None: it never came)."""
    told = hint(facts, *parts)
    if told is None or (by is not None and by < told.at):
        return None
    what = " and ".join(str(each).replace("_", " ") for each in told.body["gives_away"])
    return Missed(facts.since_t0(told.at), f"the message {told.body.get('message')} gave the {what} away")


def not_entered(facts: Facts, limit: float | None, why: str, *parts: str) -> Missed | Unknown:
    """What nobody entered: given away before, taken back too early to tell, or it did not come."""
    return given_away(facts, None, *parts) or taken_back_early(facts, limit) or not_come(facts, limit, why)


def by_timer(facts: Facts, ending: int, before: str) -> Unknown:
    """What got good after we began to end the fault is nobody's success."""
    stopped = bool(facts.stops) and facts.stops[0].at <= ending
    who = "ended by a stop" if stopped else "ended by timer"
    return Unknown(f"{who}: we began to take the fault back at {clock(facts.since_t0(ending))}, {before}")
