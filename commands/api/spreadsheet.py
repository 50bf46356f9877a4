"""Lists as CSV (RFC 4180), streamed row by row."""

import csv
import io
from collections.abc import Iterable, Iterator

from fastapi import Request
from fastapi.responses import StreamingResponse
from pydantic import BaseModel

MEDIA_TYPE = "text/csv"
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def is_wanted(request: Request) -> bool:
    """Whether the caller prefers a spreadsheet."""
    accepted = request.headers.get("accept", "").lower()
    return accepted.partition(",")[0].partition(";")[0].strip() == MEDIA_TYPE


def response(model: type[BaseModel], rows: Iterable[BaseModel], *, name: str) -> StreamingResponse:
    """Rows of one model; the first line names its fields."""
    disposition = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    return StreamingResponse(_lines(model, rows), 200, disposition, MEDIA_TYPE)


def _lines(model: type[BaseModel], rows: Iterable[BaseModel]) -> Iterator[str]:
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(model.model_fields)
    for row in rows:
        writer.writerow(map(_cell, row.model_dump().values()))
        yield _taken(buffer)
    yield _taken(buffer)


def _taken(buffer: io.StringIO) -> str:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text


def _cell(value: object) -> object:
    """Text that a spreadsheet would take for a formula is quoted: tags come from strangers."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def text_of(cell: str) -> str:
    """What a cell says, without the quote that `response` puts before what looks like a formula."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(_FORMULA) else cell
