"""GetConfiguration (OCPP 1.6 section 5.8): read a station's configuration keys."""

from typing import Any

from domain.model import key_value
from domain.model.call import Call
from domain.ocpp.action import Outgoing
from domain.ocpp.v16 import configuring
from domain.ocpp.v16.secrets import MASK, SECRET_KEYS, is_secret
from domain.ocpp.v16.types import Record, Text50, Text500
from domain.scope import Scope

_UNKNOWN = "unknownKey"


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
        """The response with passwords hidden, wherever they are and however members are spelled."""
        return _masked(payload)

    def answered(self, request: Request, response: Response, call: Call, scope: Scope) -> None:
        """What the station tells is kept; it may tell less than it was asked for."""
        told = [
            key_value.KeyValue(each.key, each.value, each.readonly)
            for each in response.configurationKey
        ]
        configuring.report(told, response.unknownKey, complete=not request.key, scope=scope)


def _masked(given: Any) -> Any:  # noqa: ANN401 - JSON
    """What stands beside the name of a secret key may be its value."""
    if isinstance(given, dict):
        beside = any(_names(member) for name, member in given.items() if name != _UNKNOWN)
        return {name: _member(name, member, beside=beside) for name, member in given.items()}
    if isinstance(given, list):
        return MASK if _names(given) else [_masked(item) for item in given]
    return given


def _member(name: str, member: Any, *, beside: bool) -> Any:  # noqa: ANN401 - JSON
    if is_secret(name):
        return MASK
    listing = isinstance(member, list) and all(isinstance(item, str) for item in member)
    if listing and name in {_UNKNOWN, "key"}:
        return member
    if beside and not (is_secret(member) or isinstance(member, bool)):
        return MASK
    return _masked(member)


def _names(given: object) -> bool:
    return any(map(is_secret, given)) if isinstance(given, list) else is_secret(given)
