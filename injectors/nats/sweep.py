"""What carries a gameday tag on a NATS server: streams that refuse writes. A pause carries none and ends by itself."""

from collections.abc import Mapping, Sequence

from injectors.contract import InjectorError, Json, Leftover
from injectors.nats import stream
from injectors.nats.server import Missing, Server, Settings
from injectors.nats.size_limit import FIELD, OURS, restored
from injectors.values import rebuild

LIMIT = 1000
PAGES = 100


def left_behind(settings: Mapping[str, Json]) -> Sequence[Leftover]:
    """List the streams whose limit is ours; one that takes writes again is no fault, whatever mark is still on it."""
    server = Server(rebuild(Settings, settings))
    found: list[Leftover] = []
    offset = 0
    for _ in range(PAGES):
        page = server.ask("STREAM.LIST", {"offset": offset})
        streams = page.get("streams") or []
        for config in (each["config"] for each in streams):
            tag = stream.metadata(config).get(stream.TAG)
            if tag and config[FIELD] == OURS:
                owner = f"nats {server.settings.url} stream {config['name']}"
                what = f"stream {config['name']} refuses writes ({FIELD} 1)"
                found.append(Leftover(owner, tag, what, {"stream": config["name"]}))
        offset += len(streams)
        if not streams or offset >= page["total"] or len(found) >= LIMIT:
            break
    return found[:LIMIT]


def remove(settings: Mapping[str, Json], leftover: Leftover) -> None:
    """Put back the limit that stands beside the tag."""
    server, name = Server(rebuild(Settings, settings)), leftover.handle["stream"]
    try:
        config = stream.look(server, name)["config"]
        marks = stream.metadata(config)
        if marks.get(stream.TAG) != leftover.tag or config[FIELD] != OURS:
            return
        try:
            was = int(marks[stream.WAS])
        except (KeyError, ValueError):
            raise InjectorError(f"{leftover.owner} does not say what its {FIELD} was: set it by hand") from None
        server.ask(f"STREAM.UPDATE.{name}", restored(config, was))
    except Missing:
        return
