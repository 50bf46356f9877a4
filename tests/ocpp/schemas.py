"""The official JSON schemas of OCPP 1.6, and payloads that they accept."""

import json
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any

from hypothesis import strategies as st
from jsonschema import Draft4Validator  # type: ignore[import-untyped]  # it ships no types

MOST = 2**53 - 1
TEXT = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
ALIEN = st.none() | st.booleans() | st.integers(-5, 5) | st.just(1.5) | st.text("ab", max_size=3)


@cache
def schema(name: str) -> dict[str, Any]:
    """A schema, e.g. "Reset" or "ResetResponse"; numbers exact, for `multipleOf`."""
    text = files("ocpp.v16").joinpath(f"schemas/{name}.json").read_text("utf-8-sig")
    loaded: dict[str, Any] = json.loads(text, parse_float=Decimal)
    whole: dict[str, Any] = _resolved(loaded, loaded.get("definitions", {}))
    return whole


def _resolved(node: Any, definitions: dict[str, Any]) -> Any:
    """A schema of the security extension refers to parts of itself."""
    if isinstance(node, list):
        return [_resolved(item, definitions) for item in node]
    if not isinstance(node, dict):
        return node
    if reference := node.get("$ref"):
        return _resolved(definitions[reference.rpartition("/")[2]], definitions)
    return {k: _resolved(v, definitions) for k, v in node.items() if k != "definitions"}


def accepts(name: str, payload: bytes) -> bool:
    """Whether the official schema accepts a payload."""
    value = json.loads(payload, parse_float=Decimal)
    return bool(Draft4Validator(schema(name)).is_valid(value))


def validate(name: str, payload: bytes) -> None:
    """Raise when the official schema does not accept a payload."""
    Draft4Validator(schema(name)).validate(json.loads(payload, parse_float=Decimal))


def payloads(name: str) -> st.SearchStrategy[Any]:
    """JSON values that the official schema accepts."""
    return _values(schema(name))


def times() -> st.SearchStrategy[str]:
    """Times of any precision and offset, within the years a set clock can show."""
    moments = st.datetimes(datetime(2010, 1, 2), datetime(2099, 12, 30))  # noqa: DTZ001 - zones follow
    zones = st.integers(-720, 840).map(lambda minutes: timezone(timedelta(minutes=minutes)))
    return st.builds(_written, moments, st.just(UTC) | zones)


def _written(moment: datetime, zone: timezone) -> str:
    return moment.replace(tzinfo=zone).isoformat().replace("+00:00", "Z")


def _values(node: dict[str, Any]) -> st.SearchStrategy[Any]:
    if "enum" in node:
        return st.sampled_from(node["enum"])
    if node["type"] == "object":
        return _objects(node)
    if node["type"] == "array":
        return st.lists(_values(node["items"]), min_size=node.get("minItems", 0), max_size=3)
    return _scalars(node)


def _objects(node: dict[str, Any]) -> st.SearchStrategy[Any]:
    members = {name: _values(member) for name, member in node.get("properties", {}).items()}
    required = node.get("required", ())
    return st.fixed_dictionaries(
        {name: members[name] for name in required},
        optional={name: member for name, member in members.items() if name not in required},
    )


def _scalars(node: dict[str, Any]) -> st.SearchStrategy[Any]:
    match node:
        case {"type": "integer"}:
            return st.integers(-MOST, MOST)
        case {"type": "number"}:
            return st.integers(-(10**9), 10**9).map(lambda tenths: tenths / 10)
        case {"type": "boolean"}:
            return st.booleans()
        case {"format": "date-time"}:
            return times()
        case _:
            return st.text(TEXT, max_size=node.get("maxLength", 30))


def spoil(payload: Any, data: st.DataObject) -> None:
    """Take away, replace or add a member, somewhere in a payload."""
    place = data.draw(st.sampled_from(list(_places(payload))))
    name = data.draw(st.sampled_from([*place, "alien"]))
    if name in place and data.draw(st.booleans()):
        del place[name]
    else:
        place[name] = data.draw(ALIEN)


def _places(value: Any) -> Any:
    if isinstance(value, dict):
        yield value
        for member in value.values():
            yield from _places(member)
    if isinstance(value, list):
        for item in value:
            yield from _places(item)
