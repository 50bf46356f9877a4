"""POST /api/v1/stations/import: many stations of a spreadsheet, each line for itself."""

import asyncio
import csv
import io
from collections.abc import Iterator
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from commands.api import spreadsheet
from commands.api.access import Administrator, viewing
from commands.api.fleet_shapes import StationLine
from commands.api.office import AnOffice, Office
from commands.api.problems import Problem
from commands.api.registering import StationWish, register, security_profile
from commands.api.shapes import Text
from commands.desk import Declined, Undecided, Unread
from domain.log import Unavailable
from domain.model.campaign import MOST
from domain.ports import Overloaded
from projections import stations
from projections.stations import StationSeen

router = APIRouter(prefix="/api/v1/stations", tags=["stations"], dependencies=[viewing])

_AT_ONCE = 16  # wishes
_LISTS = frozenset({"labels", "protocols"})
_NUMBERS = frozenset({"security_profile", "heartbeat_interval", "boot_retry_interval"})
_KNOWN = frozenset({*StationLine.model_fields, *StationWish.model_fields})
_ID: TypeAdapter[str] = TypeAdapter(Annotated[Text, Field(min_length=1, max_length=255)])
_BODY = {"requestBody": {"required": True, "content": {spreadsheet.MEDIA_TYPE: {}}}}

Outcome = Literal["registered", "replaced", "refused"]
Cells = dict[str, str]


class Line(BaseModel):
    """What came of a line."""

    line: int = Field(description="of the file, from 1 on; its last one where a line has several")
    id: str
    outcome: Outcome = Field(description="that it would have, of a dry run")
    problem: str = Field(description='why it was refused, "" otherwise')


class Imported(BaseModel):
    """What came of an import."""

    dry_run: bool
    registered: int
    replaced: int
    refused: int
    lines: list[Line]


@router.post("/import", openapi_extra=_BODY)
async def import_stations(
    office: AnOffice,
    request: Request,
    by: Administrator,
    *,
    dry_run: Annotated[bool, Query(description="only say what would happen")] = False,
) -> Imported:
    """Register the stations of a CSV, or replace how they are treated.

    The first line names the columns: `id` and fields of `PUT /stations/{id}`, labels separated by
    spaces. An empty cell is the field's default; a column that is not there leaves the field of a
    known station as it is. Other columns of the export are passed over.
    """
    lines = _lines(await request.body())
    gate = asyncio.Semaphore(_AT_ONCE)

    async def handled(number: int, cells: Cells, *, again: bool) -> Line:
        async with gate:
            return await _handled(office, number, cells, again=again, by="" if dry_run else by.name)

    seen: set[str] = set()
    tasks: list[asyncio.Task[Line]] = []
    async with asyncio.TaskGroup() as group:
        for number, cells in lines:
            again = cells["id"] in seen
            seen.add(cells["id"])
            tasks.append(group.create_task(handled(number, cells, again=again)))
    return _told([task.result() for task in tasks], dry_run=dry_run)


def _lines(body: bytes) -> list[tuple[int, Cells]]:
    """The lines that are not empty, by number; raises Problem when it is no such spreadsheet."""
    try:
        found = list(_read(body.decode("utf-8-sig")))
    except (UnicodeDecodeError, csv.Error) as error:
        raise Problem(422, f"this is no CSV in UTF-8: {error}", kind="invalid") from None
    if len(found) > MOST:
        raise Problem(422, f"more than {MOST} lines are too many at once", kind="invalid")
    return found


def _read(text: str) -> Iterator[tuple[int, Cells]]:
    reader = csv.DictReader(io.StringIO(text, newline=""), restkey="", restval="", strict=True)
    names = [name.strip() for name in reader.fieldnames or ()]
    if "id" not in names:
        raise Problem(422, "the first line must name the columns, id among them", kind="invalid")
    if strange := sorted({*names} - _KNOWN):
        detail = f"there is no column {', '.join(strange)}"
        raise Problem(422, detail, kind="invalid")
    if len({*names}) < len(names):
        raise Problem(422, "a column is named twice", kind="invalid")
    reader.fieldnames = names
    for row in reader:
        cells = {name: spreadsheet.text_of(cell) for name, cell in row.items() if name}
        if row.get(""):
            cells["id"] = ""  # more cells than columns: what is which is not known
        yield reader.line_num, cells


async def _handled(office: Office, number: int, cells: Cells, *, again: bool, by: str) -> Line:
    """`by` is "" for a dry run."""
    id = cells["id"]
    if again:
        return _refused(number, id, "an earlier line is for the same station")
    try:
        outcome = await _done(office, id, cells, by=by)
    except ValidationError as error:
        return _refused(number, id, "; ".join(_faults(error)))
    except Problem as problem:
        return _refused(number, id, problem.detail)
    except (Declined, Undecided, Unread, Unavailable, Overloaded) as error:
        return _refused(number, id, str(error) or "it was not decided in time: look it up")
    return Line(line=number, id=id, outcome=outcome, problem="")


async def _done(office: Office, id: str, cells: Cells, *, by: str) -> Outcome:
    _ID.validate_python(id)
    row = await asyncio.to_thread(office.database.read, stations.find, id)
    known = row if row and row.registered else None
    wish = StationWish.model_validate(_fields(cells, known))
    security_profile(office, wish, known)
    is_known = await register(office, id, wish, by=by) if by else known is not None
    return "replaced" if is_known else "registered"


def _fields(cells: Cells, known: StationSeen | None) -> dict[str, object]:
    """What a PUT would be given; of a station that is known, what no column tells stays."""
    fields = {} if known is None else _as_it_is(known)
    fields = {name: value for name, value in fields.items() if name not in cells}
    for name in StationWish.model_fields.keys() & cells.keys():
        if cell := cells[name].strip():
            fields[name] = _value(name, cell)
    return fields


def _as_it_is(row: StationSeen) -> dict[str, object]:
    return {
        "protocols": row.protocols.split(","),
        "registration": row.registration,
        "heartbeat_interval": row.heartbeat_interval,
        "boot_retry_interval": row.boot_retry_interval,
        "serial_number": row.serial_number,
        "note": row.note,
        "labels": [label for label in row.labels.split(",") if label],
    }


def _value(name: str, cell: str) -> object:
    if name in _LISTS:
        return cell.replace(",", " ").split()
    if name in _NUMBERS and cell.isascii() and cell.isdecimal():
        return int(cell[:20])
    return cell


def _faults(error: ValidationError) -> Iterator[str]:
    """Without what was given: it may be a password."""
    for fault in error.errors(include_input=False, include_url=False, include_context=False):
        yield f"{'.'.join(map(str, fault['loc']))} {fault['msg']}".strip()


def _refused(number: int, id: str, problem: str) -> Line:
    return Line(line=number, id=id, outcome="refused", problem=problem)


def _told(lines: list[Line], *, dry_run: bool) -> Imported:
    def count(outcome: Outcome) -> int:
        return sum(line.outcome == outcome for line in lines)

    return Imported(
        dry_run=dry_run,
        registered=count("registered"),
        replaced=count("replaced"),
        refused=count("refused"),
        lines=lines,
    )
