"""Finds a kind of probe or alert source by name; imports none of them before it is asked for.

Ours are found by a lazy import, others by the entry point group `gameday.signals`.
"""

import importlib
from collections.abc import Mapping
from importlib import metadata
from typing import TypeVar

from drills.signals.contract import ProbeKind, SignalError, SourceKind
from injectors.registry import in_short, mend, origin

PROBES: Mapping[str, str] = {
    "http": "drills.signals.probes.http_request",
    "tcp": "drills.signals.probes.tcp_connect",
    "tls": "drills.signals.probes.tls_certificate",
    "process.count": "drills.signals.probes.process_count",
    "kubernetes.ready": "drills.signals.probes.kubernetes_ready",
    "nats.queue_age": "drills.signals.probes.nats_queue_age",
    "nats.queue_depth": "drills.signals.probes.nats_queue_depth",
    "redis.queue_age": "drills.signals.probes.redis_queue_age",
    "redis.queue_depth": "drills.signals.probes.redis_queue_depth",
    "rq.queue_age": "drills.signals.probes.rq_queue_age",
    "rq.queue_depth": "drills.signals.probes.rq_queue_depth",
    "rabbitmq.queue_age": "drills.signals.probes.rabbitmq_queue_age",
    "rabbitmq.queue_depth": "drills.signals.probes.rabbitmq_queue_depth",
    "prometheus.query": "drills.signals.probes.prometheus_query",
    "amplification": "drills.signals.probes.amplification_proxy",
    "prometheus.amplification": "drills.signals.probes.amplification_prometheus",
    "http.amplification": "drills.signals.probes.amplification_http",
    "chaostoolkit.probe": "drills.signals.probes.chaostoolkit_probe",
    "docker.running": "drills.signals.probes.docker_running",
    "postgres.query": "drills.signals.probes.postgres_query",
    "command": "drills.signals.probes.command_output",
}
"""What `probe:` accepts -> the module that holds `KIND`."""

SOURCES: Mapping[str, str] = {
    "alertmanager": "drills.signals.sources.alertmanager",
    "webhook": "drills.signals.sources.webhook",
}
"""A target's `kind:` that brings alerts -> the module that holds `KIND`."""

EXTRAS: Mapping[str, str] = {
    "docker": "docker",
    "kubernetes": "kubernetes",
    "nats": "nats",
    "postgres": "postgres",
    "rabbitmq": "rabbitmq",
    "redis": "redis",
    "rq": "redis",
    "tls": "certificate",
}
"""Family -> the extra of `gameday-drills` that installs what it needs."""

KindT = TypeVar("KindT", ProbeKind, SourceKind)


class UnknownKind(SignalError):
    """No probe or alert source has this name."""


class MissingExtra(SignalError):
    """The probe needs a package that is not installed; the message names the install command."""


def probe_names() -> list[str]:
    """Every name that `probe:` accepts, sorted; imports nothing of ours."""
    return sorted({*PROBES, *_foreign_names(ProbeKind)})


def source_names() -> list[str]:
    """Every target kind that is an alert source, sorted; imports nothing of ours."""
    return sorted({*SOURCES, *_foreign_names(SourceKind)})


def probe_kind(name: str) -> ProbeKind:
    """The kind of probe of this name. Raises `UnknownKind` or `MissingExtra`."""
    found = _find(name, PROBES, ProbeKind)
    if found is None:
        raise UnknownKind(f"no probe is called {name!r}; there are: {', '.join(probe_names())}")
    return found


def source_kind(name: str) -> SourceKind:
    """The kind of alert source of this name. Raises `UnknownKind` or `MissingExtra`."""
    found = _find(name, SOURCES, SourceKind)
    if found is None:
        raise UnknownKind(f"no alert source is called {name!r}; there are: {', '.join(source_names())}")
    return found


def _find(name: str, ours: Mapping[str, str], wanted: type[KindT]) -> KindT | None:
    if module := ours.get(name):
        candidates = [_our_kind(name, module)]
    else:
        points = metadata.entry_points(group="gameday.signals", name=name)
        candidates = [_foreign_kind(point) for point in points]
    return next((found for found in candidates if isinstance(found, wanted)), None)


def _foreign_names(wanted: type[ProbeKind | SourceKind]) -> list[str]:
    found = []
    for point in metadata.entry_points(group="gameday.signals"):
        try:
            kind: ProbeKind | SourceKind | None = _foreign_kind(point)
        except SignalError:
            # What it would be nobody knows; among the probes its error is shown once, and takes no other down.
            kind = None
        if isinstance(kind, wanted) or (kind is None and wanted is ProbeKind):
            found.append(point.name)
    return found


def _foreign_kind(point: metadata.EntryPoint) -> ProbeKind | SourceKind:
    try:
        found = point.load()
    except (Exception, SystemExit) as wrong:
        raise SignalError(f"{origin(point)} does not load: {in_short(wrong)}; {mend(point)}") from wrong
    if not isinstance(found, ProbeKind | SourceKind):
        raise SignalError(f"{origin(point)} is no ProbeKind or SourceKind of drills.signals.contract; {mend(point)}")
    if found.name != point.name:
        raise SignalError(f"{origin(point)} calls itself {found.name!r}: give both one name; {mend(point)}")
    return found


def _our_kind(name: str, module: str) -> ProbeKind | SourceKind:
    try:
        found: ProbeKind | SourceKind = importlib.import_module(module).KIND
    except ModuleNotFoundError as missing:
        extra = EXTRAS.get(name.partition(".")[0])
        if extra is None or (missing.name or "").partition(".")[0] in {"drills", "injectors"}:
            raise
        raise MissingExtra(
            f"{name} needs the package {missing.name!r}: pip install 'gameday-drills[{extra}]'"
        ) from missing
    return found
