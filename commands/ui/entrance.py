"""Signing in and out, and the one-time link: plain forms that work before any script has run."""

import re
from contextlib import suppress
from html import escape
from importlib.resources import files
from string import Template
from urllib.parse import parse_qs

from starlette.applications import Starlette
from starlette.datastructures import URL
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from commands.api.credentials import COOKIE
from commands.ui.client import Api, Refused
from commands.ui.guard import is_own

_STATIC = files("commands.ui") / "static"
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; form-action 'self';"
    " base-uri 'none'; frame-ancestors 'none'"
)
_PAGE = re.compile(  # browsers take a backslash for a slash, and drop some spaces
    r"/(?:[^/\\\s\0-\x1f][^\\\0-\x1f]*)?"
)
_FOREIGN = "This form was not sent by our page: open the address yourself and try again."
_SHORT = 2  # passwords of an invitation: twice the same


class Entrance:
    """Sets and takes the session's cookie; who is who, the API decides."""

    def __init__(self, api: ASGIApp) -> None:
        self._api = api

    def app(self) -> ASGIApp:
        """What answers."""
        return Starlette(
            routes=[
                Route("/sign-in", self._door),
                Route("/sign-in", self._sign_in, methods=["POST"]),
                Route("/sign-out", self._sign_out, methods=["POST"]),
                Route("/welcome/{token}", self._welcome),
                Route("/welcome/{token}", self._begin, methods=["POST"]),
                Route("/favicon.ico", _favicon),
                Mount("/ui", StaticFiles(directory=str(_STATIC))),
            ]
        )

    async def _door(self, request: Request) -> Response:
        return _form("sign-in", to=_local(request.query_params.get("to", "")))

    async def _sign_in(self, request: Request) -> Response:
        given = await _given(request)
        to = _local(given.get("to", ""))
        name = given.get("name", "")
        if not is_own(request.scope):
            return _form("sign-in", 403, to=to, said=_FOREIGN)
        wish = {"name": name, "password": given.get("password", "")}
        try:
            session = await self._asked(request).post("/api/v1/sessions", wish)
        except Refused as refused:
            return _form("sign-in", refused.status, to=to, name=name, said=_told(refused))
        return _entered(request, session, to)

    async def _welcome(self, request: Request) -> Response:
        return _form("welcome")

    async def _begin(self, request: Request) -> Response:
        given = await _given(request)
        if not is_own(request.scope):
            return _form("welcome", 403, said=_FOREIGN)
        if given.get("password") != given.get("again"):
            return _form("welcome", 422, said="The two passwords are not the same.")
        wish = {"token": request.path_params["token"], "password": given.get("password", "")}
        try:
            session = await self._asked(request).post("/api/v1/sessions/by-invitation", wish)
        except Refused as refused:
            return _form("welcome", refused.status, said=_told(refused))
        return _entered(request, session, "/")

    async def _sign_out(self, request: Request) -> Response:
        answer = RedirectResponse("/sign-in", 303)
        if is_own(request.scope):
            answer.delete_cookie(COOKIE, path="/", httponly=True, samesite="strict")
            with suppress(Refused):  # it is over already
                await self._asked(request).delete("/api/v1/sessions/current")
        return answer

    def _asked(self, request: Request) -> Api:
        token = request.cookies.get(COOKIE, "")
        return Api(self._api, token=token, address=request.client.host if request.client else "")


def _entered(request: Request, session: dict[str, str], to: str) -> Response:
    answer = RedirectResponse(to, 303)
    answer.set_cookie(
        COOKIE,
        session["token"],
        path="/",
        httponly=True,
        samesite="strict",
        secure=URL(scope=request.scope).scheme == "https",
    )
    return answer


def _form(which: str, status: int = 200, **values: str) -> Response:
    page = Template((_STATIC / f"{which}.html").read_text())
    known = {"to": "/", "name": "", "said": ""} | values
    text = page.substitute({key: escape(value) for key, value in known.items()})
    return HTMLResponse(text, status, {"Content-Security-Policy": _POLICY})


async def _given(request: Request) -> dict[str, str]:
    """The fields of a form, each once."""
    try:
        fields = parse_qs((await request.body()).decode(errors="replace"), max_num_fields=10)
    except ValueError:  # more fields than our forms have
        return {}
    return {name: values[-1] for name, values in fields.items()}


def _told(refused: Refused) -> str:
    faults = "; ".join(refused.faults.values())
    return f"{faults or refused.detail} (request {refused.request})"


def _local(to: str) -> str:
    """Where to go after signing in: a page of ours, or the first one."""
    is_ours = _PAGE.fullmatch(to) and not to.startswith(("/sign-", "/welcome/"))
    return to if is_ours else "/"


async def _favicon(_: Request) -> Response:
    return Response((_STATIC / "favicon.svg").read_bytes(), media_type="image/svg+xml")
