"""`webhook`: listens for what monitors and pagers send. Answers nothing but a status, and judges nothing."""

import ipaddress
import socket
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, Field, model_validator

from drills.signals.contract import Alert, SignalError, SourceKind
from drills.signals.sources import alertmanager_json, mapped_json, opsgenie_json, pagerduty_json
from drills.signals.sources.blindness import Blindness
from drills.signals.sources.listener import Listener, Refusal, Shown, cannot_listen, joined
from drills.signals.sources.proof import Login, Proof, revealed
from injectors.contract import Finding, Found, Visit
from injectors.values import Keys, MissingSecret, Secret, rebuild

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
    format: Literal["alertmanager", "grafana", "pagerduty", "opsgenie", "json"] = Field(
        default="alertmanager", description="who sends; json: anybody, through `mapping`"
    )
    token: Secret | None = Field(default=None, description="every sender must show it: Authorization: Bearer ...")
    login: Login | None = Field(
        default=None, description="or this: Authorization: Basic ...; {user: NAME, password: {env: NAME}}"
    )
    signing: Annotated[list[Secret], Field(max_length=10)] = Field(
        default_factory=list, description="the secrets PagerDuty signs with, old and new while they are changed"
    )
    mapping: mapped_json.Mapping | None = Field(default=None, description="where each thing stands in a sender's JSON")

    @model_validator(mode="after")
    def _fit_together(self) -> Self:
        if (self.format == "json") != (self.mapping is not None):
            raise ValueError("`format: json` and `mapping:` go together: write both or neither")
        if self.signing and self.format != "pagerduty":
            raise ValueError("only PagerDuty signs what it sends: write token or login for others")
        if self.token is not None and self.login is not None:
            raise ValueError("a sender shows a token or a login: write one of them")
        return self

    @model_validator(mode="after")
    def _only_friends(self) -> Self:
        if (
            self.token is None
            and self.login is None
            and not self.signing
            and not ipaddress.ip_address(self.host).is_loopback
        ):
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


_READERS: Mapping[str, Callable[[str, bytes, int, int], tuple[list[Alert], int]]] = {
    "alertmanager": alertmanager_json.sent,
    "grafana": alertmanager_json.sent_by_grafana,
    "pagerduty": pagerduty_json.sent,
    "opsgenie": opsgenie_json.sent,
}
_WHAT: Mapping[str, str] = {
    "alertmanager": "no group of alerts of version 4",
    "grafana": "no group of alerts as Grafana sends it",
    "pagerduty": "no event of a webhook of version 3",
    "opsgenie": "no action as Opsgenie sends it",
    "json": "nothing that the mapping fits",
}


class Webhook:
    """One listener; the same alert in the same state is delivered once."""

    def __init__(self, name: str, settings: Settings) -> None:
        self._name = name
        self._settings = settings
        self._blindness = Blindness()
        self._known: OrderedDict[tuple[str, str, int | None, int | None], None] = OrderedDict()
        self._turn = threading.Lock()
        self._listener: Listener | None = None
        self._deliver: Callable[[Alert], None] | None = None
        self._proof = Proof()

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
            self._proof = revealed(self._settings.token, self._settings.login, self._settings.signing)
        except MissingSecret as missing:
            what = "token" if self._settings.token else "password" if self._settings.login else "secret to check with"
            raise SignalError(f"the webhook {self._name} has no {what}: {missing}") from None
        self._deliver = deliver
        self._listener = Listener(self._name, self._settings.host, self._settings.port, self)

    def stop(self) -> None:
        """Listen no more; nothing is delivered after this."""
        with self._turn:
            self._deliver = None
        if self._listener:
            self._listener.close()

    def admits(self, shown: Shown) -> Refusal | None:
        """Why this sender is not let in; None when it is."""
        return self._proof.admits(shown)

    def take(self, body: bytes, shown: Shown, wall: int, mono: int) -> None:
        """Deliver what is new in a body that came in whole at this moment. Raises `Refusal`."""
        if not self._proof.holds(body, shown):
            raise Refusal(401, "no signature in X-PagerDuty-Signature fits the body and a secret of ours")
        try:
            alerts, left_out = self._read(body, wall, mono)
        except ValueError as wrong:
            raise Refusal(400, f"{_WHAT[self._settings.format]}: {wrong}") from None
        self._blindness.ends()
        if left_out:
            self._blindness.blinked(wall)
        for alert in alerts:
            self._pass_on(alert)

    def _read(self, body: bytes, wall: int, mono: int) -> tuple[list[Alert], int]:
        if self._settings.mapping is not None:
            return mapped_json.sent(self._settings.mapping, self._name, body, (wall, mono)), 0
        return _READERS[self._settings.format](self._name, body, wall, mono)

    def turned_away(self, at: int, why: str) -> None:
        """Note that an alert may have been lost because the sender and we do not understand each other."""
        self._blindness.begins(at, f"{self._name} turned a sender away: {why}")

    def _pass_on(self, alert: Alert) -> None:
        # A group's end may be told again with a later time; the others tell one change, which has one time.
        changed = None if self._settings.format in {"alertmanager", "grafana"} else alert.event_at
        key = (alert.fingerprint, alert.status, alert.starts_at, changed)
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


class PortCheckup:
    """Could it listen, now? Takes the port for a moment without answering on it, so that no alert is taken in vain."""

    def findings(self, visit: Visit, /) -> Sequence[Finding]:
        """See that the port is free and the secrets are there."""
        settings = rebuild(Settings, visit.settings)
        where = joined(settings.host, settings.port)
        revealed(settings.token, settings.login, settings.signing)
        family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
        try:
            socket.create_server((settings.host, settings.port), family=family).close()
        except OSError as wrong:
            said = cannot_listen("of this target", where, settings.port, wrong)
            return [Finding("listens", Found.NOT_OK, said, f"ss -ltnp sport = :{settings.port}")]
        return [Finding("listens", Found.OK, f"{where} is free, and its secrets are there")]


def _make(name: str, settings: BaseModel) -> Webhook:
    return Webhook(name, Settings.model_validate(settings))


KIND = SourceKind(
    name="webhook",
    summary="Listens for alerts that Alertmanager, Grafana, PagerDuty, Opsgenie or any sender of JSON sends.",
    settings=Settings,
    make=_make,
    example='{kind: webhook, with: {listen: "127.0.0.1:9095", token: {env: ALERT_TOKEN}}}',
    checkup=PortCheckup(),
)
