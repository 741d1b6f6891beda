"""A `kubernetes` target, and the names of things on it. It asks nobody and imports no client."""

from importlib.util import find_spec
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from injectors.values import AbsolutePath, Keys, Seconds, Secret

if find_spec("kubernetes") is None:  # looked for, not imported: the import takes 0.7 s
    raise ModuleNotFoundError("No module named 'kubernetes'", name="kubernetes")

_NAME = r"^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$"
Name = Annotated[str, StringConstraints(pattern=_NAME)]
"""A namespace, a node, a secret."""
_KEY = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9]([-A-Za-z0-9_./]{0,314}[A-Za-z0-9])?$")]
_VALUE = Annotated[str, StringConstraints(pattern=r"^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$")]


class Settings(Keys):
    """Which cluster, and as whom it is asked. Without a kubeconfig: as the service account of gameday's own pod."""

    kubeconfig: AbsolutePath | None = None
    context: str | None = Field(default=None, min_length=1, max_length=200, description="Default: the current one.")
    token: Secret | None = Field(default=None, description="Used in place of the kubeconfig's user.")
    timeout: Annotated[Seconds, Field(ge=0.1, le=60)] = Field(default=5.0, description="For each request.")


def _some(labels: dict[str, str]) -> dict[str, str]:
    if not 1 <= len(labels) <= 16:
        raise ValueError("write one to sixteen labels, such as {app: order-worker}")
    return labels


Labels = Annotated[dict[_KEY, _VALUE], AfterValidator(_some)]


class Labelled(Keys):
    """Things of one namespace that carry all of these labels."""

    namespace: Name = Field(description="The namespace's name.")
    labels: Labels = Field(description="What all of them carry: {app: order-worker}.")

    @property
    def selector(self) -> str:
        """As the API wants it."""
        return selector(self.labels)


def selector(labels: dict[str, str]) -> str:
    """Labels as the API wants them."""
    return ",".join(f"{key}={value}" for key, value in sorted(labels.items()))
