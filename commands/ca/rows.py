"""Authorities and certificates as people list them."""

from collections.abc import Iterator
from typing import Any

from commands.ca import texts
from commands.ca.folder import FolderAuthority
from domain.ocpp import times
from domain.pki import certificates


def authorities(authority: FolderAuthority) -> Iterator[dict[str, Any]]:
    """Those that sign, each before the one above it; raises OSError."""
    for algorithm, chain in authority.authorities().items():
        for found in chain:
            yield {"algorithm": str(algorithm), **_row(texts.of(found))}


def issued(authority: FolderAuthority) -> Iterator[dict[str, Any]]:
    """What they have signed, also what is revoked; raises OSError."""
    for found, revoked_at in authority.issued():
        yield {**_row(texts.of(found)), "revoked_at": revoked_at and times.write(revoked_at)}


def _row(pem: str) -> dict[str, Any]:
    found = certificates.read(pem)
    return {
        "serial_number": found.serial_number,
        "common_name": found.common_name,
        "organisation": found.organisation,
        "issuer": found.issuer,
        "key": found.key,
        "not_before": times.write(found.not_before),
        "not_after": times.write(found.not_after),
        "fingerprint": found.fingerprint,
    }
