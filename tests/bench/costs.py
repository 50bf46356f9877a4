"""What a run cost: CPU seconds by process, the broker's and the database's among them."""

from collections.abc import Iterable, Mapping

import psutil


class Costs:
    """CPU seconds spent since it was made. Processes of other machines cost nothing here."""

    def __init__(self, processes: Mapping[str, Iterable[int]]) -> None:
        """`processes`: names for the report, and pids."""
        self._groups = {name: _alive(pids) for name, pids in processes.items()}
        self._groups["rabbitmq"] = _named("beam.smp", "rabbit")
        self._groups["postgresql"] = _named("postgres", "")
        self._before = self._spent()

    def so_far(self) -> dict[str, float]:
        """CPU seconds by name; for services that others use too, theirs are in it."""
        spent = {name: now - self._before[name] for name, now in self._spent().items()}
        return {name: round(used, 2) for name, used in spent.items() if used >= 0}  # it did not end

    def _spent(self) -> dict[str, float]:
        return {name: sum(map(_seconds, group)) for name, group in self._groups.items() if group}


def memory_of(pid: int) -> int:
    """Bytes of a process that are in memory."""
    return int(psutil.Process(pid).memory_info().rss)


def _alive(pids: Iterable[int]) -> list[psutil.Process]:
    return [psutil.Process(pid) for pid in pids if psutil.pid_exists(pid)]


def _named(name: str, argument: str) -> list[psutil.Process]:
    """The oldest processes of a program: those whose parent is another program."""
    found = [p for p in psutil.process_iter(["name", "cmdline", "ppid"]) if p.info["name"] == name]
    pids = {p.pid for p in found}
    heads = [p for p in found if p.info["ppid"] not in pids]
    return [p for p in heads if argument in " ".join(p.info["cmdline"] or ())]


def _seconds(process: psutil.Process) -> float:
    """Of a process and all its descendants, those that have ended included."""
    try:
        spent = sum(process.cpu_times()[:4])  # user, system, and both of ended children
        return spent + sum(map(_seconds, process.children()))
    except psutil.NoSuchProcess:
        return 0.0
