"""ChangeConfiguration (OCPP 1.6 section 5.3): set a configuration key of a station."""

from typing import Any, Literal

from domain.model.call import Call
from domain.ocpp.action import Outgoing
from domain.ocpp.v16 import configuring, securing
from domain.ocpp.v16.secrets import MASK, SECRET_KEYS, is_secret
from domain.ocpp.v16.types import Record, Text50, Text500
from domain.scope import Scope


class ChangeConfiguration(Outgoing):
    """Any key and any value can be sent. A password is masked wherever it is written down.

    The new AuthorizationKey goes over the wire and nowhere else (security white paper A00.FR.304).
    """

    secret_names = SECRET_KEYS

    class Request(Record):
        """6.9. The value is text, whatever the key is of."""

        key: Text50
        value: Text500

    class Response(Record):
        """6.10. RebootRequired is for the operator to follow."""

        status: Literal["Accepted", "Rejected", "RebootRequired", "NotSupported"]

    def secret(self, payload: Any) -> bool:  # noqa: ANN401 - JSON
        """Whether the request sets a password."""
        return isinstance(payload, dict) and is_secret(payload.get("key"))

    def mask(self, payload: Any) -> Any:  # noqa: ANN401 - JSON
        """The request with its password hidden."""
        return {**payload, "value": MASK} if self.secret(payload) else payload

    def password(self, payload: Any) -> str | None:  # noqa: ANN401 - JSON
        """The new AuthorizationKey."""
        return str(payload["value"]) if self.secret(payload) else None

    def requested(self, request: Request, call: Call, scope: Scope) -> None:
        """On record as under way, so that it is not sent twice."""
        configuring.request_change(request.key, request.value, call, scope)
        securing.requested(call, scope)

    def sent(self, request: Request, call: Call, scope: Scope) -> None:
        """The station may act on it from now on."""
        securing.sent(request.key, request.value, call, scope)

    def answered(self, request: Request, response: Response, call: Call, scope: Scope) -> None:
        """What was accepted is so; a refusal is remembered; RebootRequired waits for a boot."""
        configuring.change(request.key, request.value, response.status, call, scope)
        securing.answered(request.key, request.value, response.status, call, scope)

    def failed(self, request: Request, call: Call, scope: Scope) -> None:
        """It is not known to be so."""
        configuring.fail_change(request.key, request.value, call, scope)
        securing.failed(call, scope)
