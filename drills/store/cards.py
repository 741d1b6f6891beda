"""The scorecards kept on a drill's timeline: the one from its end, and later ones beside it. Scores nothing."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from drills.store.contract import Store
from scoring.rubric import Rubric
from scoring.scorecard import Scorecard
from scoring.timeline import SCORECARD, Entry

Json = Any


@dataclass(frozen=True, slots=True)
class Kept:
    """One card as it was kept."""

    at: int
    """UTC nanoseconds."""
    made: str
    """drill: at its end; rescored: later."""
    rubric: Mapping[str, Json]
    card: Mapping[str, Json]


def keep(  # noqa: PLR0913 - what an entry of this kind is made of
    store: Store, at: int, card: Scorecard, rubric: Rubric, *, made: Literal["drill", "rescored"], by: str = "gameday"
) -> bool:
    """Keep it beside the others; False: the same one is there already. Raises `StoreError`."""
    body = {"made": made, "rubric": rubric.to_json(), "card": card.to_json()}
    same = [each for each in kept(store.entries(card.drill, kinds=(SCORECARD,))) if _same(each, body)]
    if not same:
        store.append(card.drill, at, SCORECARD, by, "facilitators", body)
    return not same


def kept(entries: Iterable[Entry]) -> tuple[Kept, ...]:
    """All that a timeline has, oldest first."""
    return tuple(
        Kept(entry.at, str(entry.body.get("made") or ""), entry.body.get("rubric") or {}, entry.body.get("card") or {})
        for entry in entries
        if entry.kind == SCORECARD
    )


def _same(one: Kept, body: Mapping[str, Json]) -> bool:
    return _plain({"rubric": one.rubric, "card": one.card}) == _plain({name: body[name] for name in ("rubric", "card")})


def _plain(body: Mapping[str, Json]) -> str:
    return json.dumps(body, sort_keys=True)
