"""What must hold of a Redis server before any fault: its consent, and that it is no replica. Looks only."""

from injectors.contract import Change, Json, Refused
from injectors.redis.server import Asking, Server

KEY = "gameday:consent"
CONSENT = (
    f"the key `{KEY}` in the database of the target's `url` holds the environment's name; "
    "a `consent:` list in its target, where there is one, names the server as HOST:PORT as well"
)


def consented(server: Server, asking: Asking, change: Change) -> None:
    """Return when the server may be hurt. Raises `Refused`, `Unreachable`."""
    where = f"the Redis server {server.settings.url}"
    if change.consent and server.address not in change.consent:
        raise Refused(
            f"{where} is not in the `consent:` list of its target in gameday.yaml: "
            f"write `consent: [{', '.join([*change.consent, f'{chr(34)}{server.address}{chr(34)}'])}]`"
        )
    label: Json = asking.look("GET", KEY)
    if label != change.environment:
        said = "has given no consent" if label is None else f"has given its consent for another environment, {label!r}"
        raise Refused(f"{where} {said}: redis-cli SET {KEY} {change.environment}")


def primary(server: Server, asking: Asking) -> None:
    """Return when its clients' writes are its own. Raises `Refused`."""
    if "\nrole:master" not in str(asking.look("INFO", "replication")):
        raise Refused(f"the Redis server {server.settings.url} is a replica: name its primary")
