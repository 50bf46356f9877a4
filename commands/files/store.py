"""The folder of files: whole or not at all, under names that are ours."""

import os
import re
import secrets
import time
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from hashlib import _Hash

_INCOMING = "incoming"  # what is not whole yet
_NAME = re.compile(r"[0-9a-f]{32}")
_LEFT_BEHIND = 86_400  # s after which nobody writes to it any more: its process was killed


class TooLarge(Exception):
    """The file has more bytes than a file may have."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A file on disk."""

    id: str
    size: int  # bytes
    sha256: str  # hexadecimal


class Store:
    """Blocking. What a caller calls a file is not its name here, so no name leads elsewhere."""

    def __init__(self, folder: Path, *, most_bytes: int) -> None:
        """`most_bytes` is the largest size of a file."""
        self._folder, self._most_bytes = folder, most_bytes

    @property
    def most_bytes(self) -> int:
        """Of one file."""
        return self._most_bytes

    def begin(self) -> "Draft":
        """A file to be written; raises OSError."""
        incoming = self._folder / _INCOMING
        incoming.mkdir(parents=True, exist_ok=True)
        _tidy(incoming)
        return Draft(self._folder, secrets.token_hex(16), self._most_bytes)

    def open(self, id: str) -> BinaryIO:
        """A file, to be read; raises FileNotFoundError."""
        return self._path(id).open("rb")

    def remove(self, id: str) -> None:
        """Destroy a file, if it is there."""
        self._path(id).unlink(missing_ok=True)

    def old(self) -> list[str]:
        """Files that are there for more than a day; raises OSError."""
        if not self._folder.exists():
            return []
        return [path.name for path in self._folder.iterdir() if _is_old(path)]

    def _path(self, id: str) -> Path:
        if not _NAME.fullmatch(id):
            raise FileNotFoundError(id)
        return self._folder / id


@dataclass(slots=True)
class Draft:
    """A file on its way in: `write` as it comes, then `keep` or `drop` it."""

    folder: Path
    id: str
    most_bytes: int
    _size: int = 0
    _hash: "_Hash" = field(default_factory=sha256)
    _file: BinaryIO | None = None

    def write(self, data: bytes) -> None:
        """Add to it; raises TooLarge, OSError."""
        self._size += len(data)
        if self._size > self.most_bytes:
            raise TooLarge
        self._hash.update(data)
        self._opened().write(data)

    def keep(self) -> Kept:
        """Make it last: it is there with all its bytes, also after a crash; raises OSError."""
        file = self._opened()
        file.flush()
        os.fsync(file.fileno())
        file.close()
        self._path.rename(self.folder / self.id)
        _sync(self.folder)
        return Kept(self.id, self._size, self._hash.hexdigest())

    def drop(self) -> None:
        """Leave nothing of what was not kept."""
        if self._file:
            self._file.close()
        self._path.unlink(missing_ok=True)

    @property
    def _path(self) -> Path:
        return self.folder / _INCOMING / self.id

    def _opened(self) -> BinaryIO:
        if self._file is None:
            descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            self._file = os.fdopen(descriptor, "wb")
        return self._file


def _sync(folder: Path) -> None:
    """The name is on disk too."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _is_old(path: Path) -> bool:
    """A file of ours whose writer would have registered it long ago."""
    try:
        return bool(_NAME.fullmatch(path.name)) and _age(path) > _LEFT_BEHIND
    except FileNotFoundError:  # removed meanwhile
        return False


def _age(path: Path) -> float:
    return time.time() - path.stat().st_mtime


def _tidy(incoming: Path) -> None:
    """Processes that were killed could not drop their drafts."""
    for path in incoming.iterdir():
        try:
            if _age(path) > _LEFT_BEHIND:
                path.unlink()
        except FileNotFoundError:  # its writer was quicker
            continue
