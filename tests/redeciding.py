"""Deciding again whatever a test had decided: by the same code, nothing may be otherwise."""

from domain.log import Log
from domain.ocpp.version import versions
from domain.redecision.recorded import window
from domain.redecision.report import Report, redecide
from domain.store.memory import MemoryLog


def redecided(log: Log, station: str = "") -> Report:
    """All that the journal holds, decided again."""
    rows = window(log, None, None, station)
    if rows is None:
        return Report()
    return redecide(log, MemoryLog(), versions(), rows, lambda *_: None)


def told(report: Report) -> str:
    """The first differences, for a test that fails."""
    lines = [f"{dict(report.summary())}"]
    for each in report.first:
        lines.append(f"{each.station} {each.key} {each.action or each.kind} follows={each.follows}")
        lines += [
            f"    {c.what}\n      was      {c.was}\n      would be {c.would_be}"
            for c in each.changes
        ]
    return "\n".join(lines)
