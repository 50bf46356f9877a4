"""The turns in a call's life that an action may want to follow up."""

from typing import Any

import msgspec

from domain.model.call import Call
from domain.ocpp import reading
from domain.ocpp.action import Outgoing
from domain.ocpp.errors import Violation
from domain.ocpp.version import Versions
from domain.scope import Scope


def requested(versions: Versions, call: Call, scope: Scope) -> None:
    """The call has been queued."""
    action = versions[call.protocol].outgoing(call.action)
    request = _request(action, call.payload)
    if action is not None and request is not None:
        action.requested(request, call, scope)


def sent(versions: Versions, call: Call, scope: Scope) -> None:
    """The call has gone out, perhaps not for the first time."""
    action = versions[call.protocol].outgoing(call.action)
    request = _request(action, call.payload)
    if action is not None and request is not None:
        action.sent(request, call, scope)


def answered(action: Outgoing, call: Call, response: msgspec.Struct, scope: Scope) -> None:
    """The station has answered, in time or late."""
    request = _request(action, call.payload)
    if request is not None:
        action.answered(request, response, call, scope)


def failed(versions: Versions, call: Call, scope: Scope) -> None:
    """No CALLRESULT came of it; `call.outcome` tells why."""
    action = versions[call.protocol].outgoing(call.action)
    request = _request(action, call.payload)
    if action is not None and request is not None:
        action.failed(request, call, scope)


def _request(action: Outgoing | None, payload: str) -> Any:  # noqa: ANN401 - the action's own
    """What was sent; None when it cannot be read: its secrets are masked, or it is a stranger's."""
    if action is None:
        return None
    try:
        return reading.read(action.Request, msgspec.Raw(payload.encode()))[0]
    except Violation:
        return None
