"""Taking a file in, piece by piece: as the body of a request, or in a form."""

import asyncio
import errno
from collections.abc import AsyncIterator

from fastapi import Request
from starlette.requests import ClientDisconnect

from commands.api.problems import Problem
from commands.files import forms
from commands.files.forms import FormFile, Malformed
from commands.files.store import Draft, Kept, Store, TooLarge

_PIECE = 1 << 20  # bytes written at once
_OF_A_FORM = 64 << 10  # bytes that a form may have beside its file
_PATIENCE = 60.0  # s without a byte
_HEARD_OUT = 1 << 20  # bytes read of what is too large, so that the answer is heard


async def receive(request: Request, store: Store) -> tuple[Kept, str]:
    """Keep the file that a request brings; returns also the name that a form gives it, or "".

    Nothing is left of a file that does not arrive whole. Raises Problem: 400, 408, 413, 507.
    """
    form = _form_of(request)
    most_sent = store.most_bytes + (_OF_A_FORM if form else 0)
    if _length_of(request) > most_sent:
        raise await _too_large(request, store)
    try:
        draft = await asyncio.to_thread(store.begin)
        kept = await _kept(_pieces(request, form, most_sent), draft)
    except TooLarge:
        raise await _too_large(request, store) from None
    except Malformed as error:
        raise Problem(400, f"this is no form with a file: {error}", kind="no-file") from None
    except ClientDisconnect:
        raise Problem(400, "the upload broke off", kind="no-file") from None
    except TimeoutError:
        detail = f"nothing came for {_PATIENCE:.0f} s"
        raise Problem(408, detail, kind="no-file") from None
    except OSError as error:
        if error.errno not in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
            raise
        raise Problem(507, "there is no room for this file", kind="no-room") from None
    return kept, form.name if form else ""


async def _kept(pieces: AsyncIterator[bytes], draft: Draft) -> Kept:
    try:
        async for piece in pieces:
            await asyncio.to_thread(draft.write, piece)
        return await asyncio.to_thread(draft.keep)
    except BaseException:
        await asyncio.to_thread(draft.drop)
        raise


async def _pieces(request: Request, form: FormFile | None, most_sent: int) -> AsyncIterator[bytes]:
    """What of a form is not the file counts too: somebody sends it, and it is parsed."""
    gathered, left = bytearray(), most_sent
    async for chunk in _chunks(request):
        left -= len(chunk)
        if left < 0:
            raise TooLarge
        gathered += form.feed(chunk) if form else chunk
        if len(gathered) >= _PIECE:
            yield bytes(gathered)
            gathered.clear()
    if form:
        form.end()
    if gathered:
        yield bytes(gathered)


async def _chunks(request: Request) -> AsyncIterator[bytes]:
    """The body as it comes; raises TimeoutError when nothing comes any more."""
    stream = request.stream()
    while True:
        async with asyncio.timeout(_PATIENCE):
            chunk = await anext(stream, None)
        if chunk is None:
            return
        yield chunk


def _form_of(request: Request) -> FormFile | None:
    content_type = request.headers.get("content-type", "")
    if not content_type.lower().startswith(forms.MEDIA_TYPE):
        return None
    try:
        return FormFile(content_type)
    except Malformed as error:
        raise Problem(400, str(error), kind="no-file") from None


def _length_of(request: Request) -> int:
    """What the request says of itself, 0 when it says nothing."""
    length = request.headers.get("content-length", "")
    return int(length) if length.isascii() and length.isdecimal() and len(length) < 19 else 0


async def _too_large(request: Request, store: Store) -> Problem:
    """A client that is still sending when the socket closes may never read why."""
    left = _HEARD_OUT
    try:
        async for chunk in _chunks(request):
            left -= len(chunk)
            if left <= 0:
                break
    except (ClientDisconnect, RuntimeError, TimeoutError):  # gone, read before, or silent
        pass
    return Problem(413, f"a file has at most {store.most_bytes} bytes", kind="too-large")
