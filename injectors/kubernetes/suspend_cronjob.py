"""A CronJob starts no more jobs: the nightly report that nobody misses until noon."""

from collections.abc import Mapping, Sequence

from injectors.contract import Change, Json, Kind, Refused
from injectors.kubernetes import sweep
from injectors.kubernetes.allowed import CONSENT
from injectors.kubernetes.bending import Bending, Fault, Found
from injectors.kubernetes.cluster import Cluster
from injectors.kubernetes.objects import SUSPEND
from injectors.kubernetes.selecting import labelled
from injectors.kubernetes.settings import Labelled, Settings
from injectors.values import rebuild


class Parameters(Labelled):
    """Which CronJobs."""


def _ours(_cluster: Cluster, change: Change, found: Found) -> bool:
    if SUSPEND.value(found):
        raise Refused(f"the cronjob {change.subject} is suspended already, by somebody else: nothing would be felt")
    return True


def subjects(settings: Mapping[str, Json], parameters: Mapping[str, Json]) -> Sequence[str]:
    """Every CronJob that carries the labels."""
    return labelled(Cluster(rebuild(Settings, settings)), SUSPEND, rebuild(Parameters, parameters))


def make(change: Change) -> Bending:
    """Rebuild it from the change."""
    return Bending(change, Cluster(rebuild(Settings, change.target)), Fault(SUSPEND, _ours))


KIND = Kind(
    name="kubernetes.suspend_cronjob",
    summary="Suspends a CronJob: its times pass and nothing starts.",
    target="kubernetes",
    settings=Settings,
    parameters=Parameters,
    consent=CONSENT,
    reverted_by="it is resumed; Kubernetes then starts one late job if a time passed within its starting deadline",
    subjects=subjects,
    make=make,
    example="{namespace: shop, labels: {app: report}}",
    sweep=sweep,
)
