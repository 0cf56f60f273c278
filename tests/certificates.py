"""Certificates for tests, made on the spot: of 127.0.0.1, by an authority of our own."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Certificate:
    """A certificate with its key, in files of their own and in one together."""

    certificate: Path
    key: Path
    both: Path


class Authority:
    """Vouches for others; ``ca`` is its own certificate."""

    def __init__(self, folder: Path, name: str = "authority") -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder, self._name = folder, _name(name)
        self._key = ec.generate_private_key(ec.SECP256R1())
        own = _begun(self._name, self._name, self._key.public_key(), datetime.now(UTC) - DAY)
        own = own.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        self.ca = folder / f"{name}.pem"
        self.ca.write_bytes(_pem(own.sign(self._key, hashes.SHA256())))

    def vouch(self, name: str, host: str = "127.0.0.1", *, since: timedelta = -DAY) -> Certificate:
        """Return a certificate for a host, which holds for two days."""
        key = ec.generate_private_key(ec.SECP256R1())
        start = datetime.now(UTC) + since
        made = _begun(_name(name), self._name, key.public_key(), start).add_extension(
            x509.SubjectAlternativeName([_host(host)]), critical=False
        )
        made = made.sign(self._key, hashes.SHA256())
        files = [self._folder / f"{name}{ending}.pem" for ending in ("", "-key", "-both")]
        secret = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        for path, content in zip(files, (_pem(made), secret, _pem(made) + secret), strict=True):
            path.write_bytes(content)
        return Certificate(*files)


def _begun(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, start: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + 2 * DAY)
    )


def _name(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _host(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)
