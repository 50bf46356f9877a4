"""The pages as an application; NiceGUI has one a process, and here it is made (ADR 0036)."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version
from inspect import Parameter, Signature
from urllib.parse import unquote

from fastapi import FastAPI, Request
from nicegui import app as nicegui
from nicegui import ui
from starlette.types import ASGIApp

from commands.api.bounds import Bounded, Bounds
from commands.api.requests import Requests
from commands.ui import belonging, faults, shell
from commands.ui.entrance import Entrance
from commands.ui.front import Front
from commands.ui.guard import Guard, Guest, cookie
from commands.ui.pulse import Pulse
from commands.ui.route import Page
from commands.ui.routes import PAGES
from commands.ui.visit import Visit
from commands.ui.zone import COOKIE, Zone

_RESPONSE = 20.0  # s in which a page must be built
_AWAY = 30.0  # s that a page is kept whose browser went away
_RESENT = 100  # messages kept for it; after more the page loads itself again
_HEAD = (
    '<link rel="stylesheet" href="/ui/ampledger.css?{0}">'
    '<script src="/ui/ampledger.js?{0}" defer></script>'
)


class Interface:
    """Pages in front of an API: `app` is what a server answers with, while `running`."""

    def __init__(self, api: ASGIApp, bounds: Bounds, pulse: Pulse) -> None:
        self._pulse = pulse
        self._host = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
        for page in (*PAGES, faults.MISSING):  # in the order in which they are tried
            _register(page, pulse)
        ui.add_head_html(_HEAD.format(version("ampledger")), shared=True)
        nicegui.on_page_exception(faults.failed)
        nicegui.colors(primary="#0b5cad", secondary="#51606e", negative="#b3261e")
        ui.run_with(
            self._host,
            title="Ampledger",
            favicon=None,
            dark=None,
            language="en-GB",
            reconnect_timeout=_AWAY,
            message_history_length=_RESENT,
            binding_refresh_interval=None,
            tailwind=False,
            show_welcome_message=False,
        )
        belonging.bind()
        guarded = Guard(self._host, Entrance(api).app(), api)
        self.app = Front(api, Requests(Bounded(guarded, bounds), bounds.trusted))

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """What pages need beside the server."""
        async with self._host.router.lifespan_context(self._host), asyncio.TaskGroup() as group:
            beating = group.create_task(self._pulse.run())
            yield
            beating.cancel()


def _register(page: Page, pulse: Pulse) -> None:
    """Have NiceGUI build it for whoever asks; segments of the path come decoded."""
    parts = (each for each in page.path.split("/") if each.startswith("{"))
    names = [each[1:-1].partition(":")[0] for each in parts]

    async def build(request: Request, **segments: str) -> None:
        ui.on_exception(faults.notify)
        visit = _visit(request, pulse)
        named = {name: unquote(value) for name, value in segments.items()}
        ui.page_title(" · ".join((*named.values(), page.title, "Ampledger")))
        with shell.frame(visit, PAGES, page, cookie(request.scope, "ampledger_mode")):
            if visit.may(page.role):
                await page.show(visit, **named)
            else:
                ui.label(f"This page is for the role {page.role}; you are {visit.role}.")
        shell.watch(visit)  # the first timer has NiceGUI answer: what is awaited before is painted

    kinds = [Parameter("request", Parameter.POSITIONAL_OR_KEYWORD, annotation=Request)]
    kinds += [Parameter(name, Parameter.KEYWORD_ONLY, annotation=str) for name in names]
    build.__signature__ = Signature(kinds)  # type: ignore[attr-defined]  # as FastAPI reads it
    ui.page(page.path, response_timeout=_RESPONSE)(build)


def _visit(request: Request, pulse: Pulse) -> Visit:
    guest: Guest = request.state.guest
    zone = Zone(unquote(cookie(request.scope, COOKIE)))
    return Visit(
        api=guest.api,
        name=guest.name,
        role=guest.role,
        zone=zone,
        pulse=pulse,
        path=request.url.path,
        query=dict(request.query_params),
        client=ui.context.client,
    )
