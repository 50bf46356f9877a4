"""What ChangeConfiguration means for how a station may come in (white paper A01, A05).

The keys are AuthorizationKey, its password, and SecurityProfile. Raw calls pass here like any.
"""

from domain.model.access import Access
from domain.model.call import Call
from domain.ocpp import entering
from domain.scope import Scope

_REFUSED = frozenset({"Rejected", "NotSupported"})
_PROFILE = "securityprofile"  # folded: keys are case-insensitive (rule R16)


def requested(call: Call, scope: Scope) -> None:
    """A new password is on its way: it may be in use before we hear that it was accepted."""
    if call.credential and (access := _begun(scope)):
        access.offer(call.name, call.credential, at=scope.at)


def sent(key: str, value: str, call: Call, scope: Scope) -> None:
    """It has gone out, perhaps after it was taken back. A lower profile changes nothing (S2).

    A second upgrade replaces the first only when it is accepted: the station may be at the first.
    """
    requested(call, scope)
    profile = _profile_in(key, value)
    access = _begun(scope) if profile else None
    if access is not None and not access.is_upgrading:
        access.expect(call.name, profile, at=scope.at)


def answered(key: str, value: str, status: str, call: Call, scope: Scope) -> None:
    """The station said what it did."""
    access = _begun(scope) if call.credential or _profile_in(key, value) else None
    if access is None:
        return
    if call.credential:
        _settle_password(access, status, call, scope)
    elif status in _REFUSED:
        access.give_up(call.name, status, at=scope.at)
    else:
        access.expect(call.name, _profile_in(key, value), at=scope.at)


def failed(call: Call, scope: Scope) -> None:
    """An error means no; silence means that nobody knows (A01.FR.05)."""
    access = entering.find(scope)
    if access is None:
        return
    if call.outcome in {"answered", "timed_out"} and call.connections:
        access.doubt(call.name, at=scope.at)
    else:
        access.drop(call.name, call.outcome, at=scope.at)
        access.give_up(call.name, call.outcome, at=scope.at)


def _settle_password(access: Access, status: str, call: Call, scope: Scope) -> None:
    if status == "Accepted":
        access.accept(call.name, call.credential, at=scope.at)
    elif status == "RebootRequired":
        access.defer(call.name, call.credential, at=scope.at)
    elif status in _REFUSED:
        access.drop(call.name, status, at=scope.at)
    else:  # no word of the specification: it may mean anything
        access.doubt(call.name, at=scope.at)


def _profile_in(key: str, value: str) -> int:
    """The security profile that is asked for; 0 when none is, or none that there is."""
    is_profile = key.strip().casefold() == _PROFILE
    return int(value) if is_profile and value.strip() in {"1", "2", "3"} else 0


def _begun(scope: Scope) -> Access | None:
    access = entering.known(scope)
    return scope.add(access) if access else None
