"""The lines of a spreadsheet, each to be sent by itself, and what came of it."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

_NAMELESS = "it has no id"
_AGAIN = "an earlier line is for the same station"


@dataclass(frozen=True, slots=True)
class Line:
    """One record; `number` is that of its last line in the file."""

    number: int
    id: str
    content: bytes
    flaw: str  # why it is not sent, "" when it is


@dataclass(frozen=True, slots=True)
class Told:
    """What came of it, or would come."""

    line: int
    id: str
    outcome: str
    problem: str


def header(content: bytes) -> tuple[bytes, list[Line]]:
    """The line that names the columns, and the others; raises ValueError."""
    try:
        reader = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True)
        names = [name.strip() for name in next(reader, [])]
        records = [(reader.line_num, cells) for cells in reader if cells]
    except (UnicodeDecodeError, csv.Error) as error:
        raise ValueError(f"This is no CSV in UTF-8: {error}.") from None
    if "id" not in names:
        raise ValueError("The first line must name the columns, id among them.")
    if not records:
        raise ValueError("There is no line below the names of the columns.")
    return _written(names), _lines(records, names.index("id"))


def told_of(lines: Sequence[Line], said: Sequence[Any]) -> list[Told]:
    """What the API says of lines that were sent together, by their numbers in the file."""
    return [
        Told(line.number, line.id, it["outcome"], it["problem"])
        for line, it in zip(lines, said, strict=True)
    ]


def unreadable(line: Line) -> Told:
    """Of a line that is not sent."""
    return Told(line.number, line.id, "refused", line.flaw)


def _lines(records: list[tuple[int, list[str]]], place: int) -> list[Line]:
    seen: set[str] = set()
    made = []
    for number, cells in records:
        id = cells[place] if place < len(cells) else ""
        flaw = _NAMELESS if not id.strip() else _AGAIN if id in seen else ""
        made.append(Line(number, id, _written(cells), flaw))
        seen.add(id)
    return made


def _written(cells: list[str]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerow(cells)
    return text.getvalue().encode()
