"""Files of an authority: whole or not at all, also after a crash; secrets for their owner only."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile

SECRET, PUBLIC = 0o600, 0o644


def put(path: Path, text: str, *, mode: int) -> None:
    """A file's new content takes the place of the old in one step; raises OSError."""
    with NamedTemporaryFile("w", dir=path.parent, prefix=f".{path.name}-", delete=False) as file:
        try:
            file.write(text)
            file.flush()
            os.fchmod(file.fileno(), mode)
            os.fsync(file.fileno())
            Path(file.name).replace(path)
        except BaseException:
            Path(file.name).unlink(missing_ok=True)
            raise
    sync(path.parent)


def sync(folder: Path) -> None:
    """The names in it are on disk too; raises OSError."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def folder_of(path: Path) -> Path:
    """A folder that only its owner reads, made if it is not there; raises OSError."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """No other process is in here at the same time; raises OSError."""
    with (folder / ".lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
