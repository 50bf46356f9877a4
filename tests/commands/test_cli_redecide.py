"""`ampledger redecide`: what today's code would decide, of SQLite and of PostgreSQL."""

import json

import pytest
from typer.testing import CliRunner

from commands import opening, settings
from commands.cli import application
from domain.model.token import Token
from domain.model.values import Standing, Verdict
from tests.domain.house import House, heartbeat, start, stop


@pytest.fixture(params=["sqlite", "postgresql"])
def charged(request, tmp_path, monkeypatch):
    """A database in which a station charged, a command line that finds it."""
    monkeypatch.setenv("AMPLEDGER_DATA", str(tmp_path / "data"))
    if request.param == "postgresql":
        monkeypatch.setenv("AMPLEDGER_DATABASE_URL", request.getfixturevalue("postgres_database"))
    log, database = opening.open_database(settings.read())
    house = House(opening.sealed(log, database))
    house.settle()
    number = house.ask(start())[2]["transactionId"]
    house.ask(stop(number))
    house.ask([2, "a", "Authorize", {"idTag": "ABC"}])
    house.ask(heartbeat())
    log.close()
    database.close()


def redecide(*words):
    return CliRunner().invoke(application(), ["redecide", *words])


def blocked(monkeypatch):
    monkeypatch.setattr(Token, "judge", lambda *_: Verdict(Standing.BLOCKED))


@pytest.mark.usefixtures("charged")
def test_by_the_same_code_nothing_is_otherwise():
    ran = redecide("--json")
    assert ran.exit_code == 0, ran.output
    told = json.loads(ran.stdout)
    assert (told["rows"], told["identical"], told["differences"]) == (7, 7, [])
    assert redecide("--station", "CP1", "--from", "2026-05-01").exit_code == 0


@pytest.mark.usefixtures("charged")
def test_what_would_be_otherwise_is_told_and_is_no_success(monkeypatch):
    blocked(monkeypatch)
    ran = redecide()
    assert ran.exit_code == 1
    assert "transaction:1 transaction.judged standing" in ran.stdout
    ran = redecide("--json", "--most", "1")
    told = json.loads(ran.stdout)
    assert (told["different"], told["by_station"], len(told["differences"])) == (2, {"CP1": 2}, 1)
    change = {"what": "transaction:1 transaction.judged standing", "was": "Accepted"}
    assert change | {"would_be": "Blocked"} in told["differences"][0]["changes"]


@pytest.mark.usefixtures("charged")
def test_rows_are_chosen_by_time_and_station(monkeypatch):
    blocked(monkeypatch)
    assert json.loads(redecide("--json", "--station", "token:abc").stdout)["rows"] == 1
    assert json.loads(redecide("--json", "--from", "2027-01-01").stdout)["rows"] == 0
    assert json.loads(redecide("--json", "--to", "2026-05-01").stdout)["rows"] == 0
    assert redecide("--from", "noon").exit_code == 1


def test_nothing_is_made_where_there_is_nothing(tmp_path, monkeypatch):
    monkeypatch.setenv("AMPLEDGER_DATA", str(tmp_path))
    ran = redecide()
    assert ran.exit_code == 1
    assert "there is no database" in ran.output
    assert not list(tmp_path.glob("*.db"))


@pytest.mark.usefixtures("charged")
def test_it_only_reads():
    def dump():
        log, database = opening.open_database(settings.read())
        try:
            rows = opening.sealed(log, database).frames(limit=100)
            return log.since(0, limit=100), rows, log.take_numbers(1)
        finally:
            log.close()
            database.close()

    facts, rows, numbers = dump()
    assert redecide().exit_code == 0
    after = dump()
    assert after[:2] == (facts, rows)
    assert after[2][0] == numbers[0] + 1
