"""`ampledger rebuild` beside an installation that runs, and before a release that is to run."""

import json
from contextlib import contextmanager

import pytest

from commands import opening, settings
from projections import builds, positions, stations, tokens
from projections.builds import NEXT
from projections.engines import engine, writing
from tests.installation import Installation


def shown(ampledger):
    rows = map(json.loads, ampledger("rebuild", "--json").stdout.splitlines())
    return {row["name"]: row for row in rows}


@pytest.fixture(params=["sqlite", "postgresql"])
def installation(request, tmp_path):
    url = {}
    if request.param == "postgresql":
        url = {"DATABASE_URL": request.getfixturevalue("postgres_database")}
    with Installation(tmp_path, **url) as running:
        yield running


@pytest.fixture
def ampledger(installation, ampledger, monkeypatch):
    """It opens the database itself, and so has to be told where that is."""
    monkeypatch.setenv("AMPLEDGER_DATABASE_URL", installation.database_url)
    monkeypatch.setenv("AMPLEDGER_SECRET_KEY", installation._settings["SECRET_KEY"])
    return ampledger


def as_before(installation, *models):
    """The database as a release leaves it that knows other versions of these read models."""
    with database_of(installation) as connection:
        for model in models:
            connection.execute(model.table.delete())
            positions.drop(connection, positions.key_of(model))


@contextmanager
def database_of(installation):
    folder = installation._folder / "data"
    chosen = settings.read(data=folder, database_url=installation.database_url)
    database = engine(opening.urls(chosen)[1])
    with writing(database) as connection:
        yield connection
    database.dispose()


def test_read_models_are_built_while_people_read_and_before_a_release_reads_them(
    installation, ampledger
):
    installation.start("run")
    ampledger("tokens", "add", "T1")
    ampledger("stations", "add", "CP1")
    assert "is built by the projections" in ampledger("rebuild", "tokens", "--wait").stdout
    row = shown(ampledger)["tokens"]
    assert (row["read"], row["build"], row["percent"], row["missed"]) == (True, "finished", 100, 0)
    assert ampledger("rebuild", "--all", "--wait").stdout.endswith("all are switched\n")
    assert ampledger("rebuild", "--ahead").stdout == "every read model of this release is there\n"
    assert ampledger("rebuild", "--tidy").stdout == "there is nothing to drop\n"
    installation.end("run")

    as_before(installation, tokens.MODEL, stations.MODEL)
    assert {n for n, row in shown(ampledger).items() if not row["read"]} == {"tokens", "stations"}
    assert "stations, tokens: built" in ampledger("rebuild", "--ahead").stdout
    row = shown(ampledger)["tokens"]
    assert (row["read"], row["build"]) == (False, "following")

    ask_anew(installation, stations.MODEL)
    installation.start("run")  # builds itself what was not built ahead
    assert listed(ampledger, "tokens") == ["T1"]
    assert listed(ampledger, "stations") == ["CP1"]


def ask_anew(installation, model):
    """As if it had not been built ahead."""
    with database_of(installation) as connection:
        positions.drop(connection, f"{positions.key_of(model)}{NEXT}")
        builds.forget(connection, positions.key_of(model))


def listed(ampledger, what):
    lines = ampledger(what, "list", "--json").stdout.splitlines()
    return [row.get("id_tag") or row["id"] for row in map(json.loads, lines)]
