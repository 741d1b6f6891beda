"""What carries a gameday tag on a RabbitMQ vhost: policies, and rights to read. Never what lacks the tag."""

import re
from collections.abc import Mapping, Sequence

from injectors.contract import Json, Leftover, Refused
from injectors.rabbitmq.broker import Broker, Missing, Settings
from injectors.rabbitmq.permissions import read_back
from injectors.values import rebuild

TAGGED = re.compile(r"(gameday-[A-Za-z0-9-]+)\.")
LIMIT = 1000


def left_behind(settings: Mapping[str, Json]) -> Sequence[Leftover]:
    """List our policies and the rights we bent."""
    broker = Broker(rebuild(Settings, settings))
    found = []
    for policy in broker.look("policies", broker.settings.vhost):
        if tag := TAGGED.match(policy["name"]):
            queue = re.sub(r"\\(.)", r"\1", policy["pattern"][1:-1])
            owner = f"rabbitmq {broker.address} queue {queue}"
            found.append(Leftover(owner, tag[1], f"policy {policy['name']} on {queue}", {"policy": policy["name"]}))
    for right in _rights(broker):
        if ours := read_back(right["read"]):
            owner, user = f"rabbitmq {broker.address} permissions of {right['user']}", right["user"]
            found.append(Leftover(owner, ours[0], f"{user} may not read all that it might", {"user": user}))
    return found[:LIMIT]


def remove(settings: Mapping[str, Json], leftover: Leftover) -> None:
    """Remove the policy, so that the one below it is in force again; or put the right back that ours holds inside."""
    broker = Broker(rebuild(Settings, settings))
    vhost = broker.settings.vhost
    try:
        if policy := leftover.handle.get("policy"):
            broker.delete("policies", vhost, policy)
            return
        user = leftover.handle["user"]
        right = broker.look("permissions", vhost, user)
        ours = read_back(right["read"])
        if ours and ours[0] == leftover.tag:
            rights = {name: right[name] for name in ("configure", "write")}
            broker.put("permissions", vhost, user, body={**rights, "read": ours[1]})
    except Missing:
        return


def _rights(broker: Broker) -> Sequence[Mapping[str, Json]]:
    """Read all rights in the vhost; who may not read them cannot have bent one."""
    try:
        found: Sequence[Mapping[str, Json]] = broker.look("vhosts", broker.settings.vhost, "permissions")
    except Refused:
        return []
    return found
