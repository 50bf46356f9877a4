"""The results as tables for people."""

from collections.abc import Iterable, Sequence
from dataclasses import fields

from tests.bench.figures import Failover, Idle, Limits, Traffic

Result = Traffic | Idle | Failover | Limits


def show(mode: str, result: Result) -> str:
    """A result under the name of its run."""
    if isinstance(result, Traffic):
        return _traffic(mode, result)
    return table("", (mode, ""), ((f.name, getattr(result, f.name)) for f in fields(result)))


def _traffic(mode: str, traffic: Traffic) -> str:
    rate = f"{traffic.calls_per_second:,.0f} CALLs/s"
    title = f"{mode}: {rate}, {traffic.stations} stations, {traffic.errors} errors"
    rows = [(a.action, a.count, a.p50_ms, a.p95_ms, a.p99_ms) for a in traffic.actions]
    cost = {n: (s, s / traffic.seconds) for n, s in traffic.cpu_seconds.items()}
    spent = [(n, s, c, 1e6 * c / traffic.calls_per_second) for n, (s, c) in cost.items()]
    parts = [
        table(title, ("answered in ms", "count", "p50", "p95", "p99"), rows),
        table(
            f"CPU in {traffic.seconds:g} s", ("process", "seconds", "cores", "µs per CALL"), spent
        ),
    ]
    lags = (("read models", traffic.lag), ("event stream", traffic.events_lag))
    behind = [(n, lag.p50_s, lag.p99_s, lag.max_s, lag.max_facts) for n, lag in lags if lag]
    if behind:
        parts.append(table("", ("behind, s", "p50", "p99", "max", "facts: max"), behind))
    return "\n".join(parts)


def table(title: str, header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """The first column is text, the others are numbers."""
    lines = [list(header), *([_cell(value) for value in row] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    text = (
        "  ".join(
            cell.rjust(width) if column else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        )
        for line in lines
    )
    return "\n".join(["", *([title] if title else []), *(f"  {line}".rstrip() for line in text)])


def _cell(value: object) -> str:
    if isinstance(value, float):
        return f"{value:,.0f}" if value >= 1000 else f"{value:,.3f}"
    return f"{value:,}" if isinstance(value, int) else str(value)
