import base64
import io
import tracemalloc

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.hashes import SHA1, SHA256

from domain.pki import signatures
from tests.pki import papers
from tests.pki.papers import DAY, NOON, usage

FIRMWARE = b"firmware" * 1000
ROOT = papers.root()
BY_EC = papers.leaf(ROOT, "Signer")
BY_RSA = papers.leaf(ROOT, "Signer", key=papers.rsa_key())
MISMATCH = "the signature is not that of this file and certificate"


def text(signature):
    return base64.b64encode(signature).decode()


def by_ec(content=FIRMWARE, algorithm=SHA256):
    return text(BY_EC.key.sign(content, ec.ECDSA(algorithm())))


def by_rsa(how, content=FIRMWARE):
    return text(BY_RSA.key.sign(content, how, SHA256()))


def test_signatures_of_rsa_and_ec_are_verified():
    signed = by_rsa(padding.PKCS1v15())
    assert signatures.verify_firmware(io.BytesIO(FIRMWARE), by_ec(), BY_EC.pem) == ""
    assert signatures.verify_firmware(io.BytesIO(FIRMWARE), signed, BY_RSA.pem) == ""


def test_a_digest_that_is_known_already_is_enough():
    digest = signatures.digest_of(io.BytesIO(FIRMWARE))
    assert signatures.verify_firmware(digest, by_ec(), BY_EC.pem) == ""
    assert signatures.verify_firmware(digest[:5], by_ec(), BY_EC.pem) == MISMATCH


@pytest.mark.parametrize(
    ("signature", "signer"),
    [
        (by_ec(b"other"), BY_EC),
        (by_ec(algorithm=SHA1), BY_EC),
        (by_ec(), BY_RSA),
        (by_ec(), papers.leaf(ROOT)),
        (by_rsa(padding.PKCS1v15(), b"other"), BY_RSA),
        (by_rsa(padding.PSS(padding.MGF1(SHA256()), 32)), BY_RSA),
        (text(b"not a signature"), BY_EC),
        (text(b"not a signature"), BY_RSA),
        ("", BY_EC),
    ],
)
def test_what_is_signed_otherwise_is_not_believed(signature, signer):
    assert signatures.verify_firmware(io.BytesIO(FIRMWARE), signature, signer.pem) == MISMATCH


def test_a_signature_must_be_base64():
    said = signatures.verify_firmware(io.BytesIO(FIRMWARE), "***", BY_EC.pem)
    assert said == "the signature is no base64"


def test_a_certificate_must_be_one():
    said = signatures.verify_firmware(io.BytesIO(FIRMWARE), by_ec(), "certificate")
    assert said.startswith("the signing certificate cannot be read")


def test_a_key_that_nobody_signs_firmware_with_is_told():
    signer = papers.leaf(ROOT, key=papers.dsa_key())
    assert "neither RSA nor EC" in signatures.verify_firmware(b"x" * 32, by_ec(), signer.pem)


class Zeros(io.BytesIO):
    """A file that is longer than memory should be."""

    def __init__(self, size):
        super().__init__()
        self._left = size

    def read(self, size=-1):
        piece = min(size, self._left)
        self._left -= piece
        return bytes(piece)


def test_a_large_file_is_read_in_little_memory():
    tracemalloc.start()
    signatures.verify_firmware(Zeros(256 << 20), by_ec(), BY_EC.pem)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 8 << 20


def test_a_signing_certificate_of_a_known_root_is_good_in_its_time():
    assert signatures.check_signing_certificate(BY_EC.pem, ROOT.pem, NOON) == ""
    late = signatures.check_signing_certificate(BY_EC.pem, ROOT.pem, NOON + 2 * DAY)
    assert "has expired" in late


def test_a_signing_certificate_of_nobody_known_is_not_believed():
    said = signatures.check_signing_certificate(BY_EC.pem, papers.root().pem, NOON)
    assert "no trusted authority vouches" in said


@pytest.mark.parametrize(
    ("stated", "why"),
    [
        (usage(digital_signature=True), ""),
        (usage(key_encipherment=True), "key usage of the certificate CN=Signer,O=ACME"),
    ],
)
def test_a_certificate_that_is_not_for_signing_must_not_sign(stated, why):
    signer = papers.leaf(ROOT, "Signer", extensions=(stated,))
    said = signatures.check_signing_certificate(signer.pem, ROOT.pem, NOON)
    assert (why in said) is True
    assert bool(said) is bool(why)


def test_a_certificate_for_something_else_altogether_must_not_sign():
    purpose = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\x00")
    signer = papers.leaf(ROOT, "Signer", extensions=(purpose,))
    assert "critical" in signatures.check_signing_certificate(signer.pem, ROOT.pem, NOON)
