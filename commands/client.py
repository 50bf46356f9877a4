"""The HTTP API as the command line speaks to it: JSON in and out, problems as exceptions."""

import json
import shutil
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPMessage, HTTPResponse
from pathlib import Path
from typing import Any, BinaryIO
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlencode
from urllib.request import Request, urlopen

_END = "-----END CERTIFICATE-----"
_WITHIN = 30.0  # s, beyond what a request itself asks to wait


class ApiError(Exception):
    """The API says no, or says nothing; `status` is 0 then. `kind` is that of the problem."""

    def __init__(self, message: str, status: int = 0, *, kind: str = "") -> None:
        super().__init__(message)
        self.status, self.kind = status, kind


def path_of(*segments: object) -> str:
    """A path of the API; each segment is encoded, so that a station may be called "a/b"."""
    return "/api/v1/" + "/".join(quote(str(segment), safe="") for segment in segments)


class Client:
    """Blocking, one connection a request: a command line makes few."""

    def __init__(self, url: str, token: str, *, certificate: Path | None = None) -> None:
        """`certificate`: what the API shows, when its file is at hand; raises OSError."""
        if not url.startswith(("http://", "https://")):
            raise ApiError(f"{url} is no address of an API: http://… or https://…")
        self._url, self._token = url.rstrip("/"), token
        self._tls = _pinned(certificate) if certificate else None

    def get(self, path: str, **query: object) -> Any:  # noqa: ANN401 - JSON
        """What is there; raises ApiError."""
        return self._json("GET", path, query)

    def document(self, path: str, accept: str, **query: object) -> bytes:
        """What is there in another form than JSON; raises ApiError."""
        return self._said("GET", path, query, accept=accept)

    def put(self, path: str, body: object, **query: object) -> Any:  # noqa: ANN401 - JSON
        """Make it so; raises ApiError."""
        return self._json("PUT", path, query, json.dumps(body).encode())

    def post(self, path: str, body: bytes = b"", **query: object) -> Any:  # noqa: ANN401 - JSON
        """Do it; the body is sent as given; raises ApiError."""
        return self._json("POST", path, query, body)

    def upload(self, path: str, file: BinaryIO, *, size: int, **query: object) -> Any:  # noqa: ANN401 - JSON
        """Send a file of so many bytes as it is read; raises ApiError."""
        with self._asked("POST", path, query, file, size=size) as response:
            return json.loads(response.read())

    def fetch(self, path: str, target: BinaryIO) -> HTTPMessage:
        """Write what is there into a file, as it comes; what the headers say; raises ApiError."""
        with self._asked("GET", path, {}, accept="*/*") as response:
            shutil.copyfileobj(response, target)
            return response.headers

    def delete(self, path: str, **query: object) -> Any:  # noqa: ANN401 - JSON
        """Remove it; raises ApiError."""
        return self._json("DELETE", path, query)

    def items(self, path: str, *, most: int, **query: object) -> Iterator[dict[str, Any]]:
        """The items of a list, page after page, at most so many; raises ApiError."""
        cursor, left = "", most
        while left > 0:
            page = self.get(path, cursor=cursor, limit=min(left, 500), **query)
            yield from page["items"]
            left -= len(page["items"])
            cursor = page.get("next") or ""
            if not cursor:
                return

    def _json(
        self, method: str, path: str, query: dict[str, object], body: bytes | None = None
    ) -> Any:  # noqa: ANN401 - JSON
        said = self._said(method, path, query, body)
        return json.loads(said) if said else None

    def _said(
        self,
        method: str,
        path: str,
        query: dict[str, object],
        body: bytes | None = None,
        *,
        accept: str = "application/json",
    ) -> bytes:
        with self._asked(method, path, query, body, accept=accept) as response:
            return bytes(response.read())

    @contextmanager
    def _asked(
        self,
        method: str,
        path: str,
        query: dict[str, object],
        body: bytes | BinaryIO | None = None,
        *,
        accept: str = "application/json",
        size: int | None = None,
    ) -> Iterator[HTTPResponse]:
        """The response, to be read; `size` is that of a body that is a file."""
        given = {name: value for name, value in query.items() if value not in (None, "")}
        url = f"{self._url}{path}" + (f"?{urlencode(given, doseq=True)}" if given else "")
        headers = {
            "Authorization": f"Bearer {self._token}",
            "Content-Type": "application/json",
            "Accept": accept,
        }
        if size is not None:
            headers["Content-Length"] = str(size)
        request = Request(url, body, headers, method=method)  # noqa: S310 - checked in __init__
        patience = _WITHIN + float(str(given.get("wait", 0)))
        try:
            with urlopen(request, timeout=patience, context=self._tls) as response:  # noqa: S310 - as above
                yield response
        except HTTPError as error:
            raise _explained(error) from None
        except (URLError, TimeoutError, ConnectionError) as error:
            why = getattr(error, "reason", error)
            raise ApiError(f"the API at {self._url} does not answer: {why}") from None


def _pinned(certificate: Path) -> ssl.SSLContext:
    """Who shows this very certificate is the API, whatever it is called on this machine."""
    first, end, _ = certificate.read_text().partition(_END)
    context = ssl.create_default_context(cadata=first + end)
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    context.check_hostname = False
    return context


def _explained(error: HTTPError) -> ApiError:
    """The detail of the problem, or the status when there is none."""
    try:
        problem = json.loads(error.read())
        doubtful = f"; the call may be under way: {problem['call']}" if "call" in problem else ""
        told = f"{problem['detail']} (HTTP {error.code}){doubtful}"
        return ApiError(told, error.code, kind=problem["type"].rpartition(":")[2])
    except (ValueError, KeyError, TypeError):
        return ApiError(f"HTTP {error.code} {error.reason}", error.code)
