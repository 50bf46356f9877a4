"""How fast read models are built beside: `python -m tests.bench.rebuild [URL] [--sessions N]`.

Without a URL on SQLite files, else on a PostgreSQL database, which should be empty.
"""

import argparse
import json
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from time import perf_counter, process_time

from commands.clock import SystemClock
from commands.opening import sealed
from domain import facts
from domain.log import Log, StoredFact
from domain.model.aggregate import Aggregate
from domain.model.connector import Connector
from domain.model.meter import Meter
from domain.model.station import Station
from domain.model.transaction import Start, Stop, Transaction
from domain.model.values import Boot, Profile, Standing, Verdict
from domain.store.opening import migrate, open_log
from projections import builds
from projections.building import Builder
from projections.database import Database
from projections.engines import engine, writing
from projections.migration import READ_MODELS
from projections.projector import Projector

_NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
_STATIONS = 200
_READINGS = 8  # of a session
_TOGETHER = 500  # facts of a commit


def main() -> None:
    """Fill a log, project it, build all read models anew, then one."""
    options = argparse.ArgumentParser()
    options.add_argument("url", nargs="?", default="")
    options.add_argument("--sessions", type=int, default=4000)
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        log_url = chosen.url or f"sqlite:///{folder}/log.db"
        migrate(log_url)
        stored = open_log(log_url)
        database = Database(engine(chosen.url or f"sqlite:///{folder}/read.db"))
        database.migrate()
        log = sealed(stored, database)
        _fill(log, chosen.sessions)
        _report(log, database)
        database.close()
        stored.close()


def _report(log: Log, database: Database) -> None:
    head = log.position()
    projector = Projector(database.engine, log, READ_MODELS, clock=SystemClock())
    print(f"{head} facts")
    _measure("projected live", head, lambda: projector.step().moved)
    by_name = {model.name: model for model in READ_MODELS}
    for names in (list(by_name), ["transactions"], ["meter_values"]):
        models = [by_name[name] for name in names]
        with writing(database.engine) as connection:
            asked = [model.table.name for model in models]
            builds.ask(connection, asked, by="bench", at=_NOON)
        builder = Builder(database.engine, log, READ_MODELS, owner="bench", clock=SystemClock())
        _measure(f"built {len(names)}: {names[0]} …", head, partial(builder.step, active=True))


def _measure(what: str, head: int, step: Callable[[], bool]) -> None:
    begun, worked = perf_counter(), process_time()
    while step():
        pass
    took, work = perf_counter() - begun, process_time() - worked
    told = f"{head / took:,.0f} facts a second, {head / work:,.0f} per second of this process"
    print(f"{what}: {told}")


def _fill(log: Log, sessions: int) -> None:
    waiting: list[StoredFact] = []
    for each in _facts(sessions):
        waiting.append(each)
        if len(waiting) >= _TOGETHER:
            log.commit(waiting, [])
            waiting = []
    log.commit(waiting, [])


def _facts(sessions: int) -> Iterator[StoredFact]:
    connectors = {}
    for number in range(_STATIONS):
        station = Station.register(f"CP{number}", Profile(), by="bench", at=_NOON)
        station.boot(Boot("v", "m"), at=_NOON)
        connectors[number] = Connector.appear(f"CP{number}", 1, at=_NOON)
        yield from _told(station, connectors[number])
    for session in range(sessions):
        number, at = session % _STATIONS, _NOON + timedelta(minutes=session)
        yield from _told(*_session(session + 1, f"CP{number}", connectors[number], at))


def _session(number: int, id: str, connector: Connector, at: datetime) -> Iterator[Aggregate]:
    connector.take(number, at=at)
    transaction = Transaction.start(number, Start(id, 1, f"T{number % 500}", 100, at), at=at)
    transaction.judge(Verdict(Standing.ACCEPTED), at=at)
    yield connector
    yield _read(id, number, at)
    transaction.stop(Stop(5_000, at), at=at)
    yield transaction
    connector.free(number, at=at)
    yield connector


def _read(station: str, transaction: int, at: datetime) -> Meter:
    meter = Meter.resume(Meter.of_transaction(transaction), [], at=at)
    for number in range(_READINGS):
        register = 100 + 600 * number
        samples = [{"value": str(register)}, {"value": "16", "unit": "A"}, {"value": "230"}]
        meter.read(
            json.dumps(samples),
            station=station,
            connector=1,
            transaction=transaction,
            sampled_at=at + timedelta(minutes=number),
            register_wh=register,
            source="MeterValues",
            at=at,
        )
    return meter


def _told(*aggregates: Aggregate) -> Iterator[StoredFact]:
    for each in aggregates:
        for fact in each.collect_events():
            yield facts.encode(fact, "bench")  # type: ignore[arg-type]  # as in the repository


if __name__ == "__main__":
    main()
