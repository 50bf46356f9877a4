"""Where stations fetch and bring files: URLs, and what of them is nobody's business (rule F1)."""

import re
from typing import Any

SECRET_NAMES = frozenset({"location"})
_MASK = "***"
_AUTHORITY_END = re.compile(r"[/?#]")
_ODD_PORT = re.compile(r":[^0-9]")
_TOKEN = re.compile(r"(/files/)[A-Za-z0-9_-]{43}(?=/|$)")


def has_secret(payload: Any) -> bool:  # noqa: ANN401 - JSON
    """Whether a decoded request has a location with credentials, or with a token of ours."""
    return bool(masked(payload) != payload)


def masked(payload: Any) -> Any:  # noqa: ANN401 - JSON
    """A decoded request without them; what has no location stays as it is."""
    location = payload.get("location") if isinstance(payload, dict) else None
    return {**payload, "location": _hidden(location)} if isinstance(location, str) else payload


def _hidden(location: str) -> str:
    """Of the tokens of our own file store, those for one station: a crowd keeps no secret."""
    scheme, mark, rest = location.partition("://")
    if not mark:
        scheme, rest = "", location
    return scheme + mark + _TOKEN.sub(rf"\1{_MASK}", _without_user(rest))


def _without_user(rest: str) -> str:
    """A password with an unescaped / looks like a host with an odd port."""
    authority = _AUTHORITY_END.split(rest, maxsplit=1)[0]
    end = authority.rfind("@")
    if end < 0 and _ODD_PORT.search(authority):
        end = rest.rfind("@")
    return rest if end < 0 else _MASK + rest[end:]
