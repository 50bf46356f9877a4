"""Every shape a fact was ever stored in can still be read: one golden line per topic and version.

A line is written once and never edited. A fact whose shape changes raises its `class_version`,
learns to upcast, and gets another line; the failing test tells which.
"""

import json
from datetime import UTC, datetime
from pathlib import Path
from types import UnionType
from typing import Any, ClassVar, get_args, get_origin, get_type_hints

import orjson
import pytest

from domain import facts
from domain.model.aggregate import Fact

LINES = Path(__file__).with_name("golden_facts.jsonl").read_text().splitlines()
GOLDEN = [json.loads(line) for line in LINES]
SAMPLES = {str: "text", int: 7, bool: True, datetime: datetime(2026, 5, 1, 12, 0, 0, 5, tzinfo=UTC)}


def version_of(kind: type[Fact]) -> int:
    return int(getattr(kind, "class_version", 1))


NEWEST = [row for row in GOLDEN if row["version"] == version_of(facts.TOPICS[row["topic"]])]


def read(row: dict[str, Any]) -> Fact:
    return facts.decode("stream", 1, row["topic"], orjson.dumps(row["state"]))


def shape_of(kind: type[Fact]) -> dict[str, Any]:
    hints = get_type_hints(kind)
    return {name: hint for name, hint in hints.items() if get_origin(hint) is not ClassVar}


def golden_line(kind: type[Fact]) -> str:
    """The line that a new topic or version needs."""
    fact = object.__new__(kind)
    fact.__dict__.update({name: _sample(hint) for name, hint in shape_of(kind).items()})
    state = orjson.loads(facts.encode(fact, "").state)
    return json.dumps({"topic": kind.TOPIC, "version": version_of(kind), "state": state})  # type: ignore[attr-defined]  # each has one


def _sample(hint: object) -> object:
    kind = get_args(hint)[0] if isinstance(hint, UnionType) else hint
    return SAMPLES[kind]  # type: ignore[index]  # facts are flat


@pytest.mark.parametrize("kind", facts.TOPICS.values(), ids=facts.TOPICS.keys())
def test_every_version_of_every_topic_has_a_golden_line(kind: type[Fact]):
    known = {row["version"] for row in GOLDEN if facts.TOPICS.get(row["topic"]) is kind}
    wanted = set(range(1, version_of(kind) + 1))
    assert known == wanted, f"golden_facts.jsonl lacks a line such as\n{golden_line(kind)}"


@pytest.mark.parametrize("row", GOLDEN, ids=lambda row: f"{row['topic']} {row['version']}")
def test_what_was_stored_is_read_in_its_newest_shape(row: dict[str, Any]):
    fact = read(row)
    shape = shape_of(type(fact))
    assert vars(fact).keys() == shape.keys()
    for name, value in vars(fact).items():
        assert isinstance(value, shape[name]), name


@pytest.mark.parametrize("row", NEWEST, ids=lambda row: str(row["topic"]))
def test_the_newest_shape_is_stored_as_ever(row: dict[str, Any]):
    stored = facts.encode(read(row), "cause")
    assert orjson.loads(stored.state) == row["state"], "a changed shape needs a new class_version"
