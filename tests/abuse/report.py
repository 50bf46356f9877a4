"""The result of a siege as tables for people."""

from collections.abc import Mapping
from dataclasses import astuple

from tests.abuse.siege import Report
from tests.abuse.vitals import Vitals
from tests.bench.report import table


def show(where: str, report: Report) -> str:
    """All of it, the problems last."""
    title = f"{where}: {report.total:,} bad inputs of seed {report.seed} in {report.seconds:g} s"
    rows = [astuple(each) for each in report.latencies]
    header = ("the innocents' CALLs, in ms", "s", "answered", "p50", "p99", "max")
    parts = [
        table(title, ("bad inputs", "count"), sorted(report.inputs.items())),
        table("", ("answers", "count"), sorted(report.outcomes.items())),
        table("", header, rows),
        table("", ("process", "MiB before", "most", "after", *_MORE), _vitals(report)),
        table("", ("acknowledged", "count"), report.acknowledged.items()),
        table("", ("put aside", "count"), sorted(report.quarantined.items())),
    ]
    return "\n".join([*parts, "", _problems(report)])


_MORE = ("handles before", "most", "after", "tasks before", "most", "after")


def _vitals(report: Report) -> list[tuple[object, ...]]:
    moments = (report.before, report.most, report.after)
    return [(name, *_of(moments, name)) for name in report.before]


def _of(moments: tuple[Mapping[str, Vitals], ...], name: str) -> list[object]:
    fields = ("rss_mb", "handles", "tasks")
    return [getattr(moment[name], field) for field in fields for moment in moments]


def _problems(report: Report) -> str:
    if not report.problems:
        return "  nothing lost, nothing broken"
    return "\n".join([f"  {len(report.problems)} problems:", *(f"  - {p}" for p in report.problems)])
