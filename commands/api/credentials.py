"""What a request comes with: a bearer token (RFC 6750), or the cookie of a browser's session.

A browser sends a cookie whoever made it ask. So one counts only where no header says who asks, and
where the request was made by a page of ours: SameSite of the cookie is the first bar, this another.
"""

from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.requests import cookie_parser
from starlette.types import Scope

from commands.api.access import nobody
from commands.api.problems import Problem
from projections.user_sessions import PREFIX

COOKIE = "ampledger_session"
_READS = frozenset({"GET", "HEAD"})
_PORTS = frozenset({("http", 80), ("https", 443)})  # of which an origin says nothing


def token_in(scope: Scope) -> str:
    """The token of a request; raises Problem without one, or when another site sends it."""
    headers = Headers(scope=scope)
    if (given := headers.get("authorization")) is None:
        return _session_in(headers, scope)
    scheme, _, token = given.partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise nobody()
    return token.strip()


def _session_in(headers: Headers, scope: Scope) -> str:
    token = cookie_parser(headers.get("cookie", "")).get(COOKIE, "")
    if not token.startswith(PREFIX):
        raise nobody()
    is_ours = scope["method"] in _READS or _is_same_origin(headers, scope["scheme"])
    if not is_ours or headers.get("sec-fetch-site") == "cross-site":
        detail = "a session counts for requests of its own pages only; programs send a token"
        raise Problem(403, detail, kind="cross-site")
    return token


def _is_same_origin(headers: Headers, scheme: str) -> bool:
    """Whether the page that asks is from where it asks (RFC 6454); without Origin it is not."""
    asked = _origin(f"{scheme}://{headers.get('host', '')}")
    return asked is not None and _origin(headers.get("origin", "")) == asked


def _origin(url: str) -> tuple[str, str, int | None] | None:
    """Scheme, host, port unless it is the usual one; None of what is no origin."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    if not parts.hostname or parts.path or parts.query or parts.username is not None:
        return None
    return parts.scheme, parts.hostname, None if (parts.scheme, port) in _PORTS else port
