"""The page of the documentation that lists all events: `python -m projections.events.document`."""

import inspect
import sys
from collections.abc import Iterator
from typing import Any

from projections.events import catalogue
from projections.events.schemas import schemas

_HEAD = """\
# The events

This page is made of the catalogue by `python -m projections.events.document > docs/events.md`.
How to get events, and what holds for all of them: [event-stream.md](event-stream.md).
The same as JSON Schemas: `GET /api/v1/events/schemas`.

A type is `ampledger.<subject>.<what happened>.v<version>`. A shape never changes: what must change
gets another version, and both are told for a while. New types may come at any time.
"""


def document() -> str:
    """The page, in Markdown."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield _HEAD
    yield from (f"- [{name}](#{_anchor(name)})" for name in catalogue.TYPES)
    for subject in catalogue.SUBJECTS:
        yield f"\n## {_title(subject.__doc__)}"
        for name in dict.fromkeys(each.name for each in subject.PUBLIC):
            yield from _section(name)


def _section(name: str) -> Iterator[str]:
    schema = schemas()[name]
    yield f"\n### {name}\n\n{schema['description']}"
    if members := schema["properties"]:
        yield "\n| member | type | |\n|---|---|---|"
        yield from (_row(member, shape, schema) for member, shape in members.items())


def _row(member: str, shape: dict[str, Any], schema: dict[str, Any]) -> str:
    return f"| `{member}` | {_kind(shape, schema)} | {shape.get('description', '')} |"


def _kind(shape: dict[str, Any], schema: dict[str, Any]) -> str:
    """A type in words."""
    if kinds := shape.get("anyOf"):
        return " or ".join(_kind(each, schema) for each in kinds)
    if reference := shape.get("$ref"):
        members = schema["$defs"][reference.rpartition("/")[2]]["properties"]
        return f"object of {', '.join(f'`{name}`' for name in members)}"
    if "items" in shape:
        return f"array of {_kind(shape['items'], schema)}"
    return "time" if shape.get("format") == "date-time" else str(shape["type"])


def _title(described: str | None) -> str:
    return (
        inspect.cleandoc(described or "").partition(":")[0].rstrip(".").removeprefix("Events of ")
    )


def _anchor(name: str) -> str:
    return name.replace(".", "")


if __name__ == "__main__":
    sys.stdout.write(document())
