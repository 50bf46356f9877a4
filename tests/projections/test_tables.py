from datetime import UTC, datetime, timedelta, timezone
from threading import Thread

import pytest
from sqlalchemy import Engine, select, text
from sqlalchemy.exc import IntegrityError

from projections.engines import engine, writing
from projections.migration import migrate
from projections.stations import STATIONS, StationRow
from projections.tables import _dicts, fetch, insert_many, upsert

NOON = datetime(2026, 5, 1, 12, 0, 0, 123456, tzinfo=UTC)


def _read(database: Engine) -> list[StationRow]:
    with database.connect() as connection:
        return fetch(connection, select(STATIONS).order_by(STATIONS.c.id), StationRow)


def test_a_record_comes_back_as_it_was(database):
    row = StationRow(id="CP1", online=True, connection=1 << 60, connected_at=NOON, note="Ü 'x' 雷")
    with writing(database) as connection:
        upsert(connection, STATIONS, [row])
    assert _read(database) == [row]


def test_copied_records_are_those_upserted(database):
    rows = [
        StationRow(id=f"CP{i}", online=bool(i % 2), connected_at=NOON if i else None, note="\t\\N")
        for i in range(3)
    ]
    with writing(database) as connection:
        insert_many(connection, STATIONS, rows)
    assert _read(database) == rows


def test_an_upsert_replaces_the_whole_row(database):
    with writing(database) as connection:
        upsert(connection, STATIONS, [StationRow(id="CP1", note="old", disconnect_code=1006)])
        upsert(connection, STATIONS, [StationRow(id="CP1"), StationRow(id="CP2")])
    assert _read(database) == [StationRow(id="CP1"), StationRow(id="CP2")]


def test_a_time_of_any_zone_is_that_instant_in_utc(database):
    elsewhere = NOON.astimezone(timezone(timedelta(hours=5, minutes=30)))
    with writing(database) as connection:
        upsert(connection, STATIONS, [StationRow(id="CP1", connected_at=elsewhere)])
    [row] = _read(database)
    assert row.connected_at == NOON
    assert row.connected_at.utcoffset() == timedelta(0)


def test_nothing_of_a_failed_transaction_stays(database):
    with pytest.raises(IntegrityError):
        _write_then_fail(database)
    assert _read(database) == []


def _write_then_fail(database: Engine) -> None:
    with writing(database) as connection:
        upsert(connection, STATIONS, [StationRow(id="CP1")])
        connection.execute(STATIONS.insert().values(_dicts(STATIONS, [StationRow(id="CP1")])))


def test_processes_that_start_together_migrate_once(empty):
    failures: list[Exception] = []

    def start() -> None:
        try:
            migrate(empty)
        except Exception as error:  # noqa: BLE001 - told to the main thread
            failures.append(error)

    threads = [Thread(target=start) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert failures == []


def test_migrating_again_changes_nothing(database):
    with writing(database) as connection:
        upsert(connection, STATIONS, [StationRow(id="CP1")])
    migrate(database)
    assert _read(database) == [StationRow(id="CP1")]


def test_every_read_model_has_a_view_without_version(database):
    with writing(database) as connection:
        upsert(connection, STATIONS, [StationRow(id="CP1", note="hello")])
    with database.connect() as connection:
        for name in ("connectors", "transactions", "meter_values", "tokens", "calls"):
            assert connection.execute(text(f"SELECT * FROM {name}")).all() == []
        for name in ("quarantine", "strangers"):
            assert connection.execute(text(f"SELECT * FROM {name}")).all() == []
        assert connection.scalar(text("SELECT note FROM stations")) == "hello"


def test_only_a_plain_name_is_a_schema():
    with pytest.raises(ValueError, match="schema"):
        engine("postgresql://nobody@localhost/", schema="a b; c")
