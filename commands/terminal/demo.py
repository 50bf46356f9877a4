"""`ampledger demo`: an installation of its own and a fleet that lives through a day, to look at."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Annotated
from urllib.request import urlopen

import typer

from commands import kept, links, settings
from commands.client import Client
from commands.refusal import Refusal
from commands.settings import PREFIX, Settings
from commands.terminal import scenery
from commands.terminal.output import plainly

_PROGRAM = (sys.executable, "-c", "from commands.cli import main; main()")
_OF_OTHERS = ("CONFIG", "DATABASE_URL", "BROKER_URL", "API_URL", "TOKEN", "ADMIN_TOKEN")
_CHOSEN = {"UNKNOWN_STATIONS": "refuse", "LOG_FORMAT": "json"}
_PATIENCE, _LOOK = 60.0, 0.1  # s for a process to be ready or to end, s between two looks
_TAIL = 2_000  # characters of a log
_PACE = ("--idle", "60", "--session", "150", "--sample", "5")

Process = subprocess.Popen[bytes]


@plainly
def demo(
    *,
    folder: Annotated[Path, typer.Option(help="of its data; without it all begins anew")] = Path(
        "demo-data"
    ),
    stations: Annotated[int, typer.Option(min=8, help="how many")] = 20,
) -> None:
    """Run everything with simulated stations, for a look around.

    They live through a day in fast motion. It is an installation of its own, on files, whatever
    the environment says of databases and brokers; ports are as set. Ctrl-C ends it in order.
    """
    for number in (signal.SIGINT, signal.SIGTERM):  # also where a shell has them ignored
        signal.signal(number, signal.default_int_handler)
    folder.mkdir(parents=True, exist_ok=True)
    chosen, file = _settings(folder), folder / "log"
    try:
        with file.open("wb") as log, _process("run", log=log) as system:
            _await_ready(system, chosen, file)
            _show(system, chosen, folder, stations)
    except KeyboardInterrupt:
        typer.echo("The demo has ended.")
        return
    raise Refusal(f"a part of it ended by itself; {file} may say why")


def _show(system: Process, chosen: Settings, folder: Path, stations: int) -> None:
    """Until one of the processes ends."""
    client = Client(links.here(chosen), (folder / kept.ADMIN_TOKEN).read_text().strip())
    names = [f"SIM-{number:05d}" for number in range(1, stations + 1)]
    scenery.build(client, folder / "stations", names)
    tags = [word for tag in scenery.CARDS for word in ("--tag", tag)]
    words = ("simulate", "--day", "--signed-values", "--stations", str(stations), *_PACE, *tags)
    url = f"ws://127.0.0.1:{chosen.gateway_port}"
    typer.echo(_welcome(client, chosen))
    with _process(*words, "--url", url, "--keep", str(folder / "stations")) as fleet:
        scenery.enliven(client, names)
        while system.poll() is None and fleet.poll() is None:
            time.sleep(_LOOK)


def _welcome(client: Client, chosen: Settings) -> str:
    """Where to look; the link is good once, and another one is made at the next start."""
    link = links.welcome(chosen, scenery.invitation(client))
    return (
        f"Ampledger is at {links.here(chosen)}\n"
        f"Choose a password for {scenery.GUEST}, who may do everything:\n{link}\n"
        "Ctrl-C ends the demo."
    )


def _settings(folder: Path) -> Settings:
    """Of the demo, also for the processes that it starts; raises SettingsError."""
    for name in _OF_OTHERS:
        os.environ.pop(f"{PREFIX}{name}", None)
    given = {**_CHOSEN, "DATA": str(folder)}
    os.environ.update({f"{PREFIX}{name}": value for name, value in given.items()})
    return settings.read()


@contextmanager
def _process(*words: str, log: IO[bytes] | None = None) -> Iterator[Process]:
    """A command of ours, out of reach of the terminal's Ctrl-C: it is ended in order.

    With a log it writes there, and what it would print, secrets that is, nowhere.
    """
    said = subprocess.DEVNULL if log else None
    process = subprocess.Popen(  # noqa: S603 - our own program, and numbers
        [*_PROGRAM, *words], stdout=said, stderr=log, start_new_session=True
    )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM if log else signal.SIGINT)
        try:
            process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _await_ready(system: Process, chosen: Settings, log: Path) -> None:
    """Raises Refusal when it does not get there."""
    deadline = time.monotonic() + _PATIENCE
    while not _is_ready(f"http://{chosen.ops_host}:{chosen.ops_port_of('run')}/readyz"):
        if system.poll() is not None or time.monotonic() > deadline:
            raise Refusal(f"it does not get ready:\n{log.read_text(errors='replace')[-_TAIL:]}")
        time.sleep(_LOOK)


def _is_ready(url: str) -> bool:
    try:
        with urlopen(url, timeout=_PATIENCE):  # noqa: S310 - http:, see above
            return True
    except OSError:  # an HTTPError is one too
        return False
