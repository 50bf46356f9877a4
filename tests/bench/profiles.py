"""Flame graphs of the roles, when py-spy is installed."""

import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from time import monotonic


@contextmanager
def profiled(processes: Mapping[str, tuple[int]], seconds: float) -> Iterator[None]:
    """Record every process for some seconds, into bench-<role>.svg."""
    program = shutil.which("py-spy")
    if processes and not program:
        print("py-spy is not installed: no profiles")
    recorders = [
        subprocess.Popen(
            [
                program,
                "record",
                "--gil",
                "-d",
                f"{seconds:.0f}",
                "-o",
                f"bench-{name}.svg",
                "-p",
                f"{pid}",
            ],
            stdout=subprocess.DEVNULL,
        )
        for name, (pid,) in processes.items()
        if program
    ]
    deadline = monotonic() + seconds + 30
    try:
        yield
    finally:
        for recorder in recorders:
            recorder.wait(max(1.0, deadline - monotonic()))
