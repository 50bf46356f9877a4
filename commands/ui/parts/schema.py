"""JSON Schema as forms need it: what is wrong with a value, in words, and where."""

import math
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

Schema = Mapping[str, Any]
Path = tuple[str | int, ...]

_LARGE = 10**15  # bounds beyond are those of JSON, and not worth a word
_TYPES: Mapping[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "array": (list,),
    "object": (dict,),
}
_WORDS = {
    "string": "must be text",
    "integer": "must be a whole number",
    "number": "must be a number",
    "boolean": "must be true or false",
    "array": "must be a list",
    "object": "must be an object",
}


def faults(schema: Schema, value: Any, at: Path = ()) -> Iterator[tuple[Path, str]]:
    """All that is wrong with a value, with where it is."""
    if (choices := schema.get("enum")) is not None:
        if value not in choices:
            yield at, f"must be one of {', '.join(map(str, choices))}"
        return
    kind = schema.get("type", "")
    if not _is(kind, value):
        yield at, _WORDS[kind]
        return
    if kind == "object":
        yield from _of_object(schema, value, at)
    elif kind == "array":
        yield from _of_array(schema, value, at)
    else:
        yield from ((at, why) for why in _of_scalar(schema, value))


def blank(schema: Schema) -> Any:
    """What somebody begins with: objects with the objects and lists that they must have."""
    if schema.get("type") == "array":
        return []
    needed = schema.get("required", ())
    members = schema.get("properties", {}).items()
    return {
        name: blank(each)
        for name, each in members
        if name in needed and each.get("type") in {"object", "array"}
    }


def is_time(text: str) -> bool:
    """Whether it is an RFC 3339 time; one without an offset is none."""
    try:
        return datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False


def _is(kind: str, value: object) -> bool:
    if kind not in _TYPES:
        return True
    if isinstance(value, bool):
        return kind == "boolean"
    return isinstance(value, _TYPES[kind])


def _of_object(schema: Schema, value: Mapping[str, Any], at: Path) -> Iterator[tuple[Path, str]]:
    members = schema.get("properties", {})
    for name in schema.get("required", ()):
        if name not in value:
            yield (*at, name), "is needed"
    for name, each in value.items():
        if name in members:
            yield from faults(members[name], each, (*at, name))
        elif schema.get("additionalProperties") is False:
            yield (*at, name), "is no member here"


def _of_array(schema: Schema, value: list[Any], at: Path) -> Iterator[tuple[Path, str]]:
    if len(value) < (least := schema.get("minItems", 0)):
        yield at, f"must have at least {least}"
    if len(value) > (most := schema.get("maxItems", math.inf)):
        yield at, f"must not have more than {most}"
    for place, each in enumerate(value):
        yield from faults(schema.get("items", {}), each, (*at, place))


def _of_scalar(schema: Schema, value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield from _of_text(schema, value)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield from _of_number(schema, value)


def _of_text(schema: Schema, value: str) -> Iterator[str]:
    if len(value) > (most := schema.get("maxLength", math.inf)):
        yield f"must not be longer than {most}; it is {len(value)} long"
    if len(value) < (least := schema.get("minLength", 0)):
        yield f"must have at least {least} characters"
    if (pattern := schema.get("pattern")) and not re.search(pattern, value):
        yield f"must match {pattern}"
    if schema.get("format") == "date-time" and not is_time(value):
        yield "must be a time as in RFC 3339, e.g. 2026-01-31T12:00:00Z"


def _of_number(schema: Schema, value: float) -> Iterator[str]:
    least, most = schema.get("minimum"), schema.get("maximum")
    if least is not None and value < least:
        yield f"must be {least} or more" if least > -_LARGE else "is too small"
    if most is not None and value > most:
        yield f"must be {most} or less" if most < _LARGE else "is too large"
    step = schema.get("multipleOf")
    if step and not math.isclose(value / step, round(value / step), abs_tol=1e-9):
        yield f"must be a multiple of {step}"
