"""`ampledger simulate`: stations that are none, to try the system with."""

import asyncio
import json
from dataclasses import asdict
from typing import Annotated

import typer
import uvloop
from rich.console import Console
from rich.live import Live
from rich.table import Table

from commands.client import path_of
from commands.simulate.counts import FleetCounts
from commands.terminal.connection import client_of, settings_of
from commands.terminal.output import AsJson, fail, plainly

_TAG = "SIMULATED"


@plainly
def simulate(
    context: typer.Context,
    *,
    stations: Annotated[int, typer.Option(min=1, help="how many")] = 10,
    seconds: Annotated[float, typer.Option(min=0, help="0: until interrupted")] = 0,
    url: Annotated[str, typer.Option(help="of the gateway; empty: on this machine")] = "",
    prefix: Annotated[str, typer.Option(help="of the stations' identities")] = "SIM-",
    password: Annotated[str, typer.Option(help="HTTP Basic password of all of them")] = "",
    idle: Annotated[float, typer.Option(min=0.1, help="mean s between two cars")] = 30,
    session: Annotated[float, typer.Option(min=0.1, help="mean s of a session")] = 60,
    sample: Annotated[float, typer.Option(min=0.1, help="s between meter values")] = 10,
    adopt: Annotated[
        bool, typer.Option("--adopt", help="register them with the API first")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Simulate stations.

    They boot, charge, and do what they are called for. Exit code 1: none of them could connect.
    """
    try:
        from commands.simulate import fleet, visits  # noqa: PLC0415 - needs the extra `sim`
    except ModuleNotFoundError:
        fail("the simulator is an extra: pip install 'ampledger[sim]'")
    port = settings_of(context).gateway_port
    chosen = fleet.Fleet(stations, url or f"ws://127.0.0.1:{port}", prefix, password, (_TAG,))
    if adopt:
        _adopt(context, chosen.names(), password)
    pace = visits.Pace(idle=idle, session=session, sample=sample)
    console = Console(stderr=True)
    with Live(console=console, refresh_per_second=2) as live:
        running = fleet.simulate(chosen, pace, seconds, lambda counts: live.update(_table(counts)))
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            counts = runner.run(running)
    if not console.is_terminal:
        typer.echo(err=True)  # the table's last line is left open there
    if as_json:
        told = {name: value for name, value in asdict(counts).items() if name != "seconds"}
        typer.echo(
            json.dumps({**told, "p50": counts.percentile(0.5), "p99": counts.percentile(0.99)})
        )
    if not counts.connections:
        hint = "; --adopt registers them" if "HTTP 404" in counts.last_error else ""
        fail(f"no station could connect: {counts.last_error or 'there was no time'}{hint}")


def _adopt(context: typer.Context, names: list[str], password: str) -> None:
    client = client_of(context)
    client.put(path_of("tokens", _TAG), {"note": "of simulated stations"})
    body = {"note": "simulated", **({"password": password} if password else {})}
    for name in names:
        client.put(path_of("stations", name), body)


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
