"""How a RabbitMQ broker is, before any drill: does its API answer, consent, and allow. Looks only."""

from collections.abc import Sequence

from injectors.contract import Finding, Found, Visit
from injectors.rabbitmq.broker import Broker, Settings
from injectors.rabbitmq.consent import TAG
from injectors.values import rebuild


def findings(visit: Visit) -> Sequence[Finding]:
    """Ask the management API, which says nothing of the time there."""
    broker = Broker(rebuild(Settings, visit.settings))
    tags = _words(broker.look("whoami").get("tags"))
    vhost = next((each for each in broker.look("vhosts") if each["name"] == broker.settings.vhost), None)
    if vhost is None:
        said = f"there is no vhost {broker.settings.vhost}, or {broker.settings.user} may not see it"
        return [Finding("answers", Found.NOT_OK, said, f"rabbitmqctl list_permissions -p {broker.settings.vhost}")]
    answers = Finding("answers", Found.OK, f"the vhost {broker.settings.vhost} of {broker.settings.url}")
    clock = Finding("clock", Found.CANT_TELL, "its API does not say what time it is")
    return [answers, _consent(broker, _words(vhost.get("tags")), visit), _permission(broker, tags), clock]


def _consent(broker: Broker, tags: Sequence[str], visit: Visit) -> Finding:
    wanted = f"{TAG}{visit.environment}"
    if wanted in tags:
        return Finding("consent", Found.OK, f"its vhost carries the tag {wanted}")
    write = f"rabbitmqctl update_vhost_metadata {broker.settings.vhost} --tags {wanted}"
    return Finding("consent", Found.NOT_OK, f"its vhost does not carry the tag {wanted}", write)


def _permission(broker: Broker, tags: Sequence[str]) -> Finding:
    user = broker.settings.user
    if "administrator" in tags:
        return Finding("permission", Found.OK, f"{user} is an administrator")
    if "policymaker" in tags:
        said = f"{user} may refuse publishes; only an administrator may pause consumers"
        return Finding("permission", Found.OK, said)
    write = f"rabbitmqctl set_user_tags {user} policymaker    (administrator for rabbitmq.pause_consumers)"
    return Finding("permission", Found.NOT_OK, f"{user} may not set policies", write)


def _words(tags: object) -> list[str]:
    """Older brokers write them in one text with commas."""
    return [each.strip() for each in tags.split(",")] if isinstance(tags, str) else list(map(str, tags or []))  # type: ignore[call-overload]
