"""Whether what an authority returns is what it was asked for (use cases A02, A03)."""

from datetime import datetime, timedelta

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.x509.oid import NameOID

from domain.pki import certificates, chains, pem, public_keys, requests
from domain.pki.reading import Unreadable, attribute, chain, loaded, translated

LONGEST = 10_000  # characters: CertificateSigned.req, certificateChain
_SLOW = timedelta(minutes=5)  # by which our clock may be behind the authority's


def problem(text: str, *, request: str, common_name: str, at: datetime) -> str:
    """Why a chain in PEM must not be sent to the station, "" when it may."""
    if len(text) > LONGEST:
        return f"the chain has {len(text)} characters, more than {LONGEST}"
    try:
        wished = requests.read(request)
        with translated():
            leaf, *others = chain(text)
            return (
                _stranger(leaf, wished, common_name) or _useless(leaf, at) or _order(leaf, others)
            )
    except requests.Unfit as error:
        return str(error)
    except Unreadable as error:
        return f"the chain cannot be read: {error}"


def rootless(text: str) -> str:
    """A chain as stations get it: normal PEM, without a root after it; raises Unreadable."""
    with translated():
        first, *others = pem.blocks(text)
        return "".join((first, *(block for block in others if not _is_root(block))))


def _is_root(block: str) -> bool:
    found = loaded(block)
    return found.subject == found.issuer


def _stranger(leaf: x509.Certificate, wished: requests.Request, common_name: str) -> str:
    if public_keys.fingerprint(leaf.public_key()) != wished.key_fingerprint:
        return "the first certificate is not for the key of the request"
    named = attribute(leaf.subject, NameOID.COMMON_NAME)
    return "" if named == common_name else f"the certificate is for {named!r}, not {common_name!r}"


def _useless(leaf: x509.Certificate, at: datetime) -> str:
    if certificates.is_ca(leaf):
        return "the certificate is one of an authority"
    if leaf.not_valid_before_utc > at + _SLOW:
        return f"the certificate is not valid before {leaf.not_valid_before_utc}"
    if leaf.not_valid_after_utc <= at:
        return f"the certificate has expired at {leaf.not_valid_after_utc}"
    return ""


def _order(leaf: x509.Certificate, others: list[x509.Certificate]) -> str:
    for one, above in zip((leaf, *others), others, strict=False):
        try:
            one.verify_directly_issued_by(above)
        except InvalidSignature:
            return f"{chains.named(one)} is not signed by the one that follows"
        except ValueError:
            return f"{chains.named(one)} was not issued by the one that follows"
    return ""
