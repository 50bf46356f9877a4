"""The HTTP API as pages ask it: in this process, with the session of whoever looks at them."""

from collections.abc import AsyncIterator
from typing import Any, Self

import httpx
from starlette.types import ASGIApp

_BASE = "http://ampledger"  # goes nowhere: the application is called, not a host
_WITHIN = 60.0  # s
_PAGE = 500  # items asked for at once


class Refused(Exception):
    """The API says no: `detail` is for people, `request` the id to quote, `kind` its problem's."""

    def __init__(self, status: int, detail: str, *, kind: str = "", request: str = "") -> None:
        super().__init__(detail)
        self.status, self.detail, self.kind, self.request = status, detail, kind, request
        self.faults: dict[str, str] = {}  # by place in what was sent, e.g. body.note


class Api:
    """Whatever a page reads or does goes through here: roles, bounds, audit are the API's own."""

    def __init__(self, app: ASGIApp, *, token: str, address: str, base: str = _BASE) -> None:
        """`address`: where the browser is, for the audit trail; `base`: how it calls us.

        Stations are told to fetch and bring files there, unless `AMPLEDGER_PUBLIC_URL` says where.
        """
        transport = httpx.ASGITransport(app, raise_app_exceptions=False, client=(address, 0))
        headers = {b"Authorization": f"Bearer {token}".encode()} if token else {}  # of any letters
        self._http = httpx.AsyncClient(
            transport=transport, base_url=base, headers=headers, timeout=_WITHIN, trust_env=False
        )

    async def get(self, path: str, **query: object) -> Any:
        """What is there; raises Refused."""
        return (await self._asked("GET", path, query)).json()

    async def document(self, path: str, accept: str, **query: object) -> bytes:
        """What is there in another form than JSON; raises Refused."""
        return (await self._asked("GET", path, query, headers={"Accept": accept})).content

    async def post(self, path: str, body: object = None, **query: object) -> Any:
        """Do it; raises Refused."""
        return _json(await self._asked("POST", path, query, json=body))

    async def put(self, path: str, body: object, **query: object) -> Any:
        """Make it so; raises Refused."""
        return _json(await self._asked("PUT", path, query, json=body))

    async def patch(self, path: str, body: object, **query: object) -> Any:
        """Change what is named; raises Refused."""
        return _json(await self._asked("PATCH", path, query, json=body))

    async def delete(self, path: str, **query: object) -> Any:
        """Remove it; raises Refused."""
        return _json(await self._asked("DELETE", path, query))

    async def send(self, path: str, content: bytes, kind: str, **query: object) -> Any:
        """Post bytes of a media type; raises Refused."""
        headers = {"Content-Type": kind}
        return _json(await self._asked("POST", path, query, content=content, headers=headers))

    async def items(self, path: str, *, most: int, **query: object) -> AsyncIterator[Any]:
        """The items of a list, page after page, at most so many; raises Refused."""
        cursor, left = "", most
        while left > 0:
            page = await self.get(path, cursor=cursor, limit=min(left, _PAGE), **query)
            for item in page["items"]:
                yield item
            left -= len(page["items"])
            cursor = page.get("next") or ""
            if not cursor:
                return

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.aclose()

    async def _asked(
        self,
        method: str,
        path: str,
        query: dict[str, object],
        **sent: Any,
    ) -> httpx.Response:
        given: Any = {name: value for name, value in query.items() if value not in (None, "")}
        response = await self._http.request(method, path, params=given, **sent)
        if response.is_error:
            raise _refused(response)
        return response


def _json(response: httpx.Response) -> Any:
    return response.json() if response.content else None


def _refused(response: httpx.Response) -> Refused:
    request = response.headers.get("x-request-id", "")
    try:
        problem = response.json()
        kind = str(problem["type"]).rpartition(":")[2]
        refused = Refused(response.status_code, problem["detail"], kind=kind, request=request)
        refused.faults = {each["path"]: each["message"] for each in problem.get("errors") or ()}
    except (ValueError, KeyError, TypeError):
        return Refused(response.status_code, response.reason_phrase, request=request)
    return refused
