"""A key and the certificate for it, for whoever has made none: listeners, and stations at first."""

from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from commands.ca import disk, texts
from commands.ca.algorithm import Algorithm
from commands.ca.checked import check_name
from commands.ca.folder import FolderAuthority
from commands.ca.issuer import new_key
from domain.ports import AuthorityRefused, CertificateAuthority, Subject


@dataclass(frozen=True, slots=True)
class Pair:
    """Both in PEM; the certificate with those of intermediate authorities after it."""

    chain: str
    key: str

    def write(self, path: Path) -> Path:
        """As .pem and .key, for their owner only; where the former is. Raises OSError."""
        disk.folder_of(path.parent)
        disk.put(path.with_name(f"{path.name}.key"), self.key, mode=disk.SECRET)
        disk.put(certificate_file(path), self.chain, mode=disk.SECRET)
        return certificate_file(path)


def certificate_file(path: Path) -> Path:
    """Where a pair's certificate is."""
    return path.with_name(f"{path.name}.pem")


def for_station(
    authority: CertificateAuthority, algorithm: Algorithm, subject: Subject, *, days: int
) -> Pair:
    """Any authority can do that: it is asked as a station would ask it."""
    key = new_key(algorithm)
    request = (
        x509.CertificateSigningRequestBuilder().subject_name(x509.Name([])).sign(key, SHA256())
    )
    chain = authority.sign(request.public_bytes(Encoding.PEM).decode(), subject, days=days)
    return Pair(chain, texts.of_key(key, None))


def for_server(
    authority: FolderAuthority,
    algorithm: Algorithm,
    names: tuple[str, ...],
    organisation: str,
    *,
    days: int,
) -> Pair:
    """Its common name is the first of the names or addresses it is reached by (A00.FR.503)."""
    if not all(names):
        raise AuthorityRefused("a listener needs a name")
    for name in (*names, organisation):
        check_name(name)
    key, subject = new_key(algorithm), Subject(names[0], organisation)
    try:
        chain = authority.serve(key.public_key(), algorithm, subject, names, days=days)
    except ValueError as error:
        raise AuthorityRefused(f"{', '.join(names)}: {error}") from None
    return Pair(chain, texts.of_key(key, None))
