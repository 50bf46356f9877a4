"""Wishes about the certificates of stations: whether they are signed, and revoked."""

from collections.abc import Iterable
from types import MappingProxyType

from domain.handling.grants.grant import Asking, Grant, Grants
from domain.model import certificate_operations as op
from domain.model.aggregate import Refused
from domain.model.certificate import Issued
from domain.model.configuration import Configuration
from domain.model.enrolment import Enrolment
from domain.model.revocation import Revocation
from domain.model.station import Station
from domain.ocpp import enrolling
from domain.pki.certificates import Unreadable

LONGEST_CHAIN = 10_000  # characters of CertificateSigned.req, certificateChain
_CHAIN_KEY = "certificatesignedmaxchainsize"  # what a station says of it, folded
_Wish = op.ApproveRequest | op.DeclineRequest | op.IssueCertificate | op.FailRequest
_Revoking = op.RevokeCertificate | op.ConcludeRevocation


def _needs(wish: _Wish) -> Iterable[str]:
    station = wish.station
    return (Station.id_of(station), Enrolment.id_of(station), Configuration.id_of(station))


def _approve(wish: op.ApproveRequest, asking: Asking) -> str:
    """What was signed already is offered again, because somebody asks for it."""
    asking.registered()
    enrolment, scope = _found(asking), asking.scope
    if chain := enrolment.approve(wish.request, by=asking.by, at=scope.at):
        after = enrolling.last_message(scope)
        enrolling.offer(enrolment, chain, by=asking.by, after=after, scope=scope)
    return wish.request


def _decline(wish: op.DeclineRequest, asking: Asking) -> str:
    _found(asking).decline(wish.request, reason=wish.reason, by=asking.by, at=asking.scope.at)
    return wish.request


def _issue(wish: op.IssueCertificate, asking: Asking) -> str:
    """Sign and send. A certificate that would not do is none, and says so."""
    asking.registered()
    enrolment, scope = _found(asking), asking.scope
    asked = enrolment.find(wish.request)
    issued = _issued(wish.chain)
    if why := _unfit(issued, wish.chain, asked["key"], asking):
        enrolment.fail(wish.request, why, at=scope.at)
    elif issued and enrolment.sign(wish.request, issued, by=asked["by"] or asking.by, at=scope.at):
        by = asked["by"] or asking.by
        enrolling.offer(enrolment, wish.chain, by=by, after=asked["message"], scope=scope)
    return wish.request


def _issued(chain: str) -> Issued | None:
    try:
        return enrolling.issued(chain)
    except Unreadable:
        return None


def _unfit(issued: Issued | None, chain: str, key: str, asking: Asking) -> str:
    """Why the station would not take it, "" when it would."""
    if issued is None:
        return "the authority returned no certificate that can be read"
    if issued.key_fingerprint != key:
        return "the authority returned a certificate for another key"
    most = _longest(asking)
    return f"the chain has {len(chain)} characters, more than {most}" if len(chain) > most else ""


def _longest(asking: Asking) -> int:
    """What the specification allows, or less if the station has told so."""
    stream = Configuration.id_of(asking.scope.station_id)
    known = asking.scope.find(Configuration, stream)
    told = known.reported.get(_CHAIN_KEY, {}).get("value") if known else None
    own = int(told) if told and told.isascii() and told.isdecimal() else 0
    return min(own or LONGEST_CHAIN, LONGEST_CHAIN)


def _fail(wish: op.FailRequest, asking: Asking) -> str:
    _found(asking).fail(wish.request, wish.reason, at=asking.scope.at)
    return wish.request


def _found(asking: Asking) -> Enrolment:
    enrolment = enrolling.find(asking.scope)
    if enrolment is None:
        raise Refused("this station has asked for no certificate", Refused.NOT_FOUND)
    return enrolment


def _needs_revocation(wish: _Revoking) -> Iterable[str]:
    return (Enrolment.id_of(wish.station), Revocation.id_of(wish.station, wish.certificate))


def _revoke(wish: op.RevokeCertificate, asking: Asking) -> str:
    scope, certificate = asking.scope, wish.certificate
    if known := _revocation(wish, asking):
        known.ask_again(by=asking.by, at=scope.at)
        return certificate
    issued = _found(asking).issued.get(certificate)
    if issued is None:
        raise Refused("the station has no such certificate that is valid", Refused.NOT_FOUND)
    scope.add(
        Revocation.ask(
            wish.station,
            certificate,
            serial_number=issued["serial"],
            reason=wish.reason,
            by=asking.by,
            at=scope.at,
        )
    )
    return certificate


def _conclude(wish: op.ConcludeRevocation, asking: Asking) -> str:
    if known := _revocation(wish, asking):
        known.conclude(wish.problem, at=asking.scope.at)
    return wish.certificate


def _revocation(wish: _Revoking, asking: Asking) -> Revocation | None:
    stream = Revocation.id_of(wish.station, wish.certificate)
    return asking.scope.find(Revocation, stream)


GRANTS: Grants = MappingProxyType(
    {
        op.ApproveRequest: Grant(_needs, _approve),
        op.DeclineRequest: Grant(_needs, _decline),
        op.IssueCertificate: Grant(_needs, _issue),
        op.FailRequest: Grant(_needs, _fail),
        op.RevokeCertificate: Grant(_needs_revocation, _revoke),
        op.ConcludeRevocation: Grant(_needs_revocation, _conclude),
    }
)
