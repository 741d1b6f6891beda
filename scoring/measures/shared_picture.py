"""Shared picture: when the responders agreed on one, by acknowledgement."""

from scoring.absence import WHOLE_PICTURE, given_away, not_entered
from scoring.agreement import FEWEST, Standing, missing, standings
from scoring.facts import Facts
from scoring.result import Known, Result, Unknown
from scoring.rubric import Rubric


def shared_picture(facts: Facts, rubric: Rubric) -> Result:
    """Seconds from t0 until a quorum of those present, at least two, had acknowledged the same complete revision.

    "One practical metric for incident maturity is time to a shared picture. Not time to first alert, not time to first
    Slack message, but time until responders agree on impact, current hypothesis, unsafe actions, and next decision."
    Who sets a revision agrees with it. A hint ends the wait; one responder alone shares nothing: unknown.
    """
    limit = rubric.shared_picture.within if rubric.shared_picture else None
    seen = standings(facts, rubric)
    shared = next((each for each in seen if each.shared), None)
    if shared is None:
        alone = _alone(seen)
        return alone or not_entered(facts, limit, _why_not(facts, seen), *WHOLE_PICTURE)
    return given_away(facts, shared.at, *WHOLE_PICTURE) or _known(facts, shared)


def _known(facts: Facts, shared: Standing) -> Known:
    revision = shared.picture.body.get("revision") if shared.picture else None
    names = sorted(shared.agreed)
    return Known(
        max(0.0, facts.since_t0(shared.at)),
        why=f"revision {revision}: {', '.join(names)}, {len(names)} of {len(shared.present)} present",
        detail={"revision": revision, "agreed": names, "present": sorted(shared.present), "needed": shared.needed},
    )


def _alone(seen: list[Standing]) -> Unknown | None:
    most = max(seen, key=lambda each: len(each.present))
    if len(most.present) >= FEWEST:
        return None
    only = f"only {next(iter(most.present))} was" if most.present else "no responder was"
    return Unknown(f"{only} there, and a picture is shared by at least two")


def _why_not(facts: Facts, seen: list[Standing]) -> str:
    pictures = [each for each in facts.room.pictures if each.at >= seen[0].at and facts.room.is_responder(each)]
    if not pictures:
        return "nobody set a picture"
    best = max(seen, key=lambda each: len(each.agreed))
    if best.picture is None:
        last = pictures[-1]
        said = f"revision {last.body.get('revision')} is incomplete"
        return f"{said}, {', '.join(part.replace('_', ' ') for part in missing(last))} missing"
    agreed = f"{len(best.agreed)} of {len(best.present)} shared it, {best.needed} are needed"
    return f"revision {best.picture.body.get('revision')}: {agreed}"
