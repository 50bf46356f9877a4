"""Giving a file out: all of it or a part (RFC 9110), piece by piece."""

import asyncio
from collections.abc import AsyncIterator
from typing import BinaryIO
from urllib.parse import quote

from fastapi import Request, Response
from fastapi.responses import StreamingResponse

from commands.files import ranges
from commands.files.ranges import Part, Unsatisfiable
from commands.files.store import Store
from projections.files import File

_PIECE = 256 << 10  # bytes read at once
_MEDIA_TYPE = "application/octet-stream"


async def send(request: Request, store: Store, file: File) -> Response:
    """The file, as far as it is asked for; raises FileNotFoundError."""
    headers = _headers(file)
    if file.sha256 in request.headers.get("if-none-match", ""):
        return Response(None, 304, headers)
    try:
        part = _part(request, file)
    except Unsatisfiable:
        return Response(None, 416, {**headers, "Content-Range": f"bytes */{file.size}"})
    if part:
        headers["Content-Range"] = f"bytes {part.start}-{part.stop - 1}/{file.size}"
    status, part = (206 if part else 200), part or Part(0, file.size)
    headers["Content-Length"] = str(part.stop - part.start)
    if request.method == "HEAD":
        return Response(None, status, headers, _MEDIA_TYPE)
    opened = await asyncio.to_thread(store.open, file.id)
    return StreamingResponse(_pieces(opened, part), status, headers, _MEDIA_TYPE)


def _headers(file: File) -> dict[str, str]:
    """A browser is to save it, whatever a station put in."""
    return {
        "Accept-Ranges": "bytes",
        "ETag": _etag(file),
        "Cache-Control": "private",
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(file.name, safe='')}",
        "X-Content-Type-Options": "nosniff",
    }


def _etag(file: File) -> str:
    return f'"{file.sha256}"'


def _part(request: Request, file: File) -> Part | None:
    """Ranges are for GET (RFC 9110 14.2); the rest of another version is of no use (13.1.5)."""
    if request.method != "GET":
        return None
    if request.headers.get("if-range", _etag(file)) != _etag(file):
        return None
    return ranges.asked(request.headers.get("range", ""), file.size)


async def _pieces(opened: BinaryIO, part: Part) -> AsyncIterator[bytes]:
    with opened:
        opened.seek(part.start)
        left = part.stop - part.start
        while left > 0:
            piece = await asyncio.to_thread(opened.read, min(_PIECE, left))
            if not piece:
                return
            left -= len(piece)
            yield piece
