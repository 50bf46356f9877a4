"""What is found out about an image before a station is told of it."""

from datetime import UTC, datetime
from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from pydantic import ValidationError

from commands.api.problems import Problem
from commands.api.vouching import Signed, vouched
from projections.files import FIRMWARE, File
from tests.authority import Authority

NOW = datetime.now(UTC)
CONTENT = b"firmware" * 1000
IMAGE = File(
    id="f",
    kind=FIRMWARE,
    name="fw.bin",
    size=len(CONTENT),
    sha256=sha256(CONTENT).hexdigest(),
    station="",
    subject="",
    created_at=NOW,
    created_by="olga",
)
MAKER = Authority()
SIGNER = MAKER.pair("Firmware")


def signed(signature=None, certificate=None):
    return Signed(
        signature=signature or SIGNER.sign(CONTENT),
        signing_certificate=certificate or SIGNER.certificate,
    )


def found(given=None, image=IMAGE, *, verify=True, roots=None):
    return vouched(given or signed(), image, verify=verify, roots=roots, now=NOW)


@pytest.fixture
def roots(tmp_path):
    """Of manufacturers, in a file."""
    file = tmp_path / "roots.pem"
    file.write_text(MAKER.pem)
    return file


@pytest.mark.parametrize("kind", [rsa.RSAPrivateKey, ec.EllipticCurvePrivateKey])
def test_what_a_manufacturer_signed_is_good(roots, kind):
    signer = MAKER.pair("Firmware", kind=kind)
    given = signed(signer.sign(CONTENT), signer.certificate)
    assert found(given, roots=roots) == (
        given.signature,
        signer.certificate,
        "signature verified; signing certificate verified",
    )


def test_without_roots_it_is_said_that_nobody_vouches_for_the_signer():
    assert found().remark == (
        "signature verified; whose certificate it is was not verified:"
        " no roots of manufacturers are set"
    )


def test_of_an_image_elsewhere_it_is_said_that_its_signature_was_not_verified(roots):
    remark = found(image=None, roots=roots).remark
    assert remark == (
        "signature not verified: the image is elsewhere; signing certificate verified"
    )


def test_the_certificate_is_brought_into_shape_and_the_signature_is_not():
    untidy = SIGNER.certificate.replace("\n", "\r\n  ")
    given = signed(certificate=untidy)
    goes_out = found(given)
    assert (goes_out.signature, goes_out.certificate) == (given.signature, SIGNER.certificate)


STRANGER = Authority().pair("Stranger")
OLD = MAKER.pair("Old", days=-1)


@pytest.mark.parametrize(
    ("given", "image", "why"),
    [
        (signed(SIGNER.sign(b"else")), IMAGE, "is not that of this file"),
        (signed("no base64!"), IMAGE, "is no base64"),
        (signed("no base64!"), None, "is no base64"),
        (signed(certificate="PEM"), IMAGE, "cannot be read: it is no PEM"),
        (signed(OLD.sign(CONTENT), OLD.certificate), IMAGE, "has expired"),
        (signed(STRANGER.sign(CONTENT), STRANGER.certificate), IMAGE, "no trusted authority"),
        (signed(STRANGER.sign(CONTENT), STRANGER.certificate), None, "no trusted authority"),
    ],
)
def test_what_is_wrong_is_said_and_may_be_passed_over(roots, given, image, why):
    with pytest.raises(Problem, match=why) as problem:
        found(given, image, roots=roots)
    assert (problem.value.status, problem.value.kind) == (422, "unverified")
    passed = found(given, image, roots=roots, verify=False)
    assert passed.signature == given.signature
    assert passed.remark == "nothing was verified: whoever asked passed over it"


@pytest.mark.parametrize(
    ("certificate", "why"),
    [(OLD.certificate, "valid from .* to"), (SIGNER.certificate[:-40], "cannot be read")],
)
def test_without_roots_a_certificate_must_be_one_of_today(certificate, why):
    with pytest.raises(Problem, match=why):
        found(signed(OLD.sign(CONTENT), certificate), None)


def test_a_certificate_that_is_none_goes_out_as_it_is_when_nothing_is_verified():
    assert found(signed(certificate="PEM"), verify=False).certificate == "PEM"


def test_roots_that_cannot_be_read_are_the_systems_own_fault(tmp_path):
    with pytest.raises(Problem, match="roots of manufacturers") as problem:
        found(roots=tmp_path / "nothing")
    assert problem.value.status == 503


def test_what_is_longer_than_it_may_be_on_the_wire_is_refused():
    with pytest.raises(Problem, match="more than 5500 characters"):
        found(signed(certificate="x" * 5501), verify=False)


@pytest.mark.parametrize("text", ["a\0b", "a\x1bb", ""])
def test_a_certificate_has_no_control_characters(text):
    with pytest.raises(ValidationError):
        Signed(signature="AAAA", signing_certificate=text)
