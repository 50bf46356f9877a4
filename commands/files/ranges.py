"""Which part of a file is asked for (RFC 9110 section 14): one range, or all of it."""

import re
from typing import NamedTuple

_ONE = re.compile(r"bytes=\s*(\d{0,18})-(\d{0,18})\s*", re.ASCII)


class Part(NamedTuple):
    """From the byte `start` up to, and without, `stop`."""

    start: int
    stop: int


class Unsatisfiable(Exception):
    """No byte of the file is in the range: 416."""


def asked(header: str, size: int) -> Part | None:
    """The part that a Range header asks for; None for the whole file.

    What is no range, or several, may be ignored (14.2), and is. Raises Unsatisfiable.
    """
    found = _ONE.fullmatch(header.strip())
    if found is None:
        return None
    first, last = found[1], found[2]
    if not first:
        return _suffix(last, size)
    if last and int(last) < int(first):
        return None
    if int(first) >= size:
        raise Unsatisfiable
    return Part(int(first), min(int(last) + 1, size) if last else size)


def _suffix(last: str, size: int) -> Part | None:
    """The last so many bytes."""
    if not last:
        return None
    if int(last) == 0 or size == 0:
        raise Unsatisfiable
    return Part(max(0, size - int(last)), size)
