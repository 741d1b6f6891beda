"""What carries a gameday tag on a cluster: bent objects and policies of ours. Of secrets it reads the names alone."""

from collections.abc import Iterator, Mapping, Sequence

from injectors.contract import InjectorError, Json, Leftover
from injectors.kubernetes import mark
from injectors.kubernetes.allowed import LABEL
from injectors.kubernetes.cluster import NAMES_ONLY, Cluster, Missing
from injectors.kubernetes.objects import FIELDS, POLICIES, Field
from injectors.kubernetes.settings import Settings, selector
from injectors.values import rebuild

LIMIT = 1000
NAMESPACES = "/api/v1/namespaces"


def left_behind(settings: Mapping[str, Json]) -> Sequence[Leftover]:
    """List what is still in force in the namespaces that gave consent, for whatever environment, and on the nodes."""
    cluster = Cluster(rebuild(Settings, settings))
    found: list[Leftover] = []
    for each in _all(cluster):
        found.append(each)
        if len(found) >= LIMIT:
            break
    return found


def remove(settings: Mapping[str, Json], leftover: Leftover) -> None:
    """Delete our policy, or put back the value that stands beside the tag."""
    cluster, path = Cluster(rebuild(Settings, settings)), leftover.handle["path"]
    field = next((each for each in FIELDS if each.plural == leftover.handle["plural"]), None)
    try:
        found = cluster.get(path)
        if field is None:
            if (found["metadata"].get("labels") or {}).get(mark.TAG) == leftover.tag:
                meta = {key: found["metadata"][key] for key in ("uid", "resourceVersion")}
                cluster.ask("DELETE", path, body={"preconditions": meta})
            return
        undo = mark.undo_of(found)
        if mark.annotations(found).get(mark.TAG) != leftover.tag:
            return
        if undo is None:
            raise InjectorError(f"{leftover.owner} does not say what its {'.'.join(field.at)} was: set it by hand")
        if field.value(found) == undo["ours"]:
            cluster.patch(path, mark.restored(found, field, undo["was"]))
    except Missing:
        return


def _all(cluster: Cluster) -> Iterator[Leftover]:
    spaces = [each["metadata"]["name"] for each in cluster.listed(NAMESPACES, LABEL, accept=NAMES_ONLY)]
    for field in FIELDS:
        for space in spaces if field.namespaced else [""]:
            yield from _bent(cluster, field, space)
    for space in spaces:
        for each in cluster.listed(POLICIES.format(space), mark.TAG):
            name = each["metadata"]["name"]
            handle = {"path": f"{POLICIES.format(space)}/{name}", "plural": "networkpolicies"}
            chosen = (each["spec"].get("podSelector") or {}).get("matchLabels") or {}
            owner = f"{cluster.name} traffic {space}/{selector(chosen)}"
            tag = each["metadata"]["labels"][mark.TAG]
            yield Leftover(owner, tag, f"network policy {space}/{name} denies traffic", handle)


def _bent(cluster: Cluster, field: Field, space: str) -> Iterator[Leftover]:
    for each in cluster.listed(field.folder(space), accept=NAMES_ONLY):
        tag, undo = mark.annotations(each).get(mark.TAG), mark.undo_of(each)
        if not tag:
            continue
        subject = "/".join(filter(None, (space, each["metadata"]["name"])))
        path = field.path(subject)
        try:
            held = field.value(cluster.get(path))
        except Missing:
            continue
        if undo is None or held == undo["ours"]:
            owner = f"{cluster.name} {field.noun} {subject}"
            yield Leftover(owner, tag, f"{field.noun} {subject}, {'.'.join(field.at)}", _handle(path, field))


def _handle(path: str, field: Field) -> Mapping[str, Json]:
    return {"path": path, "plural": field.plural}
