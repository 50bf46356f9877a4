"""What messages mean for the roots that a station trusts, and what is known of such a root."""

from collections.abc import Iterable, Iterator

from domain.model.certificate import Hashed, Root
from domain.model.trust_store import TrustStore
from domain.pki import certificates, hashes, issuers, pem
from domain.pki.certificates import Unreadable
from domain.scope import Scope

_ALGORITHMS = ("SHA256", "SHA384", "SHA512")


def of(scope: Scope) -> TrustStore:
    """The roots of the station; they begin with their first mention."""
    found = scope.find(TrustStore, TrustStore.id_of(scope.station_id))
    return found or scope.add(TrustStore.begin(scope.station_id, at=scope.at))


def root(text: str, known: Iterable[str]) -> Root | None:
    """A certificate for a station to trust; None when nobody can read it.

    Its names rest on its issuer: itself, or one of those that are `known` (white paper 6.1).
    """
    try:
        plain = pem.blocks(text)[0]
        found = certificates.read(plain)
        names = tuple(_names(plain, issuers.issuer_of(plain, known)))
    except (Unreadable, pem.NotPem):
        return None
    return Root(
        certificate=found.fingerprint,
        pem=plain,
        names=names,
        serial_number=found.serial_number,
        common_name=found.common_name,
        organisation=found.organisation,
        issuer=found.issuer,
        not_before=found.not_before,
        not_after=found.not_after,
    )


def _names(certificate: str, issuer: str) -> Iterator[Hashed]:
    for algorithm in _ALGORITHMS if issuer else ():
        found = hashes.hash_data(certificate, issuer, algorithm)
        yield Hashed(algorithm, found.issuer_name_hash, found.issuer_key_hash, found.serial_number)
