"""`ampledger export`: what happened as files, from SQLite and from PostgreSQL."""

import json
from datetime import UTC, datetime, timedelta

import duckdb
import pandas as pd
import pytest
from typer.testing import CliRunner

from commands import opening, settings
from commands.cli import application
from projections.migration import READ_MODELS
from projections.projector import Projector
from tests.domain.house import House, heartbeat, start

TAG = "ABC"
READING = {
    "timestamp": "2026-05-01T12:00:30.500Z",
    "sampledValue": [{"value": "150"}, {"value": "x"}],
}


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request, tmp_path, monkeypatch):
    """A database in which two stations charged, and a command line that finds it."""
    monkeypatch.setenv("AMPLEDGER_DATA", str(tmp_path / "data"))
    if request.param == "postgresql":
        monkeypatch.setenv("AMPLEDGER_DATABASE_URL", request.getfixturevalue("postgres_database"))
    log, database = opening.open_database(settings.read())
    house = House(opening.sealed(log, database))
    charge(house)
    projector = Projector(database.engine, house.log, READ_MODELS, clock=lambda: house.now)
    while projector.step().moved:
        pass
    log.close()
    database.close()
    return tmp_path


def charge(house):
    house.settle()
    number = house.ask(start())[2]["transactionId"]
    values = {"connectorId": 1, "transactionId": number, "meterValue": [READING]}
    house.ask([2, "m1", "MeterValues", values])
    stop = {"transactionId": number, "meterStop": 900, "timestamp": "2026-05-01T12:05:00Z"}
    house.ask([2, "e1", "StopTransaction", stop])
    house.now += timedelta(days=1)
    house.ask(heartbeat("ä\udc00".encode("utf-8", "replace").decode()))
    house.ask([2, "m2", "MeterValues", {"connectorId": 1, "meterValue": [READING]}])


def export(*words):
    return CliRunner().invoke(application(), ["export", *map(str, words)])


def lines(*words):
    ran = export(*words)
    assert ran.exit_code == 0, ran.stderr
    return [json.loads(line) for line in ran.stdout.splitlines()]


@pytest.mark.usefixtures("place")
def test_a_transaction_is_a_row():
    (row,) = lines("transactions", "-")
    assert (row["station"], row["id_tag"], row["state"]) == ("CP1", TAG, "stopped")
    assert (row["meter_start_wh"], row["energy_wh"], row["parent"]) == (100, 800, "")
    assert row["stopped_at"] == "2026-05-01T12:05:00Z"
    assert row["closed_at"] is None


def test_duckdb_reads_a_parquet_file(place):
    path = place / "readings.parquet"
    assert export("meter-values", path).exit_code == 0
    asked = f"SELECT sum(value), count(*), epoch_ms(max(sampled_at)) FROM '{path}'"
    ((*found,),) = duckdb.execute(asked).fetchall()
    assert found[:2] == [300.0, 4]
    assert found[2] == datetime(2026, 5, 1, 12, 0, 30, 500_000, tzinfo=UTC).timestamp() * 1000


def test_pandas_reads_parquet_and_csv_alike(place):
    for what in ("transactions", "meter-values", "journal", "events"):
        assert export(what, place / "a.parquet").exit_code == 0
        assert export(what, place / "a.csv").exit_code == 0
        columnar, plain = pd.read_parquet(place / "a.parquet"), pd.read_csv(place / "a.csv")
        assert list(columnar.columns) == list(plain.columns)
        assert len(columnar) == len(plain) > 0
    assert str(columnar["time"].dtype).startswith("datetime64[")
    assert columnar["position"].is_monotonic_increasing


@pytest.mark.usefixtures("place")
def test_the_journal_has_every_message_and_its_answer():
    rows = lines("journal", "-")
    (started,) = [row for row in rows if row["action"] == "StartTransaction"]
    assert json.loads(started["payload"]) == start()
    assert json.loads(started["answer"])[2]["idTagInfo"] == {"status": "Accepted"}
    assert [row["position"] for row in rows] == sorted(row["position"] for row in rows)


@pytest.mark.usefixtures("place")
def test_an_event_is_public_and_names_no_tag():
    rows = lines("events", "-", "--station", "CP1")
    assert {row["station"] for row in rows} == {"CP1"}
    bodies = [json.loads(row["body"]) for row in rows]
    assert [body["id"] for body in bodies] == [str(row["position"]) for row in rows]
    assert not any(f'"{TAG}"' in row["body"] for row in rows)


@pytest.mark.usefixtures("place")
@pytest.mark.parametrize("what", ["meter-values", "journal", "events"])
def test_only_what_was_received_within_the_span_is_written(what):
    whole = lines(what, "-")
    first = lines(what, "-", "--to", "2026-05-02")
    second = lines(what, "-", "--from", "2026-05-02T00:00:00Z", "--to", "2026-05-03")
    assert first
    assert second
    assert first + second == whole


def test_a_station_nobody_knows_has_no_rows(place):
    for what in ("transactions", "meter-values", "journal", "events"):
        path = place / f"{what}.parquet"
        ran = export(what, path, "--station", "CP9")
        assert (ran.exit_code, ran.stderr) == (0, "0 rows\n")
        assert pd.read_parquet(path).empty


def test_what_is_no_instant_is_told_in_one_line(place):
    ran = export("events", place / "x.csv", "--from", "yesterday")
    assert (ran.exit_code, ran.stderr.count("\n")) == (1, 1)
    assert "yesterday is no instant" in ran.stderr
    assert list(place.glob("x.csv*")) == []


def test_a_file_that_cannot_be_written_leaves_nothing(place):
    ran = export("events", place / "nowhere" / "x.csv")
    assert ran.exit_code == 1
    assert "nowhere" in ran.stderr
