"""Which URL leads to which log."""

from pathlib import Path

import pytest

from domain.store.memory import MemoryLog
from domain.store.opening import migrate, open_log
from domain.store.postgres import PostgresLog
from domain.store.sqlite import SQLiteLog


def test_memory_is_a_log_of_its_own() -> None:
    first, second = open_log("memory://"), open_log("memory://")
    assert isinstance(first, MemoryLog)
    assert first is not second


def test_a_path_is_relative_with_three_slashes_and_absolute_with_four(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for url in ("sqlite:///near.db", f"sqlite:///{tmp_path / 'far.db'}"):
        log = open_log(url)
        assert isinstance(log, SQLiteLog)
        log.close()
    assert {each.name for each in tmp_path.iterdir()} >= {"near.db", "far.db"}


def test_postgres_is_not_connected_before_it_is_used() -> None:
    log = open_log("postgresql://nobody@127.0.0.1:1/nowhere")
    assert isinstance(log, PostgresLog)
    log.close()


@pytest.mark.parametrize("url", ["", "mysql://localhost/log", "sqlite://log.db", "memory"])
def test_any_other_url_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="a log is at"):
        open_log(url)
    with pytest.raises(ValueError, match="a log is at"):
        migrate(url)
