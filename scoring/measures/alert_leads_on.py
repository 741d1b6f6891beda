"""Alert leads on: does the alert that came name who owns the service, and the runbook that helps."""

from collections.abc import Iterable, Mapping
from typing import Any

from scoring.facts import Facts
from scoring.impact_words import stems
from scoring.measures.alert_names_impact import alerts_to_read
from scoring.result import Known, Missed, Result, Unknown
from scoring.rubric import Rubric

Json = Any
OWNER = ("owner", "team", "squad")
RUNBOOK = ("runbook_url", "runbook")
"""Labels and annotations that are read."""


def alert_names_owner(facts: Facts, rubric: Rubric) -> Result:
    """Yes when an alert that detected the fault in time has the service's owner as its `owner`, `team` or `squad`.

    A drill measures "whether alerts name the right impact, owner, and runbook". `orders` and `team-orders` are one. Who
    owns the service is in gameday.yaml; where nobody does, it is unknown.
    """
    if rubric.owner is None:
        return Unknown("gameday.yaml names no owner of the service")
    wanted = _team(rubric.owner)
    return _names(facts, rubric, OWNER, rubric.owner, lambda told: _team(told) == wanted)


def alert_names_runbook(facts: Facts, rubric: Rubric) -> Result:
    """Yes when an alert that detected the fault in time leads to the key's runbook, by `runbook_url` or `runbook`.

    A drill measures "whether alerts name the right impact, owner, and runbook". Read is the last part of an address,
    without its ending; whether there is a page at that address is not asked.
    """
    runbook = str(rubric.answer.get("runbook") or "")
    if not runbook:
        return Unknown("the key names no runbook")
    return _names(facts, rubric, RUNBOOK, runbook, lambda told: _page(told) == runbook.lower())


def _names(facts: Facts, rubric: Rubric, keys: Iterable[str], wanted: str, is_it: Any) -> Result:
    if rubric.alert is None:
        return Unknown("the scenario expects no alert")
    read = alerts_to_read(facts, rubric.alert, rubric)
    if isinstance(read, Missed | Unknown):
        return read
    told = list(dict.fromkeys(found for entry in read for found in _carried(entry.body, keys)))
    right = next((each for each in told if is_it(each)), None)
    if right is not None:
        return Known(1.0, "yes", why=f"names {right}", detail={"named": told})
    why = f"names {', '.join(told)}, not {wanted}" if told else f"names none of {', '.join(keys)}"
    return Known(0.0, "yes", why=why, detail={"named": told})


def _carried(alert: Mapping[str, Json], keys: Iterable[str]) -> list[str]:
    held = {**(alert.get("annotations") or {}), **(alert.get("labels") or {})}
    return [str(held[key]).strip() for key in keys if str(held.get(key) or "").strip()]


def _team(text: str) -> tuple[str, ...]:
    return tuple(word for word in stems(text.replace("_", " ")) if word != "team")


def _page(address: str) -> str:
    bare = address.partition("#")[0].partition("?")[0].rstrip("/")
    last = bare.rpartition("/")[2].lower()
    return last.removesuffix(".md").removesuffix(".html")
