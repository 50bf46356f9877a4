"""A program that is asked something: in bounded time, and heard in bounded memory."""

import errno
import os
import selectors
import signal
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import BinaryIO

_AT_ONCE = 1 << 14  # bytes


class Unending(Exception):
    """It takes too long, or says too much; it was ended."""


@dataclass(frozen=True, slots=True)
class Answer:
    """How a program ended, and what it said until then."""

    code: int  # negative: the signal that ended it
    output: bytes
    errors: bytes


def ask(
    command: Sequence[str],
    question: bytes,
    environment: Mapping[str, str],
    *,
    within: float,
    most: int,
) -> Answer:
    """Run it without a shell; seconds it may take, bytes it may say. Raises Unending, OSError."""
    with (
        _offered(question) as given,
        subprocess.Popen(  # noqa: S603 - the command is a setting of the installation
            command,
            stdin=given,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment,
            start_new_session=True,  # so that what it starts can be ended with it
        ) as process,
    ):
        try:
            return _heard(process, monotonic() + within, most)
        except BaseException:
            _end(process)
            raise


def _offered(question: bytes) -> BinaryIO:
    """A pipe holds it whole, so nobody has to write while the program reads; raises OSError."""
    reader, writer = os.pipe()
    offered = os.fdopen(reader, "rb")
    with os.fdopen(writer, "wb", buffering=0) as pipe:
        os.set_blocking(writer, False)
        written = pipe.write(question)
    if written != len(question):
        offered.close()
        raise OSError(errno.EFBIG, "the question is too long")
    return offered


def _heard(process: "subprocess.Popen[bytes]", deadline: float, most: int) -> Answer:
    said = {process.stdout: b"", process.stderr: b""}
    with selectors.DefaultSelector() as open_:
        for pipe in said:
            open_.register(pipe, selectors.EVENT_READ)  # type: ignore[arg-type]  # both are pipes
        while open_.get_map():
            for key, _ in open_.select(_left(deadline)):
                piece = os.read(key.fd, _AT_ONCE)
                said[key.fileobj] += piece  # type: ignore[index]  # what was registered
                if not piece:
                    open_.unregister(key.fileobj)
                if len(said[key.fileobj]) > most:  # type: ignore[index]  # likewise
                    raise Unending(f"it says more than {most} bytes")
    try:
        code = process.wait(_left(deadline))
    except subprocess.TimeoutExpired:
        raise Unending("it takes too long") from None
    return Answer(code, said[process.stdout], said[process.stderr])


def _left(deadline: float) -> float:
    if (left := deadline - monotonic()) <= 0:
        raise Unending("it takes too long")
    return left


def _end(process: "subprocess.Popen[bytes]") -> None:
    """With all that it has started; it is not waited for yet, so the number is still its own."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return
