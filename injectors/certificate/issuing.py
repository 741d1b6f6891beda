"""Issues the certificate that stands in for another: the same key, subject and uses, on other terms. Writes nothing."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key

from injectors.certificate import files
from injectors.certificate.leaf import COMMENT, Leaf
from injectors.certificate.target import Authority
from injectors.contract import Refused

Signer = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey | ed448.Ed448PrivateKey


@dataclass(frozen=True, slots=True)
class Terms:
    """What a stand-in says in place of the real one."""

    begins: datetime
    ends: datetime
    name: str | None = None
    """The only name it is for; None: the real one's names."""


def issue(old: Leaf, terms: Terms, comment: str, signer: Signer) -> bytes:
    """Return it as PEM. Raises `Refused` when there is something in the old one that cannot be imitated."""
    was = old.certificate
    try:
        builder = (
            x509.CertificateBuilder()
            .issuer_name(was.issuer)
            .subject_name(_subject(was.subject, terms))
            .public_key(was.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(terms.begins)
            .not_valid_after(terms.ends)
            .add_extension(x509.UnrecognizedExtension(COMMENT, _ia5(comment)), critical=False)
        )
        for each in was.extensions:
            if each.oid == COMMENT or (terms.name and each.oid == x509.SubjectAlternativeName.oid):
                continue
            builder = builder.add_extension(each.value, each.critical)
        if terms.name:
            builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(terms.name)]), critical=False)
        no_hash = isinstance(signer, ed25519.Ed25519PrivateKey | ed448.Ed448PrivateKey)
        made = builder.sign(signer, None if no_hash else SHA256())
    except (ValueError, TypeError, NotImplementedError, UnsupportedAlgorithm) as wrong:
        raise Refused(f"the certificate has something that cannot be imitated: {wrong}") from None
    return made.public_bytes(Encoding.PEM).rstrip()


def authority_key(authority: Authority, old: Leaf) -> Signer:
    """Return the key of the authority that issued the old one. Raises `Refused` when it did not, or `Unreachable`."""
    certificate, key = Path(authority.certificate), Path(authority.key)
    try:
        issuer = x509.load_pem_x509_certificate(_content(certificate))
        old.certificate.verify_directly_issued_by(issuer)
    except InvalidSignature:
        raise Refused(f"the authority {certificate} did not sign the certificate: name the one that did") from None
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise Refused(f"{certificate} holds no certificate of the authority that issued it") from None
    try:
        signer = load_pem_private_key(_content(key), None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise Refused(f"{key} holds no private key in PEM that can be read, or one with a passphrase") from None
    if not isinstance(signer, Signer):
        raise Refused(f"the authority's key {key} is of a kind that signs no certificates here")
    return signer


def throw_away_key(old: Leaf) -> Signer:
    """Make a key of the kind that signed the old one: with another clients would say that the issuer is unknown."""
    try:
        how = old.certificate.signature_algorithm_parameters
    except UnsupportedAlgorithm:
        how = None
    if isinstance(how, padding.PKCS1v15 | padding.PSS):
        return rsa.generate_private_key(65537, 2048)
    match old.certificate.signature_algorithm_oid:
        case x509.SignatureAlgorithmOID.ED25519:
            return ed25519.Ed25519PrivateKey.generate()
        case x509.SignatureAlgorithmOID.ED448:
            return ed448.Ed448PrivateKey.generate()
    return ec.generate_private_key(ec.SECP256R1())


def _content(path: Path) -> bytes:
    seen = files.see(path)
    return seen.content if seen else b""


def _subject(subject: x509.Name, terms: Terms) -> x509.Name:
    if terms.name is None:
        return subject
    common = x509.NameOID.COMMON_NAME
    return x509.Name(
        x509.RelativeDistinguishedName(
            x509.NameAttribute(common, terms.name) if each.oid == common else each for each in part
        )
        for part in subject.rdns
    )


def _ia5(text: str) -> bytes:
    """A string in DER; always one of more than 255 bytes, since a whole certificate is in it."""
    held = text.encode("ascii")
    return b"\x16\x82" + len(held).to_bytes(2, "big") + held
