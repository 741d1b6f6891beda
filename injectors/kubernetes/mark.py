"""Our mark on an object that a fault bent: the tag, and what to put back. As patches; it asks nobody.

Each patch tests all that it relies on, and the server carries it out whole or not at all: what somebody else changes at
the same moment is never overwritten.
"""

import json
from collections.abc import Mapping, Sequence

from injectors.contract import Json
from injectors.kubernetes.objects import Field

TAG = "gameday.tag"
UNDO = "gameday.undo"
"""Beside the tag: what was there and what we put, so that another machine can put it back without the undo log."""
Operations = Sequence[Mapping[str, Json]]


def annotations(found: Mapping[str, Json]) -> dict[str, str]:
    """Return the annotations of an object."""
    return dict(found["metadata"].get("annotations") or {})


def bent(found: Mapping[str, Json], field: Field, ours: Json, tag: str) -> Operations:
    """Put our value and our mark, if the object is as it was found."""
    undo = json.dumps({"was": field.value(found), "ours": ours})
    held = annotations(found)
    marks: Operations = (
        [_add(TAG, tag), _add(UNDO, undo)]
        if held
        else [{"op": "add", "path": "/metadata/annotations", "value": {TAG: tag, UNDO: undo}}]
    )
    return [*_as_found(found, field, held), *marks, {"op": "add", "path": field.pointer, "value": ours}]


def restored(found: Mapping[str, Json], field: Field, was: Json) -> Operations:
    """Put this value and take our mark away, if the object is as it was found."""
    held = annotations(found)
    marks = [{"op": "remove", "path": f"/metadata/annotations/{key}"} for key in (TAG, UNDO) if key in held]
    put = [] if field.value(found) == was else [{"op": "add", "path": field.pointer, "value": was}]
    return [*_as_found(found, field, held), *marks, *put]


def _as_found(found: Mapping[str, Json], field: Field, held: Mapping[str, str]) -> Operations:
    meta = found["metadata"]
    tests = [{"op": "test", "path": "/metadata/uid", "value": meta["uid"]}]
    if field.written(found):
        tests.append({"op": "test", "path": field.pointer, "value": field.value(found)})
    if TAG in held:
        tests.append({"op": "test", "path": f"/metadata/annotations/{TAG}", "value": held[TAG]})
    if not held or not field.written(found):  # nothing smaller can be tested for not being there
        tests.append({"op": "test", "path": "/metadata/resourceVersion", "value": meta["resourceVersion"]})
    return tests


def _add(key: str, value: str) -> Mapping[str, Json]:
    return {"op": "add", "path": f"/metadata/annotations/{key}", "value": value}


def undo_of(found: Mapping[str, Json]) -> Mapping[str, Json] | None:
    """What stands beside our tag: `was` and `ours`; None: nothing that can be read."""
    try:
        held = json.loads(annotations(found).get(UNDO, ""))
    except ValueError:
        return None
    return held if isinstance(held, dict) and {"was", "ours"} <= set(held) else None
