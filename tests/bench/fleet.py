"""The processes of the load, seen from the benchmark: all of them go and stop together."""

import multiprocessing
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import TypeVar

from tests.bench.load import Job, work
from tests.bench.station import Tally

T = TypeVar("T")

_PATIENCE = 120  # s for thousands of stations to connect


class Fleet:
    """Load processes whose stations are connected and have booted."""

    def __init__(self, processes: dict[BaseProcess, "Connection[object, object]"]) -> None:
        self._processes = processes

    @property
    def pids(self) -> tuple[int, ...]:
        """The processes, for who wants to know what they cost."""
        return tuple(process.pid for process in self._processes if process.pid)

    def go(self) -> None:
        """Begin to send."""
        for parent in self._processes.values():
            parent.send("go")

    def stop(self) -> tuple[Tally, ...]:
        """Stop sending; what came back, one tally per process in the order of the jobs."""
        for parent in self._processes.values():
            parent.send("stop")
        return tuple(_hear(parent, Tally) for parent in self._processes.values())


@contextmanager
def launched(*jobs: Job) -> Iterator[Fleet]:
    """Start a process per job, and wait until all of their stations are there."""
    context = multiprocessing.get_context("spawn")
    processes: dict[BaseProcess, Connection[object, object]] = {}
    try:
        for job in jobs:
            ours, theirs = context.Pipe()
            process = context.Process(target=work, args=(job, theirs), daemon=True)
            process.start()
            theirs.close()
            processes[process] = ours
        for parent in processes.values():
            _hear(parent, str)
        yield Fleet(processes)
    finally:
        _end(processes)


def _hear(parent: "Connection[object, object]", kind: type[T]) -> T:
    """What a process says next; raises RuntimeError when it says nothing, or something else."""
    if not parent.poll(_PATIENCE):
        raise RuntimeError("a load process keeps silent")
    try:
        said = parent.recv()
    except EOFError:
        raise RuntimeError("a load process has failed: see its traceback above") from None
    if not isinstance(said, kind):
        raise TypeError(f"a load process said {said!r}")
    return said


def _end(processes: dict[BaseProcess, "Connection[object, object]"]) -> None:
    for process, parent in processes.items():
        parent.close()
        process.join(5)
        if process.is_alive():
            process.kill()
