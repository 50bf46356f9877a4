"""`ampledger run`, and the four roles one by one."""

import asyncio

import typer
import uvloop

from commands import logs
from commands.run import serve
from commands.settings import Role
from commands.terminal.connection import Config, Data, settings_of
from commands.terminal.output import plainly

Context = typer.Context


@plainly
def run(context: Context, config: Config = None, data: Data = None) -> None:
    """Run everything in one process; without settings on SQLite files and an in-process broker."""
    _serve(context, "run")


@plainly
def gateway(context: Context, config: Config = None, data: Data = None) -> None:
    """Hold the sockets of the stations."""
    _serve(context, "gateway")


@plainly
def domain(context: Context, config: Config = None, data: Data = None) -> None:
    """Decide what the stations say and the operators wish."""
    _serve(context, "domain")


@plainly
def projections(context: Context, config: Config = None, data: Data = None) -> None:
    """Keep the read models, send the calls, watch the time."""
    _serve(context, "projections")


@plainly
def api(context: Context, config: Config = None, data: Data = None) -> None:
    """Serve the HTTP API."""
    _serve(context, "api")


def _serve(context: Context, role: Role) -> None:
    settings = settings_of(context)
    logs.configure(settings.log_format, settings.log_level)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve(role, settings))
