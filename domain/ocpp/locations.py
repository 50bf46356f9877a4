"""Where stations fetch and bring files: URLs, and what of them is nobody's business (rule F1).

Whatever may be a secret is taken for one: to mask too much costs nothing.
"""

import re
from typing import Any

SECRET_NAMES = frozenset({"location", "remoteLocation"})
_PARTS = frozenset({"firmware", "log"})  # of a request, with a location in them
_MASK = "***"
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
_TOKEN = re.compile(r"(/files(?:/|%2F)+)[A-Za-z0-9_-]{43}(?=[/?#]|%2F|$)", re.IGNORECASE)
_QUERY = re.compile(r"([?#]).+", re.DOTALL)


def has_secret(payload: Any) -> bool:  # noqa: ANN401 - JSON
    """Whether a decoded request has a location with credentials, or with a token of ours."""
    return bool(masked(payload) != payload)


def masked(payload: Any) -> Any:  # noqa: ANN401 - JSON
    """A decoded request without them; what has no location stays as it is."""
    if not isinstance(payload, dict):
        return payload
    return {name: _shown(name, value) for name, value in payload.items()}


def _shown(name: str, value: Any) -> Any:  # noqa: ANN401 - JSON
    if name in SECRET_NAMES and isinstance(value, str):
        return _hidden(value)
    return masked(value) if name in _PARTS else value


def _hidden(location: str) -> str:
    """Of the tokens of our own file store, those for one station: a crowd keeps no secret."""
    scheme = found.group() if (found := _SCHEME.match(location)) else ""
    rest = _without_user(location.removeprefix(scheme))
    return scheme + _TOKEN.sub(rf"\1{_MASK}", _QUERY.sub(rf"\1{_MASK}", rest))


def _without_user(rest: str) -> str:
    """Up to the last @, for a password may have /, ? and @ in it; so may a query have an @."""
    user, at, place = rest.rpartition("@")
    if not at:
        return rest
    return _MASK if "?" in user else f"{_MASK}@{place}"
