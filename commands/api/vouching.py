"""Whether a station can believe an image: found out before it is told of it (A00.FR.706).

An operator may pass over all of it, to see what a station does (TC_081); it goes on record.
"""

import base64
from datetime import datetime
from pathlib import Path
from typing import Annotated, NamedTuple

from pydantic import AfterValidator, BaseModel, Field

from commands.api.problems import Problem
from commands.api.shapes import Text
from domain.pki import certificates, pem, signatures
from projections.files import File

_LONGEST_CERTIFICATE = 5500  # characters on the wire
_OVERRIDDEN = "nothing was verified: whoever asked passed over it"


def _legible(text: str) -> str:
    if any(not letter.isprintable() and letter not in "\r\n\t" for letter in text):
        raise ValueError("must not have control characters")
    return text


Signature = Annotated[
    Text, Field(min_length=1, max_length=800, description="base64; it is sent as it is here")
]
Certificate = Annotated[
    str,
    AfterValidator(_legible),
    Field(min_length=1, max_length=4 * _LONGEST_CERTIFICATE, description="PEM"),
]
Verify = Annotated[
    bool, Field(description="false: send it whatever is wrong with signature and certificate")
]


class Signed(BaseModel, extra="forbid"):
    """What a station is to check an image by."""

    signature: Signature
    signing_certificate: Certificate


class Vouched(NamedTuple):
    """The same as it goes out, and what was found out about it."""

    signature: str
    certificate: str
    remark: str


def vouched(
    signed: Signed, image: File | None, *, verify: bool, roots: Path | None, now: datetime
) -> Vouched:
    """Look at all that can be looked at: of an image elsewhere (None) not its bytes.

    `roots`: the file with those of manufacturers. Blocking. Raises Problem with what is wrong.
    """
    certificate = _normalised(signed.signing_certificate, verify=verify)
    if not verify:
        return Vouched(signed.signature, certificate, _OVERRIDDEN)
    of_signature = _signature(signed.signature, certificate, image)
    of_certificate = _certificate(certificate, roots, now)
    return Vouched(signed.signature, certificate, f"{of_signature}; {of_certificate}")


def _normalised(certificate: str, *, verify: bool) -> str:
    try:
        certificate = pem.normalised(certificate)
    except pem.NotPem as error:
        if verify:
            raise _unfit(f"the signing certificate cannot be read: {error}") from None
    if len(certificate) > _LONGEST_CERTIFICATE:
        detail = f"the signing certificate has more than {_LONGEST_CERTIFICATE} characters"
        raise Problem(422, detail, kind="invalid")
    return certificate


def _signature(signature: str, certificate: str, image: File | None) -> str:
    if image is None:
        _refuse(_no_base64(signature))
        return "signature not verified: the image is elsewhere"
    digest = bytes.fromhex(image.sha256)  # of the bytes as they were stored
    _refuse(signatures.verify_firmware(digest, signature, certificate))
    return "signature verified"


def _certificate(certificate: str, roots: Path | None, now: datetime) -> str:
    if roots is None:
        _refuse(_untimely(certificate, now))
        return "whose certificate it is was not verified: no roots of manufacturers are set"
    try:
        trusted = roots.read_text()
    except (OSError, UnicodeDecodeError) as error:
        detail = f"the roots of manufacturers cannot be read: {error}"
        raise Problem(503, detail, kind="no-roots") from None
    _refuse(signatures.check_signing_certificate(certificate, trusted, now))
    return "signing certificate verified"


def _no_base64(signature: str) -> str:
    try:
        base64.b64decode(signature, validate=True)
    except ValueError:
        return "the signature is no base64"
    return ""


def _untimely(certificate: str, now: datetime) -> str:
    try:
        found = certificates.read(certificate)
    except certificates.Unreadable as error:
        return f"the signing certificate cannot be read: {error}"
    if found.not_before <= now <= found.not_after:
        return ""
    return f"the signing certificate is valid from {found.not_before} to {found.not_after}"


def _refuse(why: str) -> None:
    if why:
        raise _unfit(why)


def _unfit(why: str) -> Problem:
    return Problem(422, f"{why}. With verify: false it is taken all the same", kind="unverified")
