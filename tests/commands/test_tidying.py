"""Files that nobody can find go in time; all others stay."""

import os
from datetime import UTC, datetime

import pytest

from commands.files.store import Store
from commands.files.tidying import Tidying
from projections import files
from projections.database import Database
from projections.engines import engine
from projections.files import DIAGNOSTICS, File


@pytest.fixture
def database():
    database = Database(engine("sqlite://"))
    database.migrate()
    yield database
    database.close()


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "files", most_bytes=10)


@pytest.fixture
def kept(store, tmp_path):
    """A file in the folder since so many seconds; its id."""

    def keep(seconds):
        draft = store.begin()
        draft.write(b"x")
        id = draft.keep().id
        path = tmp_path / "files" / id
        then = path.stat().st_mtime - seconds
        os.utime(path, (then, then))
        return id

    return keep


def registered(id):
    return File(
        id=id,
        kind=DIAGNOSTICS,
        name="log.txt",
        size=1,
        sha256="",
        station="CP1",
        subject="job",
        created_at=datetime(2026, 5, 1, tzinfo=UTC),
        created_by="CP1",
    )


def test_only_what_is_old_and_not_registered_goes(store, database, kept, tmp_path):
    old, young, known = kept(100_000), kept(0), kept(100_000)
    database.write(files.add, registered(known))
    other = tmp_path / "files" / "README"
    other.write_text("not ours")
    os.utime(other, (0, 0))
    Tidying(store, database).tidy()
    left = {path.name for path in (tmp_path / "files").iterdir() if path.is_file()}
    assert left == {young, known, "README"}
    assert old not in left


def test_a_folder_that_was_never_used_is_tidy(store, database, tmp_path):
    Tidying(store, database).tidy()
    assert not (tmp_path / "files").exists()
