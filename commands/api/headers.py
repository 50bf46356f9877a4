"""Headers that every answer has: a browser is to do with it as little as possible."""

from types import MappingProxyType

from starlette.datastructures import MutableHeaders
from starlette.types import Message, Scope

EVERY = MappingProxyType(
    {
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Resource-Policy": "same-origin",
        "X-Frame-Options": "DENY",  # for browsers that do not know frame-ancestors
        "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
        "Cache-Control": "no-store",
    }
)
_ENCRYPTED = ("Strict-Transport-Security", "max-age=31536000")  # RFC 6797: not over plain HTTP


def plainly(status: str, text: str) -> bytes:
    """A whole answer to what is no request; the connection ends with it."""
    own = {"Content-Type": "text/plain", "Content-Length": len(text), "Connection": "close"}
    lines = (f"{name}: {value}\r\n" for name, value in {**own, **EVERY}.items())
    return f"HTTP/1.1 {status}\r\n{''.join(lines)}\r\n{text}".encode()


def put_on(message: Message, scope: Scope) -> None:
    """Add to the start of a response what it does not say otherwise."""
    headers = MutableHeaders(scope=message)
    for name, value in EVERY.items():
        headers.setdefault(name, value)
    if scope["scheme"] in {"https", "wss"}:
        headers.setdefault(*_ENCRYPTED)
