"""A process that is many stations. It obeys its parent: connect, go, stop, tell."""

import asyncio
import gc
from dataclasses import dataclass
from multiprocessing.connection import Connection
from time import monotonic

import uvloop

from tests.bench.mix import MIXES, boot
from tests.bench.station import Station, Tally

_AT_ONCE = 32  # handshakes under way


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What one process of the load does."""

    url: str  # of the gateway, without the name of the station
    stations: tuple[str, ...]
    mix: str = "sessions"  # "" to stay silent after the boot
    boots: bool = True
    rate: float = 0.0  # calls due per second over all stations; 0: closed loop
    warm_up: float = 2.0  # s before anything is recorded


def work(job: Job, parent: "Connection[object, object]") -> None:
    """The whole life of the process; `parent` hears "ready" and the tally, and says when to go."""
    gc.freeze()
    gc.disable()
    uvloop.run(_work(job, parent))


async def _work(job: Job, parent: "Connection[object, object]") -> None:
    tally = Tally()
    stations = [Station(number, tally) for number in range(len(job.stations))]
    await _arrive(job, stations)
    parent.send("ready")
    if await _heard(parent) == "go" and job.mix:
        async with asyncio.TaskGroup() as group:
            pace = group.create_task(_run(job, stations, tally))
            await _heard(parent)  # "stop"
            pace.cancel()
        await _settle(stations, tally)
        parent.send(tally)
    for station in stations:
        station.leave()
    await asyncio.sleep(0.1)  # let the goodbyes leave


async def _heard(parent: "Connection[object, object]") -> object:
    """What the parent says; "" when it has gone."""
    try:
        return await asyncio.to_thread(parent.recv)
    except EOFError:
        return ""


async def _arrive(job: Job, stations: list[Station]) -> None:
    """Connect and boot every station, a few at a time."""
    gate = asyncio.Semaphore(_AT_ONCE)

    async def arrive(station: Station, name: str) -> None:
        async with gate, asyncio.timeout(60):
            await station.connect(f"{job.url}/{name}")
            if job.boots:
                station.perform(boot(), closed_loop=True)
                await station.performed

    async with asyncio.TaskGroup() as group:
        for station, name in zip(stations, job.stations, strict=True):
            group.create_task(arrive(station, name))


async def _run(job: Job, stations: list[Station], tally: Tally) -> None:
    for station in stations:
        station.perform(MIXES[job.mix](), closed_loop=not job.rate)
    asyncio.get_running_loop().call_later(job.warm_up, tally.begin)
    if job.rate:
        await _pace(job.rate, stations)


async def _pace(rate: float, stations: list[Station]) -> None:
    """Let calls fall due at a steady rate, in turn, for ever."""
    begin, count = monotonic(), 0
    while True:
        due = begin + count / rate
        await asyncio.sleep(max(0.0, due - monotonic()))
        stations[count % len(stations)].fall_due(due)
        count += 1


async def _settle(stations: list[Station], tally: Tally) -> None:
    """Stop, and wait for what is outstanding; an answer that does not come is an error."""
    tally.end()
    for station in stations:
        station.stop()
    _, unanswered = await asyncio.wait([station.performed for station in stations], timeout=15)
    tally.errors += len(unanswered)
