"""Signs in to a cluster with the official client: a kubeconfig, or the account of the pod that gameday runs in.

Inline keys of a kubeconfig never reach a disk: the client wants files, so they lie in memory of this process alone, and
are gone with it, however it ends.
"""

import base64
import binascii
import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import yaml

from injectors.contract import Refused
from injectors.kubernetes.settings import Settings
from injectors.revealed import remember

SIZE_LIMIT = 1024 * 1024
"""Bytes of a kubeconfig."""


@contextmanager
def signed_in(settings: Settings) -> Iterator[Any]:
    """The official client, signed in; it is read anew each time, since tokens are renewed. Raises `Refused`."""
    from kubernetes import client, config  # noqa: PLC0415 - 0.7 s that only a call to a cluster pays

    configuration = client.Configuration()
    configuration.retries = False  # urllib3 would ask three times, each with the whole timeout
    with ExitStack() as held:
        try:
            if settings.kubeconfig is None:
                config.load_incluster_config(configuration, try_refresh_token=False)
            else:
                _from_file(settings, configuration, held)
        except config.ConfigException:
            raise Refused(f"{_where(settings)} gives no way in: is the context {settings.context!r} in it?") from None
        if settings.token is not None:
            configuration.api_key["authorization"] = f"Bearer {settings.token.reveal()}"
            configuration.cert_file = configuration.key_file = None
        remember(configuration.api_key.get("authorization", "").removeprefix("Bearer "))
        yield held.enter_context(client.ApiClient(configuration))


def _where(settings: Settings) -> str:
    return f"the kubeconfig {settings.kubeconfig}" if settings.kubeconfig else "the service account of this pod"


def _from_file(settings: Settings, configuration: Any, held: ExitStack) -> None:
    from kubernetes.config.kube_config import KubeConfigLoader  # noqa: PLC0415 - as above

    path = Path(str(settings.kubeconfig))
    try:
        with path.open("rb") as source:
            written = yaml.load(source.read(SIZE_LIMIT), Loader=yaml.CSafeLoader)
        for kind in ("cluster", "user"):
            for each in written.get(f"{kind}s") or []:
                _into_memory(each.get(kind) or {}, held)
        loader = KubeConfigLoader(written, active_context=settings.context, config_base_path=str(path.parent))
        loader.load_and_set(configuration)
    except OSError as wrong:
        raise Refused(f"the kubeconfig {path} cannot be read: {wrong.strerror}") from None
    except (yaml.YAMLError, AttributeError, TypeError, binascii.Error):
        raise Refused(f"{path} is no kubeconfig: write one with `kubectl config view --flatten`") from None


def _into_memory(part: dict[str, Any], held: ExitStack) -> None:
    for name in ("certificate-authority", "client-certificate", "client-key"):
        inline = part.pop(f"{name}-data", None)
        if inline:
            number = os.memfd_create("kubeconfig")
            held.callback(os.close, number)
            os.write(number, base64.b64decode(inline))
            part[name] = f"/proc/self/fd/{number}"


def named(settings: Settings) -> Mapping[str, str]:
    """Which cluster is meant, as far as the settings say: for an owner's address, which asks nobody."""
    return {"config": settings.kubeconfig or "in-cluster", "context": settings.context or "current"}
