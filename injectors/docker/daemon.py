"""A Docker daemon, asked one bounded question at a time; and how it is reached. It knows no fault."""

import socket
from collections.abc import Callable, Mapping
from typing import Annotated, Any, TypeVar

from docker import APIClient
from docker.errors import APIError, DockerException, NotFound
from docker.tls import TLSConfig
from pydantic import Field
from requests.exceptions import RequestException

from injectors import writes
from injectors.contract import InjectorError, Json, Refused, Unreachable
from injectors.values import AbsolutePath, Keys, Seconds

CALLS = 5
"""Of the daemon, in one call of a fault: its version, a look, a change, and two more."""
ReplyT = TypeVar("ReplyT")


class Missing(InjectorError):
    """The container or the network is not there."""


class Tls(Keys):
    """The files with which a daemon behind TLS is reached."""

    ca: AbsolutePath = Field(description="PEM file of the authority that vouches for the daemon.")
    certificate: AbsolutePath = Field(description="PEM file of our certificate.")
    key: AbsolutePath = Field(description="PEM file of our private key.")


class Settings(Keys):
    """How the daemon is reached."""

    host: str = Field(
        default="unix:///var/run/docker.sock",
        pattern=r"^(unix:///|tcp://|https://|http://).{1,1000}$",
        description="Its socket, or its address such as tcp://docker.staging:2376.",
    )
    tls: Tls | None = Field(default=None, description="For an address; without it nobody is asked who we are.")
    timeout: Annotated[Seconds, Field(ge=0.1, le=60)] = Field(default=5.0, description="For each request.")


class Daemon:
    """One daemon."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._client: APIClient | None = None

    @property
    def words(self) -> str:
        """Its name for people, and for the address of what runs on it."""
        return f"docker {self.settings.host}"

    @property
    def call_limit(self) -> float:
        """Seconds for one call of a fault that waits for no container."""
        return CALLS * self.settings.timeout

    def container(self, name: str) -> dict[str, Any]:
        """Return what the daemon says of a container, by name or id. Raises `Missing`, `Unreachable`."""
        found: dict[str, Any] = self.ask(f"the container {name}", lambda client: client.inspect_container(name))
        return found

    def containers(self, filters: Mapping[str, Json], *, stopped: bool = False) -> list[dict[str, Any]]:
        """List the containers that match; running ones alone, unless stopped ones are wanted too."""
        found: list[dict[str, Any]] = self.ask(
            "its containers", lambda client: client.containers(filters=dict(filters), all=stopped)
        )
        return found

    def change(self, what: str, call: Callable[[APIClient], ReplyT]) -> ReplyT:
        """Ask for a change. Raises `Missing`, `Unreachable`, `InjectorError`."""
        client = self._connected()
        writes.made()
        return self._answered(what, lambda: call(client))

    def ask(self, what: str, call: Callable[[APIClient], ReplyT]) -> ReplyT:
        """Look. Raises `Missing`, `Unreachable`, `InjectorError`."""
        client = self._connected()
        return self._answered(what, lambda: call(client))

    def _connected(self) -> APIClient:
        if self._client is None:
            self._client = self._answered("its version", self._made)
        return self._client

    def _made(self) -> APIClient:
        tls: TLSConfig | bool = False
        if self.settings.tls is not None:
            files = self.settings.tls
            try:
                tls = TLSConfig(client_cert=(files.certificate, files.key), ca_cert=files.ca, verify=True)
            except DockerException:
                raise Refused("one of the files under `tls:` cannot be read") from None
        self._open()
        client = APIClient(self.settings.host, version="auto", timeout=self.settings.timeout, tls=tls)
        client.trust_env = False
        return client

    def _open(self) -> None:
        """Try the socket first: the client says neither whether it is missing or forbidden, nor closes its own."""
        scheme, _, path = self.settings.host.partition("://")
        if scheme != "unix":
            return
        with socket.socket(socket.AF_UNIX) as tried:
            tried.settimeout(self.settings.timeout)
            try:
                tried.connect(path)
            except OSError as wrong:
                raise Unreachable(f"{self.words} cannot be reached: {wrong.strerror or 'no answer'}") from None

    def _answered(self, what: str, call: Callable[[], ReplyT]) -> ReplyT:
        try:
            return call()
        except NotFound:
            raise Missing(f"{self.words} does not know {what}") from None
        except APIError as wrong:
            status, said = wrong.status_code, str(wrong.explanation or "")[:300]
            told = f"{self.words}, asked for {what}, answers {status}: {said}"
            raise (Unreachable(told) if status is None or status >= 500 else InjectorError(told)) from None
        # The client looks for a reason in every refusal, also in one of a proxy in between that gives none.
        except (DockerException, RequestException, OSError, ValueError, LookupError) as wrong:
            raise Unreachable(f"{self.words} did not answer about {what}: {type(wrong).__name__}") from None
