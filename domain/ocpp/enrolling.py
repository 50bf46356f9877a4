"""What messages mean for the certificate of a station: asked for, signed, on its way, taken."""

from datetime import timedelta
from hashlib import sha256
from uuid import UUID, uuid5

import msgspec

from domain.model.certificate import Csr, Issued
from domain.model.enrolment import Enrolment
from domain.pki import certificates, pem, requests
from domain.pki.certificates import Unreadable
from domain.pki.requests import Unfit
from domain.scope import Scope

_ACTION = "CertificateSigned"
_ITSELF = "certificate signing"  # who sends again what the station missed
_A_WEEK = timedelta(days=7)  # a station may be away when an operator has its request signed
_REQUESTS = UUID("3f9f4a0d-9a3e-5d0c-8a53-5f4f2d0f7c31")  # the name space of their ids


def find(scope: Scope) -> Enrolment | None:
    """What the station asked to have signed, when it ever did."""
    return scope.find(Enrolment, Enrolment.id_of(scope.station_id))


def of(scope: Scope) -> Enrolment:
    """The same; it begins with its first mention."""
    return find(scope) or scope.add(Enrolment.begin(scope.station_id, at=scope.at))


def last_message(scope: Scope) -> str:
    """Id of the SignCertificate that brought the last request, "" when there was none."""
    known = find(scope)
    asked = known.requests.values() if known else ()
    return next((str(each["message"]) for each in reversed(asked)), "")


def ask(text: str, scope: Scope) -> bool:
    """The station asks to have a request signed; whether that is possible.

    One that repeats what it asked for already may have missed the certificate: then it is sent.
    """
    enrolment, id = of(scope), str(uuid5(_REQUESTS, f"{scope.station_id} {scope.key}"))
    how = {"message": scope.message_id, "trigger": scope.trigger}
    try:
        csr = _csr(text)
    except Unfit as error:
        enrolment.reject(id, _digest(text), str(error), **how, at=scope.at)
        return False
    if chain := enrolment.owed(csr.digest, at=scope.at):
        offer(enrolment, chain, by=_ITSELF, after=scope.message_id, scope=scope)
    enrolment.request(id, csr, **how, at=scope.at)
    return True


def offer(enrolment: Enrolment, chain: str, *, by: str, after: str, scope: Scope) -> None:
    """Send a certificate: a call like any other, but never before its request is answered."""
    payload = msgspec.json.encode({"certificateChain": chain}).decode()
    if call := scope.call_for(_ACTION, payload, by=by, after=after, ttl=_A_WEEK):
        enrolment.offer(issued(chain), call=call.name, by=by, at=scope.at)


def issued(chain: str) -> Issued:
    """What the first certificate of a chain says; raises Unreadable."""
    found = certificates.read(chain)
    return Issued(
        certificate=found.fingerprint,
        chain=chain,
        serial_number=found.serial_number,
        common_name=found.common_name,
        organisation=found.organisation,
        issuer=found.issuer,
        key=found.key,
        key_fingerprint=found.key_fingerprint,
        not_before=found.not_before,
        not_after=found.not_after,
    )


def sent(chain: str) -> Issued | None:
    """The same of a chain in any call, raw ones too; None when nobody can read it."""
    try:
        return issued(pem.normalised(chain))
    except (Unreadable, pem.NotPem):
        return None


def _csr(text: str) -> Csr:
    found = requests.read(text)
    plain = pem.normalised(text)
    return Csr(
        csr=plain,
        digest=_digest(plain),
        common_name=found.common_name,
        organisation=found.organisation,
        key=found.key,
        key_fingerprint=found.key_fingerprint,
    )


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()
