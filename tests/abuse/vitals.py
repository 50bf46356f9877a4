"""The health of the processes under attack, from outside: memory, handles, threads, tasks, logs."""

import json
import re
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep
from types import MappingProxyType

import psutil

from tests.installation import Installation, Role

_EVERY = 0.5  # s between two looks
_SAMPLE = re.compile(r"^ampledger_(\w+?)(?:\{[^}]*\})? (\S+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Vitals:
    """A process at a moment."""

    rss_mb: int
    handles: int
    sockets: int
    threads: int
    tasks: int


def look(installation: Installation) -> dict[str, Vitals]:
    """All roles, now."""
    return {name: _vitals(role) for name, role in installation.roles.items()}


def _vitals(role: Role) -> Vitals:
    process = psutil.Process(role.pid)
    with process.oneshot():
        return Vitals(
            rss_mb=process.memory_info().rss >> 20,
            handles=process.num_fds(),
            sockets=len(process.net_connections("tcp")),
            threads=process.num_threads(),
            tasks=int(measures(role).get("loop_tasks", 0)),
        )


class Watch:
    """Keeps the greatest of each, while it watches."""

    def __init__(self, installation: Installation) -> None:
        self._installation, self._most = installation, look(installation)
        self.timeline: list[dict[str, int]] = []  # MiB
        self._enough = threading.Event()

    @property
    def most(self) -> Mapping[str, Vitals]:
        """The greatest values of each role."""
        return MappingProxyType(self._most)

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Look again and again, beside whatever is done."""
        thread = threading.Thread(target=self._watch)
        thread.start()
        try:
            yield
        finally:
            self._enough.set()
            thread.join()

    def _watch(self) -> None:
        while not self._enough.wait(_EVERY):
            try:
                now = look(self._installation)
            except (psutil.Error, OSError):  # it has died, which is seen elsewhere
                return
            self.timeline.append({name: each.rss_mb for name, each in now.items()})
            self._most = {name: _greatest(self._most[name], now[name]) for name in now}


def _greatest(one: Vitals, other: Vitals) -> Vitals:
    return Vitals(*(max(getattr(one, name), getattr(other, name)) for name in Vitals.__slots__))


def measures(role: Role) -> dict[str, float]:
    """What a process tells Prometheus, summed over labels."""
    url = role.ready_url.replace("/readyz", "/metrics")
    with urllib.request.urlopen(url, timeout=10) as response:
        text = response.read().decode()
    summed: dict[str, float] = {}
    for name, value in _SAMPLE.findall(text):
        summed[name] = summed.get(name, 0.0) + float(value)
    return summed


def measured(installation: Installation, name: str) -> float:
    """One measure, over all roles."""
    return sum(measures(role).get(name, 0.0) for role in installation.roles.values())


def ailing(installation: Installation) -> Iterator[str]:
    """Which process has ended or is not ready."""
    for role in installation.roles.values():
        if (code := role.process.poll()) is not None:
            yield f"{role.name} has ended with {code}"
        elif not _is_ready(role):
            yield f"{role.name} is not ready"


def _is_ready(role: Role) -> bool:
    try:
        with urllib.request.urlopen(role.ready_url, timeout=5) as response:
            return bool(response.status == 200)
    except OSError:
        return False


def tracebacks(installation: Installation, folder: Path) -> Iterator[str]:
    """Every traceback in a log: nothing that comes from outside may cause one. They are kept."""
    for role in installation.roles.values():
        lines = role.log.read_text(errors="replace").splitlines()
        found = [line for line in lines if "Traceback (most recent call last)" in line]
        if found:
            folder.mkdir(parents=True, exist_ok=True)
            (folder / f"{role.name}.tracebacks").write_text("\n".join(found) + "\n")
        yield from (f"{role.name}: {_last_words(line)}" for line in found)


def _last_words(line: str) -> str:
    """What was raised, of a line of JSON with a traceback."""
    try:
        return str(json.loads(line)["exception"]).splitlines()[-1][:300]
    except (ValueError, KeyError):
        return line[-300:]


def settled(
    installation: Installation, wanted: Mapping[str, float], within: float = 60
) -> Iterator[str]:
    """Wait until no measure is greater than wanted; tells which is for too long."""
    deadline = monotonic() + within
    while late := {
        name: now for name, most in wanted.items() if (now := measured(installation, name)) > most
    }:
        if monotonic() > deadline:
            yield from (f"{name} is {now:g} after {within:g} s" for name, now in late.items())
            return
        sleep(0.1)
