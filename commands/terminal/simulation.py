"""`ampledger simulate`: stations that are none, to try the system with."""

import asyncio
import json
import sys
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
import uvloop
from rich.console import Console
from rich.live import Live
from rich.table import Table

from commands.simulate.counts import FleetCounts
from commands.simulate.keyring import MUTUAL, Keyring
from commands.terminal import adoption
from commands.terminal.connection import client_of, settings_of
from commands.terminal.output import AsJson, fail, plainly

Running = Coroutine[None, None, FleetCounts]
_INCIDENTS = 180.0  # mean s between two at a station that lives through a day


@plainly
def simulate(
    context: typer.Context,
    *,
    stations: Annotated[int, typer.Option(min=1, help="how many")] = 10,
    seconds: Annotated[float, typer.Option(min=0, help="0: until interrupted")] = 0,
    url: Annotated[
        list[str] | None,
        typer.Option(help="of the gateway, ws:// or wss://; repeatable; none: on this machine"),
    ] = None,
    security_profile: Annotated[
        int | None, typer.Option(min=0, max=3, help="of OCPP; none: 1 for ws://, 2 for wss://")
    ] = None,
    ca: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="certificates that a wss:// is checked by"),
    ] = None,
    prefix: Annotated[str, typer.Option(help="of the stations' identities")] = "SIM-",
    keep: Annotated[
        Path | None, typer.Option(help="folder for their secrets; none: they are forgotten")
    ] = None,
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="read a line: the password of all of them")
    ] = False,
    idle: Annotated[float, typer.Option(min=0.1, help="mean s between two cars")] = 30,
    session: Annotated[float, typer.Option(min=0.1, help="mean s of a session")] = 60,
    sample: Annotated[float, typer.Option(min=0.1, help="s between meter values")] = 10,
    signed_values: Annotated[
        bool, typer.Option("--signed-values", help="have their meters sign (OCMF)")
    ] = False,
    adopt: Annotated[
        bool, typer.Option("--adopt", help="register them with the API first, with secrets")
    ] = False,
    day: Annotated[
        bool, typer.Option("--day", help="a day in fast motion: batteries, faults, absences, …")
    ] = False,
    tag: Annotated[
        list[str] | None, typer.Option(help="of a driver; repeatable; none: one of their own")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Simulate stations.

    They boot, charge, and do what they are called for. With --adopt each gets a password of its
    own; for security profile 3 it has itself a certificate signed, and is promoted once it has it.
    With --day things happen to them, and one more knocks that nobody has registered.
    Exit code 1: none of them could connect.
    """
    try:
        from commands.simulate import fleet, visits  # noqa: PLC0415 - needs the extra `sim`
    except ModuleNotFoundError:
        fail("the simulator is an extra: pip install 'ampledger[sim]'")
    urls = url or adoption.addresses(settings_of(context))
    usual = 2 if all(each.startswith("wss:") for each in urls) else 1
    names = [f"{prefix}{number:05d}" for number in range(1, stations + 1)]
    roots = adoption.certificates(ca)
    rings = {
        name: adoption.keyring(keep and keep / f"{name}.json", security_profile, usual, roots)
        for name in names
    }
    if password_stdin:
        _share(sys.stdin.readline().rstrip("\n"), rings.values())
    if adopt:
        adoption.adopt(client_of(context), rings)
    enrols = adopt and security_profile == MUTUAL
    sponsor = adoption.Sponsor(client_of(context)) if enrols else None
    if day:  # one that nobody has registered
        rings[f"{prefix}UNKNOWN"] = Keyring()
    chosen = fleet.Fleet(urls, rings, tuple(tag or [adoption.TAG]), sponsor, signed_values)
    pace = visits.Pace(idle, session, sample, incidents=day * _INCIDENTS, batteries=day)
    counts = _run(partial(fleet.simulate, chosen, pace, seconds))
    if as_json:
        _tell(counts)
    if not counts.connections:
        hint = "; --adopt registers them" if _is_unknown(counts.last_error) else ""
        fail(f"no station could connect: {counts.last_error or 'there was no time'}{hint}")


def _run(simulation: Callable[[Callable[[FleetCounts], None]], Running]) -> FleetCounts:
    """To its end, with a table on the terminal."""
    console = Console(stderr=True)
    with Live(console=console, refresh_per_second=2) as live:
        running = simulation(lambda counts: live.update(_table(counts)))
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            counts = runner.run(running)
    if not console.is_terminal:
        typer.echo(err=True)  # the table's last line is left open there
    return counts


def _tell(counts: FleetCounts) -> None:
    told = {name: value for name, value in asdict(counts).items() if name != "seconds"}
    typer.echo(json.dumps({**told, "p50": counts.percentile(0.5), "p99": counts.percentile(0.99)}))


def _is_unknown(error: str) -> bool:
    return "HTTP 404" in error or "HTTP 401" in error


def _share(password: str, rings: Iterable[Keyring]) -> None:
    for ring in rings:
        ring.password = password


def _table(counts: FleetCounts) -> Table:
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_row("connected", f"{counts.connected} of {counts.stations}")
    table.add_row("charging", f"{counts.charging}; {counts.sessions} sessions done")
    table.add_row("energy", f"{counts.energy_wh / 1000:.1f} kWh")
    table.add_row("calls", f"{counts.calls} sent, {counts.commands} received")
    p50, p99 = counts.percentile(0.5) * 1000, counts.percentile(0.99) * 1000
    table.add_row("answered within", f"{p50:.0f} ms (half), {p99:.0f} ms (99 %)")
    table.add_row("errors", f"{counts.errors} {counts.last_error}")
    return table
