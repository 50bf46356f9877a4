"""`python -m tests.bench.redecision`: how fast the journal of a busy day is decided again."""

import argparse
import resource
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, process_time

import orjson

from commands import opening, settings
from commands.redeciding import Span, redeciding
from commands.settings import Settings
from domain import wire
from domain.model import operations as op
from domain.model.token import Permit
from domain.model.values import Profile
from tests.domain.house import House

_STATIONS = [f"CP{number}" for number in range(300)]
_CONNECTION = 7
_SESSION = 30  # rounds of five seconds: a start, readings and heartbeats, a stop


def main() -> None:
    """Make a journal in a folder of its own, decide it again, print what it took."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=60_000)
    rows: int = parser.parse_args().rows
    with TemporaryDirectory() as folder:
        chosen = settings.read(data=Path(folder))
        begun = process_time()
        _make(chosen, rows)
        print(f"journal made: {process_time() - begun:.1f} s of processor time")
        _decide_again(chosen)


def _make(chosen: Settings, rows: int) -> None:
    stored, database = opening.open_database(chosen)
    house = House(opening.sealed(stored, database))
    house.process(*(house.wish(_registered(name)) for name in _STATIONS))
    house.process(*(house.wish(_issued(name)) for name in _STATIONS))
    house.process(*(house.opened(name, _CONNECTION) for name in _STATIONS))
    running: dict[str, int] = {}
    for number in range(rows // len(_STATIONS)):
        house.now += timedelta(seconds=5)
        frames = _round(house, number, running)
        for station, answer in _answers(house, frames):
            if "transactionId" in answer:
                running[station] = answer["transactionId"]
    stored.close()
    database.close()


def _registered(station: str) -> op.RegisterStation:
    return op.RegisterStation(station=station, profile=Profile())


def _issued(station: str) -> op.IssueToken:
    return op.IssueToken(id_tag=f"TAG-{station}", permit=Permit())


def _round(house: House, number: int, running: dict[str, int]) -> Iterator[wire.Received]:
    for station in _STATIONS:
        name, payload = _said(house, number, station, running)
        yield house.received([2, f"{number}", name, payload], station, _CONNECTION)


def _said(
    house: House, number: int, station: str, running: dict[str, int]
) -> tuple[str, dict[str, object]]:
    """What a station says in a round of its session."""
    at = house.now.isoformat().replace("+00:00", "Z")
    match number % _SESSION:
        case 0:
            started = {"connectorId": 1, "idTag": f"TAG-{station}", "meterStart": number}
            return "StartTransaction", started | {"timestamp": at}
        case 28:
            ended = {"transactionId": running[station], "meterStop": number + 1000}
            return "StopTransaction", ended | {"timestamp": at}
        case 1 | 29 as turn:
            status = {"connectorId": 1, "errorCode": "NoError", "timestamp": at}
            return "StatusNotification", status | {
                "status": "Charging" if turn == 1 else "Available"
            }
        case turn if turn % 2:
            value = {"timestamp": at, "sampledValue": [{"value": str(number * 10), "unit": "Wh"}]}
            about = {"connectorId": 1, "transactionId": running[station]}
            return "MeterValues", about | {"meterValue": [value]}
    return "Heartbeat", {}


def _answers(house: House, frames: Iterator[wire.Received]) -> Iterator[tuple[str, dict[str, int]]]:
    for _, told in house.process(*frames).to_gateways:
        if isinstance(told, wire.Answer):
            yield told.station, orjson.loads(told.frame)[2]


def _decide_again(chosen: Settings) -> None:
    peaks: list[int] = []
    begun, worked = perf_counter(), process_time()
    with redeciding(chosen, Span()) as work:
        report = work.run(lambda *_: peaks.append(_peak()), most=1)
    seconds, worked = perf_counter() - begun, process_time() - worked
    figures = (
        f"{report.rows} rows, {report.facts} facts, {report.identical} identical",
        f"{report.rows / worked:.0f} rows/s of processor time, {report.rows / seconds:.0f} rows/s",
        f"peak memory {peaks[len(peaks) // 4]} MiB after a quarter, {peaks[-1]} MiB at the end",
    )
    for line in figures:
        print(line)


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


if __name__ == "__main__":
    main()
