"""Whoever reads much at once leaves threads to others: a place is asked for, or it is told so."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import fields
from typing import Any

import pytest

from commands.api import past, proofs, states, timeline
from commands.api.office import Office
from commands.api.problems import Problem
from domain.timeline import Window
from tests.commands.billed import billed, charged


@pytest.fixture
def office(monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    monkeypatch.setattr(past, "_PATIENCE", 0.01, raising=False)
    with billed("memory://", "sqlite://") as house:
        house.proof(charged(house))
        given: dict[str, Any] = {
            each.name: None for each in fields(Office) if each.name not in {"defaults", "places"}
        }
        given |= {"log": house.log, "database": house.database, "clock": house.clock}
        yield Office(**given | {"proofs": house.proofs})


@pytest.mark.parametrize(
    "ask",
    [
        lambda office: states.get_state(office, "CP1"),
        lambda office: states.get_changes(office, "CP1", begin=office.clock()),
        lambda office: proofs.get_proof(office, 1),
        lambda office: timeline.get_timeline_of_transaction(office, 1, Window(), limit=10),
    ],
    ids=["state", "changes", "proof", "timeline"],
)
def test_who_finds_no_place_is_told_so_and_takes_none(
    office: Office, ask: Callable[[Office], object]
) -> None:
    with ExitStack() as taken:
        while office.places.acquire(blocking=False):
            taken.callback(office.places.release)
        with pytest.raises(Problem) as refused:
            ask(office)
    assert refused.value.status == 503
    for _ in range(5):
        ask(office)
