"""`ampledger run`, and the four roles one by one."""

import asyncio
import logging

import typer

from commands.settings import Role
from commands.terminal.connection import Config, Data, Files, settings_of
from commands.terminal.output import plainly

Context = typer.Context

_log = logging.getLogger("ampledger.run")


@plainly
def run(context: Context, config: Config = None, data: Data = None) -> None:
    """Run everything in one process.

    Without settings: on SQLite files and a broker within the process.
    """
    _serve(context, "run", Files(config, data))


@plainly
def gateway(context: Context, config: Config = None, data: Data = None) -> None:
    """Hold the sockets of the stations."""
    _serve(context, "gateway", Files(config, data))


@plainly
def domain(context: Context, config: Config = None, data: Data = None) -> None:
    """Decide what follows from what is said and wished."""
    _serve(context, "domain", Files(config, data))


@plainly
def projections(context: Context, config: Config = None, data: Data = None) -> None:
    """Keep the read models, send the calls, watch the time."""
    _serve(context, "projections", Files(config, data))


@plainly
def api(context: Context, config: Config = None, data: Data = None) -> None:
    """Serve the HTTP API."""
    _serve(context, "api", Files(config, data))


def _serve(context: Context, role: Role, files: Files) -> None:
    import uvloop  # noqa: PLC0415 - a second that other commands need not wait

    from commands import logs  # noqa: PLC0415 - likewise
    from commands.run import serve  # noqa: PLC0415 - likewise

    settings = settings_of(context, files)
    logs.configure(settings.log_format, settings.log_level)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        try:
            runner.run(serve(role, settings))
        except ExceptionGroup:
            _log.critical("a part failed: the process ends", exc_info=True)
            raise typer.Exit(1) from None
