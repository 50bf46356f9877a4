"""Checkpoints where the database cannot reach them: a file that is only added to."""

import os
from collections.abc import Callable
from pathlib import Path

import msgspec

from domain.chain.checkpoints import Checkpoint

_TAIL = 4096  # bytes, more than a line has


class Publication:
    """Brings the file up to what was signed; what a crash left out is made good the next time."""

    def __init__(self, path: Path | None, read: Callable[[int], list[Checkpoint]]) -> None:
        """`read` gives checkpoints after a number, some at a time."""
        self._path, self._read = path, read

    def __call__(self) -> None:
        """Append what the file lacks; raises OSError."""
        if self._path is None:
            return
        last = _last_number(self._path)
        while found := self._read(last):
            lines = b"".join(msgspec.json.encode(each) + b"\n" for each in found)
            with self._path.open("ab") as file:
                file.write(lines)
                file.flush()
                os.fsync(file.fileno())
            last = found[-1].number


def read(path: Path) -> list[Checkpoint]:
    """The checkpoints of such a file; raises OSError, and ValueError when it is none."""
    lines = path.read_bytes().splitlines()
    return [msgspec.json.decode(line, type=Checkpoint) for line in lines if line.strip()]


def _last_number(path: Path) -> int:
    """Of the last whole line; one that a crash cut off is removed."""
    try:
        with path.open("r+b") as file:
            end = file.seek(0, os.SEEK_END)
            file.seek(max(end - _TAIL, 0))
            whole, _, cut = file.read().rpartition(b"\n")
            file.truncate(end - len(cut))
    except FileNotFoundError:
        return 0
    lines = whole.splitlines()
    return msgspec.json.decode(lines[-1], type=Checkpoint).number if lines else 0
