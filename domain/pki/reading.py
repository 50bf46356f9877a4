"""What cryptography raises on bytes that somebody else has made, in one exception."""

from collections.abc import Iterator
from contextlib import contextmanager

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm

from domain.pki import pem


class Unreadable(Exception):
    """It cannot be read as what it should be; the message says why."""


@contextmanager
def translated() -> Iterator[None]:
    """Raises Unreadable for all that reading somebody else's bytes may raise."""
    try:
        yield
    except (
        ValueError,
        TypeError,  # of an attribute whose string type and content contradict each other
        UnsupportedAlgorithm,
        UserWarning,  # for those who run Python with -W error
        pem.NotPem,
        x509.AttributeNotFound,
        x509.DuplicateExtension,
        x509.InvalidVersion,
        x509.UnsupportedGeneralNameType,
    ) as error:
        raise Unreadable(str(error) or "it cannot be read") from None


def loaded(text: str) -> x509.Certificate:
    """The first certificate of a PEM text; raises Unreadable."""
    with translated():
        return x509.load_pem_x509_certificate(pem.blocks(text)[0].encode())


def chain(text: str) -> tuple[x509.Certificate, ...]:
    """All certificates of a PEM text; raises Unreadable."""
    with translated():
        return tuple(x509.load_pem_x509_certificate(block.encode()) for block in pem.blocks(text))


def attribute(name: x509.Name, kind: x509.ObjectIdentifier) -> str:
    """The first attribute of a kind in a name, "" when it has none."""
    for found in name.get_attributes_for_oid(kind):
        return found.value if isinstance(found.value, str) else ""
    return ""
