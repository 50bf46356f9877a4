"""Whether the key of a certificate is long enough to be relied on (white paper A00.FR.507)."""

from domain.pki import public_keys
from domain.pki.reading import loaded, translated


def weakness(certificate: str) -> str:
    """What is wrong with the key of a certificate in PEM, "" for nothing; raises Unreadable."""
    with translated():
        return public_keys.weakness(loaded(certificate).public_key())
