"""SendLocalList (OCPP 1.6 section 5.15): tell a station who may charge while it is offline."""

from typing import Literal

from domain.model.call import Call
from domain.model.local_entries import amended
from domain.model.local_list import Trust
from domain.ocpp import listing
from domain.ocpp.action import Outgoing
from domain.ocpp.v16.local_auth_list import payloads
from domain.ocpp.v16.types import Record
from domain.scope import Scope

_CURABLE = frozenset({"Failed", "VersionMismatch"})  # by a Full (rule L5)
_KNOWN = frozenset({Trust.CONFIRMED, Trust.UNCERTAIN})
_AUTOMATION = "local list fallback"


class SendLocalList(Outgoing):
    """Our copy of the list changes when the station accepts, and only then (rule L6)."""

    Request = payloads.Request  # 6.41

    class Response(Record):
        """6.42. VersionMismatch: a Differential does not fit what the station has."""

        status: Literal["Accepted", "Failed", "NotSupported", "VersionMismatch"]

    def answered(
        self, request: payloads.Request, response: Response, call: Call, scope: Scope
    ) -> None:
        """Follow the station; then send the next part, or what is switched on for a failure."""
        if response.status == "Accepted":
            _accept(request, call, scope)
            return
        cure = _cure(request, call, scope) if _curable(request, response, call, scope) else ()
        _fail(request, response.status, call, scope)
        if cure:
            name, size = f"fallback {call.name}", listing.part_size(scope)
            listing.plan(name, cure, by=_AUTOMATION, part_size=size, automatic=True, scope=scope)

    def failed(self, request: payloads.Request, call: Call, scope: Scope) -> None:
        """Not accepted; when nobody answered, or nobody can read what, perhaps."""
        unreadable = call.outcome == "answered"
        _fail(request, "unreadable" if unreadable else call.outcome, call, scope)


def _accept(request: payloads.Request, call: Call, scope: Scope) -> None:
    local_list, id = listing.of(scope), call.name
    take = local_list.replace if request.updateType == "Full" else local_list.amend
    changes = payloads.changes_of(request)
    take(id, request.listVersion, changes, late=call.late, at=scope.at)
    update = listing.update_of(scope)
    if update and update.advance(id, at=scope.at):
        listing.send(update, scope)


def _fail(request: payloads.Request, status: str, call: Call, scope: Scope) -> None:
    id, at = call.name, scope.at
    kind, version = request.updateType, request.listVersion
    listing.of(scope).fail(id, kind, version, status, at=at)
    if update := listing.update_of(scope):
        update.fail(id, status, at=at)


def _curable(
    request: payloads.Request, response: SendLocalList.Response, call: Call, scope: Scope
) -> bool:
    """Whether a Full is to follow: it is switched on for the station, and a Differential failed.

    Not after a Full that failed, not while another update is under way, and not when it would wipe
    out a list that nobody here ever knew.
    """
    if call.late or request.updateType == "Full" or response.status not in _CURABLE:
        return False
    update = listing.update_of(scope)
    if update and update.under_way and (update.automatic or update.call != call.name):
        return False
    local_list = listing.of(scope)
    return local_list.fallback and local_list.trust in _KNOWN


def _cure(request: payloads.Request, call: Call, scope: Scope) -> tuple[str, ...]:
    """The Full that brings about what a failed Differential, and what was to follow, was for."""
    local_list, update = listing.of(scope), listing.update_of(scope)
    rest = update.rest if update and update.call == call.name else []
    changes = [*payloads.changes_of(request), *(c for each in rest for c in payloads.planned(each))]
    after = tuple(amended(local_list.entries, changes).values())
    version = max(request.listVersion, local_list.list_version or 0) + 1
    return payloads.parts("Full", after, version=version, size=listing.part_size(scope))
