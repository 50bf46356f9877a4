"""Whose token comes with a request, found out before its body is read."""

import asyncio
from contextlib import suppress
from datetime import datetime

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from commands.api.bounds import Bounds
from commands.api.credentials import token_in
from commands.api.patience import Patience
from commands.api.problems import Problem, answer, explained, too_many
from domain.log import Unavailable
from domain.model.audit import Audit
from domain.model.operations import RecordAction
from domain.ocpp import times
from domain.ports import Clock
from gateway.addresses import group_of
from projections import actions, user_sessions, users
from projections.actions import Actor
from projections.database import Database
from projections.users import Holder

_GUARDED = "/api/"
_OPEN = frozenset(  # they find out themselves who asks, with as much patience
    {("POST", "/api/v1/sessions"), ("POST", "/api/v1/sessions/by-invitation")}
)
_FORBIDDEN = 403


class SigningIn:
    """ASGI middleware: nobody gets below /api/ without a token that is worth something.

    A token has 256 bits: nobody guesses one. Who tries has to wait all the same, so that neither
    the database nor the audit trail is flooded.
    """

    def __init__(self, app: ASGIApp, database: Database, clock: Clock, bounds: Bounds) -> None:
        self._app, self._database, self._clock = app, database, clock
        self._patience = Patience(bounds)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a request, or say why not."""
        if scope["type"] != "http" or not scope["path"].startswith(_GUARDED):
            await self._app(scope, receive, send)
            return
        scope["state"]["patience"] = self._patience
        if (scope["method"], scope["path"]) in _OPEN:
            await self._app(scope, receive, send)
            return
        try:
            holder = scope["state"]["holder"] = await self._holder(scope)
        except (Problem, Unavailable) as error:
            await answer(Request(scope), explained(error))(scope, receive, send)
            return
        await self._handle(holder, scope, receive, send)

    async def _holder(self, scope: Scope) -> Holder:
        """Who asks; raises Problem, Unavailable."""
        token, address = token_in(scope), group_of(scope["client"][0])
        if self._patience.is_over(token):
            raise _over()
        if wait := self._patience.wait(token, address, _seconds()):
            raise too_many("sign-ins that failed", wait)
        holder = await run_in_threadpool(self._look, token)
        if holder is None or holder.has_expired(self._clock()):
            if await run_in_threadpool(self._database.read, user_sessions.is_known, token):
                self._patience.over(token)  # its pages ask on until they notice: nobody guesses
                raise _over()
            self._patience.failed(token, address, _seconds())
            await self._refused(scope, address, holder)
            raise _expired(holder.expires_at) if holder else _unknown()
        self._patience.fitted(token)
        if not self._patience.may_ask(holder.token, _seconds()):
            raise too_many("requests with this token", 1.0)
        return holder

    def _look(self, token: str) -> Holder | None:
        """Whose token it is, and that it is used. Blocking."""
        holder, now = self._database.read(users.find_by_token, token), self._clock()
        if holder and not holder.has_expired(now) and holder.is_used_anew(now):
            with suppress(Unavailable):  # then the next request tells
                self._database.write(users.note_use, holder, at=now)
        return holder

    async def _handle(self, holder: Holder, scope: Scope, receive: Receive, send: Send) -> None:
        """What is beyond somebody's role goes on record."""
        status = 0

        async def sending(message: Message) -> None:
            nonlocal status
            status = message.get("status", status)
            await send(message)

        await self._app(scope, receive, sending)
        if status == _FORBIDDEN and self._patience.is_worth_telling(holder.name, _seconds()):
            asked = f"{scope['method']} {scope['path']}"
            await self._tell(scope, holder.name, "Ask", asked, "the role is too low")

    async def _refused(self, scope: Scope, address: str, holder: Holder | None) -> None:
        if self._patience.is_worth_telling(address, _seconds()):
            why = "the token has expired" if holder else "nobody's token"
            await self._tell(scope, holder.name if holder else "", "SignIn", "", why)

    async def _tell(self, scope: Scope, name: str, action: str, detail: str, why: str) -> None:
        actor = Actor(name, scope["client"][0], self._clock())
        told = RecordAction(
            action=action, subject="api", detail=detail, outcome=Audit.REFUSED, reason=why
        )
        with suppress(Unavailable):
            await run_in_threadpool(self._database.write, actions.note, actor, told)


def _unknown() -> Problem:
    return Problem(401, "this token is nobody's, or was revoked", kind="bad-token")


def _over() -> Problem:
    return Problem(401, "this session has ended: sign in again", kind="expired-token")


def _expired(at: datetime | None) -> Problem:
    when = times.write(at) if at else ""
    return Problem(401, f"this token expired at {when}: ask for another", kind="expired-token")


def _seconds() -> float:
    return asyncio.get_running_loop().time()
