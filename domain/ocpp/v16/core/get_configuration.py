"""GetConfiguration (OCPP 1.6 section 5.8): read a station's configuration keys."""

from typing import Any

from domain.model import key_value
from domain.model.call import Call
from domain.ocpp.action import Outgoing
from domain.ocpp.v16 import configuring
from domain.ocpp.v16.secrets import MASK, SECRET_KEYS, is_secret
from domain.ocpp.v16.types import Record, Text50, Text500
from domain.scope import Scope


class KeyValue(Record):
    """One key; a value may be absent when it is write-only or not set (7.29)."""

    key: Text50
    readonly: bool
    value: Text500 | None = None


class GetConfiguration(Outgoing):
    """No keys, or an empty list: all of them. A station that tells its password is not quoted."""

    secret_names = SECRET_KEYS

    class Request(Record):
        """6.23."""

        key: tuple[Text50, ...] | None = None

    class Response(Record):
        """6.24."""

        configurationKey: tuple[KeyValue, ...] = ()
        unknownKey: tuple[Text50, ...] = ()

    def mask(self, payload: Any) -> Any:  # noqa: ANN401 - JSON
        """The response with passwords hidden, wherever in it and however their members are spelled.

        One whose parts cannot be told apart is hidden as a whole.
        """
        return payload if payload is None else _masked(payload)

    def answered(self, request: Request, response: Response, call: Call, scope: Scope) -> None:
        """What the station tells is kept; it may tell less than it was asked for."""
        told = [
            key_value.KeyValue(each.key, each.value, each.readonly)
            for each in response.configurationKey
        ]
        configuring.report(told, response.unknownKey, complete=not request.key, scope=scope)


@@