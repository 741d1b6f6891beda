"""Finds a kind of fault by name: ours by a lazy import, others by the entry point group `gameday.injectors`."""

import importlib
from collections.abc import Mapping
from importlib import metadata

from injectors.contract import Change, Injector, InjectorError, Kind

BUILT_IN: Mapping[str, str] = {
    "noop": "injectors.noop",
    "process.kill": "injectors.process.kill",
    "process.stop": "injectors.process.stop",
    "process.keep_down": "injectors.process.keep_down",
    "toxiproxy.latency": "injectors.toxiproxy.latency",
    "toxiproxy.bandwidth": "injectors.toxiproxy.bandwidth",
    "toxiproxy.timeout": "injectors.toxiproxy.timeout",
    "toxiproxy.reset_peer": "injectors.toxiproxy.reset_peer",
    "toxiproxy.slicer": "injectors.toxiproxy.slicer",
    "toxiproxy.limit_data": "injectors.toxiproxy.limit_data",
    "toxiproxy.slow_close": "injectors.toxiproxy.slow_close",
    "toxiproxy.down": "injectors.toxiproxy.down",
    "nats.pause_consumer": "injectors.nats.pause_consumer",
    "nats.refuse_writes": "injectors.nats.refuse_writes",
    "http.stale": "injectors.http_proxy.stale",
    "http.rate_limit": "injectors.http_proxy.rate_limit",
    "http.reject_writes": "injectors.http_proxy.reject_writes",
    "http.delay_reads": "injectors.http_proxy.delay_reads",
    "redis.pause_clients": "injectors.redis.pause_clients",
    "redis.refuse_writes": "injectors.redis.refuse_writes",
    "redis.kill_clients": "injectors.redis.kill_clients",
    "rq.suspend": "injectors.rq.suspend",
    "rabbitmq.pause_consumers": "injectors.rabbitmq.pause_consumers",
    "rabbitmq.refuse_publishes": "injectors.rabbitmq.refuse_publishes",
    "postgres.read_only": "injectors.postgres.read_only",
    "certificate.expire": "injectors.certificate.expire",
    "certificate.not_yet_valid": "injectors.certificate.not_yet_valid",
    "certificate.wrong_name": "injectors.certificate.wrong_name",
    "chaostoolkit.action": "injectors.chaostoolkit.action",
    "docker.stop": "injectors.docker.stop",
    "docker.kill": "injectors.docker.kill",
    "docker.restart": "injectors.docker.restart",
    "docker.pause": "injectors.docker.pause",
    "docker.limit": "injectors.docker.limit",
    "docker.disconnect": "injectors.docker.disconnect",
    "kubernetes.kill_pod": "injectors.kubernetes.kill_pod",
    "kubernetes.scale_deployment": "injectors.kubernetes.scale_deployment",
    "kubernetes.cordon_node": "injectors.kubernetes.cordon_node",
    "kubernetes.drain_node": "injectors.kubernetes.drain_node",
    "kubernetes.deny_traffic": "injectors.kubernetes.deny_traffic",
    "kubernetes.suspend_cronjob": "injectors.kubernetes.suspend_cronjob",
    "kubernetes.expire_tls_secret": "injectors.kubernetes.expire_tls_secret",
}
"""Name -> module that holds `KIND`."""

EXTRAS: Mapping[str, str] = {
    "toxiproxy": "toxiproxy",
    "nats": "nats",
    "redis": "redis",
    "rq": "redis",
    "certificate": "certificate",
    "docker": "docker",
    "kubernetes": "kubernetes",
    "postgres": "postgres",
}
"""Family -> the extra of `gameday-drills` that installs what it needs."""


class UnknownKind(InjectorError):
    """No injector has this name."""


class MissingExtra(InjectorError):
    """The injector needs a package that is not installed; the message names the install command."""


def names() -> list[str]:
    """Every name that `inject:` accepts, sorted; imports nothing."""
    return sorted({*BUILT_IN, *(point.name for point in metadata.entry_points(group="gameday.injectors"))})


def kind(name: str) -> Kind:
    """The kind of this name. Raises `UnknownKind` or `MissingExtra`."""
    if module := BUILT_IN.get(name):
        return _ours(name, module)
    for point in metadata.entry_points(group="gameday.injectors", name=name):
        return _theirs(point)
    raise UnknownKind(f"no injector is called {name!r}")


def make(change: Change) -> Injector:
    """The injector of a change, rebuilt from nothing but the change."""
    return kind(change.kind).make(change)


def _theirs(point: metadata.EntryPoint) -> Kind:
    """Somebody's kind; whatever is wrong with it is one error that names the package, and takes no other down."""
    try:
        found = point.load()
    except (Exception, SystemExit) as wrong:
        raise InjectorError(f"{origin(point)} does not load: {in_short(wrong)}; {mend(point)}") from wrong
    if not isinstance(found, Kind):
        raise InjectorError(f"{origin(point)} is no injectors.contract.Kind; {mend(point)}")
    if found.name != point.name:
        raise InjectorError(f"{origin(point)} calls itself {found.name!r}: give both one name; {mend(point)}")
    return found


def origin(point: metadata.EntryPoint) -> str:
    """Where an entry point comes from, for people."""
    package = point.dist.name if point.dist else "somebody"
    return f"{point.name!r} of the package {package} ({point.value})"


def mend(point: metadata.EntryPoint) -> str:
    """What to type when it is of no use."""
    package = point.dist.name if point.dist else "PACKAGE"
    return f"mend it, or pip uninstall {package}"


def in_short(wrong: BaseException) -> str:
    """What went wrong, on one line."""
    return f"{type(wrong).__name__}: {str(wrong).splitlines()[0][:200] if str(wrong) else 'no reason given'}"


def _ours(name: str, module: str) -> Kind:
    try:
        found: Kind = importlib.import_module(module).KIND
    except ModuleNotFoundError as missing:
        extra = EXTRAS.get(name.partition(".")[0])
        if extra is None or (missing.name or "").partition(".")[0] == "injectors":
            raise
        raise MissingExtra(
            f"{name} needs the package {missing.name!r}: pip install 'gameday-drills[{extra}]'"
        ) from missing
    return found
