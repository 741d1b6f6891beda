"""`tls`: is the certificate a listener shows valid, how long, and for which names? Reads it even when it is not."""

import ipaddress
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from pydantic import BaseModel, Field

from drills.signals import connect_checkup
from drills.signals.contract import Json, Judgement, ProbeKind, Reading, Unanswered
from drills.signals.dial import Deadline, connect, reason, trust
from drills.signals.good import Core, judge
from drills.signals.probes.tcp_connect import Host, address
from drills.signals.probes.tcp_connect import Parameters as Place
from drills.signals.probes.tcp_connect import Settings as Listener
from injectors.values import Seconds

DAY = 86400.0
NAMES_LIMIT = 100
"""Names of a certificate that are noted."""
File = Annotated[str, Field(min_length=1, max_length=4096)]


class Settings(Listener):
    """The listener, and whom to trust."""

    ca: File | None = Field(default=None, description="file of the CA to trust, not this machine's")
    server_name: Host | None = Field(default=None, description="the name asked for; default: the host")


class Parameters(Place):
    """What goes before the target's settings."""

    ca: File | None = None
    server_name: Host | None = Field(default=None, description="the name asked for; default: the host")


class Good(Core):
    """Every part must hold; the value is the seconds until the certificate expires."""

    valid: bool = Field(default=True, description="in date, for the name asked for, and signed by who is trusted")
    expires_after: Seconds | None = Field(default=None, description="it is good for at least so long from now")
    name: Host | None = Field(default=None, description="it is for this name")


@dataclass(frozen=True, slots=True)
class TlsCertificate:
    """One handshake; a second one without checks when the first finds the certificate wrong."""

    host: str
    port: int
    server_name: str
    ca: str | None
    good: Good

    def read(self, timeout: float) -> Reading:
        """What the listener shows. Raises `Unanswered` when it could not be asked from here."""
        deadline = Deadline(timeout)
        where = f"{self.host}:{self.port}"
        trusting = trust(self.ca)
        try:
            try:
                return _reading(self._shown(trusting, deadline), "")
            except ssl.SSLCertVerificationError as wrong:
                return _reading(self._shown(_unchecked(), deadline), wrong.verify_message)
        except OSError as wrong:
            return Reading(fields={"failure": reason(wrong, where, deadline)})

    def _shown(self, context: ssl.SSLContext, deadline: Deadline) -> bytes:
        raw = connect(self.host, self.port, deadline)
        with raw:
            raw.settimeout(deadline.left())
            with context.wrap_socket(raw, server_hostname=self.server_name) as line:
                shown = line.getpeercert(binary_form=True)
        if shown is None:
            raise ssl.SSLError(0, "no certificate shown")
        return shown

    def judge(self, reading: Reading) -> Judgement:
        """Judge the failure first, then validity, name and life."""
        fields = reading.fields
        if failure := fields.get("failure"):
            return Judgement(good=False, why=failure)
        left = f"{'expires in' if fields['seconds_left'] > 0 else 'expired'} {_span(fields['seconds_left'])}"
        if fields["valid"] is not self.good.valid:
            said = f"not valid: {fields['reason']}" if fields["reason"] else "valid, wanted one that is not"
            return Judgement(good=False, why=f"{said} ({left})")
        if self.good.name is not None and not covers(fields["names"], self.good.name):
            return Judgement(good=False, why=f"the certificate is not for {self.good.name}")
        if self.good.expires_after is not None and fields["seconds_left"] < self.good.expires_after:
            return Judgement(good=False, why=f"{left}, wanted at least {_span(self.good.expires_after)}")
        if self.good.compares:
            return judge(self.good, "seconds until it expires", reading.value)
        return Judgement(good=True, why=left)


def covers(names: list[str], wanted: str) -> bool:
    """Is a certificate with these names for that one? A `*` is one whole label, the first; never in an address."""
    wanted = wanted.lower().rstrip(".")
    if _is_address(wanted):
        return any(_is_address(each) and ipaddress.ip_address(each) == ipaddress.ip_address(wanted) for each in names)
    rest = wanted.partition(".")[2]
    return wanted in names or ("." in rest and f"*.{rest}" in names)


def _reading(shown: bytes, wrong: str) -> Reading:
    try:
        certificate = x509.load_der_x509_certificate(shown)
        names = _names(certificate)
    except ValueError:
        raise Unanswered("the certificate that was shown cannot be read") from None
    left = (certificate.not_valid_after_utc - datetime.now(UTC)).total_seconds()
    fields: dict[str, Json] = {
        "valid": not wrong,
        "reason": wrong,
        "seconds_left": left,
        "days_left": left / DAY,
        "not_before": certificate.not_valid_before_utc.isoformat(),
        "not_after": certificate.not_valid_after_utc.isoformat(),
        "names": names,
        "subject": certificate.subject.rfc4514_string()[:500],
        "issuer": certificate.issuer.rfc4514_string()[:500],
        "serial": f"{certificate.serial_number:x}",
    }
    pem = certificate.public_bytes(serialization.Encoding.PEM)
    return Reading(left, fields, pem, "application/x-pem-file")


def _names(certificate: x509.Certificate) -> list[str]:
    try:
        found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return []
    names = [name.lower() for name in found.get_values_for_type(x509.DNSName)]
    addresses = [str(each) for each in found.get_values_for_type(x509.IPAddress)]
    return [*names, *addresses][:NAMES_LIMIT]


def _unchecked() -> ssl.SSLContext:
    """Checks nothing: it only looks at a certificate that was found wrong already."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _span(seconds: float) -> str:
    size = abs(seconds)
    ago = " ago" if seconds < 0 else ""
    return f"{size / DAY:.1f} days{ago}" if size >= DAY else f"{size:.0f} s{ago}"


def _make(settings: BaseModel, parameters: BaseModel, good: BaseModel) -> TlsCertificate:
    target, given = Settings.model_validate(settings), Parameters.model_validate(parameters)
    host, port = address("tls", target, given)
    name = given.server_name or target.server_name or host
    return TlsCertificate(host, port, name, given.ca or target.ca, Good.model_validate(good))


KIND = ProbeKind(
    name="tls",
    summary="Shakes hands with a TLS listener and reads the certificate it shows.",
    target="tls",
    settings=Settings,
    parameters=Parameters,
    good=Good,
    make=_make,
    example="{probe: tls, with: {host: ledger.staging, port: 8443}, good: {valid: true, expires_after: 7d}}",
    target_optional=True,
    checkup=connect_checkup,
)
