"""`webhook`: listens for what Alertmanager sends, in its version 4. Answers nothing but a status, and judges."""

import hmac
import ipaddress
import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, Field, model_validator

from drills.signals.contract import Alert, SignalError, SourceKind
from drills.signals.sources import alertmanager_json
from drills.signals.sources.blindness import Blindness
from drills.signals.sources.listener import Listener, Refusal
from injectors.values import Keys, MissingSecret, Secret

REMEMBERED = 100_000
"""Alerts that are recognised when they are sent again."""


def _listen(text: str) -> str:
    host, _, port = text.rpartition(":")
    try:
        ipaddress.ip_address(host.removeprefix("[").removesuffix("]"))
        fits = 0 <= int(port) <= 65535
    except ValueError:
        fits = False
    if not fits:
        raise ValueError("write an address of this machine and a port, such as 127.0.0.1:9095")
    return text


class Settings(Keys):
    """Where it listens, and what a sender must know."""

    listen: Annotated[str, AfterValidator(_listen)] = Field(
        default="127.0.0.1:9095", description="address and port; port 0 takes any that is free"
    )
    format: Literal["alertmanager"] = Field(default="alertmanager", description="who sends")
    token: Secret | None = Field(default=None, description="every sender must show it: Authorization: Bearer ...")

    @model_validator(mode="after")
    def _only_friends(self) -> Self:
        if self.token is None and not ipaddress.ip_address(self.host).is_loopback:
            raise ValueError("others can reach this address: write token: {env: NAME}, or listen on 127.0.0.1")
        return self

    @property
    def host(self) -> str:
        """The address without its port."""
        return self.listen.rpartition(":")[0].removeprefix("[").removesuffix("]")

    @property
    def port(self) -> int:
        """The port, 0 for any."""
        return int(self.listen.rpartition(":")[2])


class Webhook:
    """One listener; the same alert in the same state is delivered once."""

    def __init__(self, name: str, settings: Settings) -> None:
        self._name = name
        self._settings = settings
        self._blindness = Blindness()
        self._known: OrderedDict[tuple[str, str, int | None], None] = OrderedDict()
        self._turn = threading.Lock()
        self._listener: Listener | None = None
        self._deliver: Callable[[Alert], None] | None = None
        self._expected = b""

    @property
    def address(self) -> str:
        """Where it listens, `host:port`; empty before it does."""
        return self._listener.address if self._listener else ""

    @property
    def blind(self) -> tuple[tuple[int, int | None], ...]:
        """Moments when a sender was turned away or left alerts out, in UTC ns."""
        return self._blindness.gaps

    @property
    def problem(self) -> str:
        """Why alerts that are sent do not come in; empty while they do."""
        return self._blindness.problem

    def start(self, deliver: Callable[[Alert], None]) -> None:
        """Listen from now on. Raises `SignalError`: the port is in use, the token is missing."""
        try:
            token = self._settings.token.reveal() if self._settings.token else None
        except MissingSecret as missing:
            raise SignalError(f"the webhook {self._name} has no token: {missing}") from None
        self._expected = f"Bearer {token}".encode(errors="surrogateescape") if token else b""
        self._deliver = deliver
        self._listener = Listener(self._name, self._settings.host, self._settings.port, self)

    def stop(self) -> None:
        """Listen no more; nothing is delivered after this."""
        with self._turn:
            self._deliver = None
        if self._listener:
            self._listener.close()

    def admits(self, authorization: bytes) -> bool:
        """Does the sender know the token? Takes as long for a wrong one as for a nearly right one."""
        return not self._expected or hmac.compare_digest(self._expected, authorization)

    def take(self, body: bytes, wall: int, mono: int) -> None:
        """Deliver what is new in a body that came in whole at this moment. Raises `Refusal`."""
        try:
            alerts, left_out = alertmanager_json.sent(self._name, body, wall, mono)
        except ValueError as wrong:
            raise Refusal(400, f"no group of alerts of version 4: {wrong}") from None
        self._blindness.ends()
        if left_out:
            self._blindness.blinked(wall)
        for alert in alerts:
            self._pass_on(alert)

    def turned_away(self, at: int, why: str) -> None:
        """Note that an alert may have been lost because the sender and we do not understand each other."""
        self._blindness.begins(at, f"{self._name} turned a sender away: {why}")

    def _pass_on(self, alert: Alert) -> None:
        key = (alert.fingerprint, alert.status, alert.starts_at)
        with self._turn:
            if self._deliver is None:
                raise Refusal(503, "the drill is over")
            if key in self._known:
                return
            # Remembered once it is delivered, so that one that could not be is taken when it is sent again.
            self._deliver(alert)
            self._known[key] = None
            if len(self._known) > REMEMBERED:
                self._known.popitem(last=False)


def _make(name: str, settings: BaseModel) -> Webhook:
    return Webhook(name, Settings.model_validate(settings))


KIND = SourceKind(
    name="webhook",
    summary="Listens for alerts that Alertmanager sends to a webhook.",
    settings=Settings,
    make=_make,
    example='{kind: webhook, with: {listen: "127.0.0.1:9095", token: {env: ALERT_TOKEN}}}',
)
