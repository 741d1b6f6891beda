"""`tcp`: does anybody accept a connection, and how fast? Sends nothing."""

from dataclasses import dataclass
from typing import Annotated

from pydantic import AfterValidator, BaseModel, Field

from drills.signals import connect_checkup
from drills.signals.contract import Judgement, ProbeKind, Reading, SignalError
from drills.signals.dial import Deadline, connect, reason
from drills.signals.good import Core, judge
from injectors.values import Keys, Seconds


def _a_host(host: str) -> str:
    if not (host.isascii() and host.isprintable()):
        raise ValueError("write the host in its ASCII form, xn--...")
    try:
        host.encode("idna")
    except UnicodeError:
        raise ValueError("a part of the host's name is empty or longer than 63 letters") from None
    return host


Host = Annotated[str, Field(min_length=1, max_length=253, pattern=r"^[^\s/@]+$"), AfterValidator(_a_host)]
Port = Annotated[int, Field(strict=True, ge=1, le=65535)]


class Settings(Keys):
    """Where to connect; what a probe names itself goes first."""

    host: Host | None = None
    port: Port | None = None


class Parameters(Keys):
    """Where to connect, when the target does not say it."""

    host: Host | None = None
    port: Port | None = None


class Good(Core):
    """A connection is good; its value is the seconds it took."""

    within: Seconds | None = Field(default=None, description="the connection is accepted by then")


@dataclass(frozen=True, slots=True)
class TcpConnect:
    """One connection, made and closed at once."""

    host: str
    port: int
    good: Good

    def read(self, timeout: float) -> Reading:
        """How long it took to be let in, or what kept us out. Raises `Unanswered` when it was this machine."""
        deadline = Deadline(timeout)
        try:
            connect(self.host, self.port, deadline).close()
        except OSError as wrong:
            return Reading(fields={"failure": reason(wrong, f"{self.host}:{self.port}", deadline)})
        seconds = deadline.passed
        return Reading(seconds, {"seconds": seconds})

    def judge(self, reading: Reading) -> Judgement:
        """Judge the failure first, then the time."""
        if failure := reading.fields.get("failure"):
            return Judgement(good=False, why=failure)
        seconds = reading.fields["seconds"]
        if self.good.within is not None and seconds > self.good.within:
            return Judgement(good=False, why=f"connected in {seconds:.3f} s, wanted within {self.good.within:g} s")
        if self.good.compares:
            return judge(self.good, "connected in", seconds, unit=" s")
        return Judgement(good=True, why=f"connected in {seconds:.3f} s")


def address(kind: str, settings: Settings, parameters: Parameters) -> tuple[str, int]:
    """Where to connect. Raises `SignalError` when nobody says it."""
    host, port = parameters.host or settings.host, parameters.port or settings.port
    if host is None or port is None:
        raise SignalError(f"a {kind} probe needs a host and a port: write them into a {kind} target of gameday.yaml")
    return host, port


def _make(settings: BaseModel, parameters: BaseModel, good: BaseModel) -> TcpConnect:
    where = address("tcp", Settings.model_validate(settings), Parameters.model_validate(parameters))
    return TcpConnect(*where, Good.model_validate(good))


KIND = ProbeKind(
    name="tcp",
    summary="Opens a TCP connection and closes it.",
    target="tcp",
    settings=Settings,
    parameters=Parameters,
    good=Good,
    make=_make,
    example="{probe: tcp, with: {host: shop.staging, port: 8080}, good: {within: 200ms}}",
    target_optional=True,
    checkup=connect_checkup,
)
