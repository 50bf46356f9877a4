"""Files that a simulated station fetches and delivers by HTTP; blocking, for a worker thread."""

import base64
import time
from hashlib import sha256
from http.client import HTTPException
from urllib.parse import quote, unquote, urlsplit, urlunsplit
from urllib.request import HTTPRedirectHandler, HTTPSHandler, OpenerDirector, ProxyHandler, Request
from urllib.request import build_opener as _build_opener

_SCHEMES = frozenset({"http", "https"})
_LARGEST = 256 << 20  # bytes
_PIECE = 64 << 10  # bytes
_SILENCE, _LONGEST = 10.0, 120.0  # s


class NotTransferred(Exception):
    """The file did not come, or was not taken."""


def fetch(location: str) -> bytes:
    """Download a file and throw it away; its SHA-256. Raises NotTransferred."""
    size, end, digest = 0, time.monotonic() + _LONGEST, sha256()
    try:
        with _opener().open(_request(location), timeout=_SILENCE) as answer:
            while piece := answer.read(_PIECE):
                size += len(piece)
                digest.update(piece)
                if size > _LARGEST or time.monotonic() > end:
                    raise NotTransferred("too large, or too slow")
            told = int(answer.headers.get("Content-Length", size))
    except (OSError, HTTPException, ValueError) as error:
        raise NotTransferred(str(error)) from error
    if size != told:
        raise NotTransferred("the connection ended too soon")
    return digest.digest()


def deliver(directory: str, name: str, content: bytes) -> bytes:
    """PUT a file below a directory; its SHA-256. Raises NotTransferred."""
    try:
        parts = urlsplit(directory)
        path = f"{parts.path.rstrip('/')}/{quote(name)}"
        request = _request(urlunsplit(parts._replace(path=path)), method="PUT", data=content)
        request.add_header("Content-Type", "text/plain; charset=utf-8")
        with _opener().open(request, timeout=_SILENCE):
            return sha256(content).digest()
    except (OSError, HTTPException, ValueError) as error:
        raise NotTransferred(str(error)) from error


def _opener() -> OpenerDirector:
    """No proxies: a station is not behind the one of whoever simulates it."""
    return _build_opener(ProxyHandler({}), HTTPRedirectHandler(), HTTPSHandler())


def _request(location: str, method: str = "GET", data: bytes | None = None) -> Request:
    """With the credentials of the URL, if any, where they belong."""
    parts = urlsplit(location)
    if parts.scheme.lower() not in _SCHEMES:
        raise NotTransferred(f"{parts.scheme or 'a location without scheme'} is not supported")
    user, _, host = parts.netloc.rpartition("@")
    url = urlunsplit(parts._replace(netloc=host))
    request = Request(url, data=data, method=method)  # noqa: S310 - the scheme has been looked at
    if user:
        secret = base64.b64encode(unquote(user).encode()).decode()
        request.add_header("Authorization", f"Basic {secret}")
    return request
