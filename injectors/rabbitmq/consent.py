"""What must hold of a queue before any fault: its vhost consents, and the queue is there. Looks only."""

from injectors.contract import Change, Json, Refused
from injectors.rabbitmq.broker import Broker, Missing

TAG = "gameday-consent-"
CONSENT = (
    f"the vhost carries the tag `{TAG}<environment>`; "
    "a `consent:` list in its target, where there is one, names the queue as well"
)


def consented(broker: Broker, change: Change, queue: str) -> dict[str, Json]:
    """Return the broker's word on a queue that may be hurt. Raises `Refused`, `Unreachable`."""
    where = f"the queue {queue} of {broker.address}"
    found = known(broker, queue)
    if change.consent and queue not in change.consent:
        raise Refused(
            f"{where} is not in the `consent:` list of its target in gameday.yaml: "
            f"write `consent: [{', '.join([*change.consent, queue])}]`"
        )
    tags = _tags(broker)
    if f"{TAG}{change.environment}" not in tags:
        given = [each.removeprefix(TAG) for each in tags if each.startswith(TAG)]
        said = f"consent for another environment, {given[0]!r}" if given else "no consent"
        raise Refused(
            f"{where}: its vhost has given {said}; "
            f"rabbitmqctl update_vhost_metadata {broker.settings.vhost} --tags {TAG}{change.environment}"
        )
    return found


def known(broker: Broker, queue: str) -> dict[str, Json]:
    """Return the broker's word on a queue that must be there. Raises `Refused` with the names there are."""
    try:
        found: dict[str, Json] = broker.look("queues", broker.settings.vhost, queue)
    except Missing:
        try:
            there = sorted(str(each["name"]) for each in broker.look("queues", broker.settings.vhost))
        except Missing:
            raise Refused(f"{broker.settings.url} has no vhost {broker.settings.vhost}") from None
        said = ", ".join(there[:20]) or "none"
        raise Refused(f"{broker.address} has no queue {queue}; it has {said}") from None
    return found


def _tags(broker: Broker) -> list[str]:
    """Read the vhost's tags from the list of those this account may see: one alone is for administrators."""
    for each in broker.look("vhosts"):
        if each["name"] == broker.settings.vhost:
            return list(map(str, each.get("tags") or []))
    return []
