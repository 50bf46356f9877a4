"""The doors of the API with nothing behind them, and a clock of our own."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import httpx
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from commands import keys
from commands.api.bounds import Bounded, Bounds
from commands.api.requests import Requests
from commands.api.signing_in import SigningIn
from projections import actions, members
from projections.actions import Actor
from projections.database import Database
from projections.engines import engine

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


class Doorstep:
    """Whoever gets in is told who they are, as soon as they may leave."""

    def __init__(self, bounds: Bounds) -> None:
        self.database = Database(engine("sqlite://"))
        self.database.migrate()
        self.now = NOON
        self.arrivals: asyncio.Queue[str] = asyncio.Queue()
        self.may_leave = asyncio.Event()
        self.may_leave.set()
        signing_in = SigningIn(self._greet, self.database, lambda: self.now, bounds)
        self._app = Requests(Bounded(signing_in, bounds), bounds.trusted)

    def user(self, name: str = "olga", *, days: int | None = None) -> str:
        """A new user's token."""
        secret = keys.new_token()
        kept = keys.token_of(name, secret, name="first", days=days, by="", at=self.now)
        self.database.write(members.add, name, "viewer", kept, Actor("", "", self.now))
        return secret

    def told(self) -> list[tuple[str, str, str]]:
        """The sign-ins that failed, on their way to the record: name, origin, what it says."""
        found = self.database.read(lambda c: list(actions.untold(c, self.now)))
        wishes = (wish for _, wish in found)
        return [(w.by, w.origin, w.body.decode()) for w in wishes if b"SignIn" in w.body]  # type: ignore[union-attr]

    def later(self, **time: float) -> None:
        self.now += timedelta(**time)

    @asynccontextmanager
    async def client(
        self, token: str = "", *, peer: str = "192.0.2.7", **headers: str
    ) -> AsyncIterator[httpx.AsyncClient]:
        given = {"Authorization": f"Bearer {token}"} if token else {}
        transport = httpx.ASGITransport(self._app, client=(peer, 4711))
        async with httpx.AsyncClient(
            transport=transport, base_url="http://api/api/v1", headers=given | headers
        ) as client:
            yield client

    async def _greet(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        await request.body()
        self.arrivals.put_nowait(request.url.path)
        await self.may_leave.wait()
        holder, host = request.state.holder, request.client.host if request.client else ""
        told = f"{holder.name} from {host} by {request.url.scheme}"
        await PlainTextResponse(told)(scope, receive, send)
