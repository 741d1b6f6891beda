"""A throw-away authority and the certificates it signs, for tests with real TLS."""

import datetime as dt
import ipaddress
import ssl
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

DAY = dt.timedelta(days=1)


class Authority:
    """Signs certificates; its own lies in `ca`."""

    def __init__(self, folder: Path, name: str = "authority") -> None:
        self.folder = folder
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        self._key = ec.generate_private_key(ec.SECP256R1())
        self.ca = folder / f"{name}.pem"
        made = self._made(self.name, self._key, -DAY, 30 * DAY)
        made = made.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        self.ca.write_bytes(_pem(made.sign(self._key, hashes.SHA256())))

    def context(
        self, *names: str, begins: dt.timedelta = -DAY, ends: dt.timedelta = 10 * DAY, common: str = "listener"
    ) -> ssl.SSLContext:
        """What a listener shows: a certificate for these names, in force between two moments counted from now."""
        key = ec.generate_private_key(ec.SECP256R1())
        made = self._made(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)]), key, begins, ends)
        if names:
            made = made.add_extension(x509.SubjectAlternativeName([_name(each) for each in names]), critical=False)
        file = self.folder / f"{common}-{made.__hash__():x}.pem"
        secret = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        file.write_bytes(secret + _pem(made.sign(self._key, hashes.SHA256())))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        file.unlink()
        return context

    def _made(
        self, subject: x509.Name, key: ec.EllipticCurvePrivateKey, begins: dt.timedelta, ends: dt.timedelta
    ) -> x509.CertificateBuilder:
        now = dt.datetime.now(dt.UTC)
        made = x509.CertificateBuilder().subject_name(subject).issuer_name(self.name).public_key(key.public_key())
        made = made.serial_number(x509.random_serial_number())
        return made.not_valid_before(now + begins).not_valid_after(now + ends)


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _name(text: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(text))
    except ValueError:
        return x509.DNSName(text)
