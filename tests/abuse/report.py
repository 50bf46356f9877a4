"""The result of a siege as tables for people."""

from collections.abc import Mapping
from dataclasses import astuple

from tests.abuse.outcome import Report
from tests.abuse.vitals import Vitals
from tests.bench.report import table

_FIELDS = {"MiB": "rss_mb", "handles": "handles", "tasks": "tasks"}


def show(where: str, report: Report) -> str:
    """All of it, the problems last."""
    title = f"{where}: {report.total:,} bad inputs of seed {report.seed} in {report.seconds:g} s"
    rows = [(*astuple(each)[:-1], *each.mebibytes.values()) for each in report.phases]
    sizes = [f"MiB {name}" for name in report.before]
    header = ("the innocents' CALLs, in ms", "s", "answered", "p50", "p99", "max", *sizes)
    parts = [
        table(title, ("bad inputs", "count"), sorted(report.inputs.items())),
        table("", ("answers", "count"), sorted(report.outcomes.items())),
        table("", header, rows),
        table("", _HEADER, _vitals(report)),
        table("", ("acknowledged", "count"), report.acknowledged.items()),
        table("", ("put aside", "count"), sorted(report.quarantined.items())),
    ]
    return "\n".join([*parts, "", _problems(report)])


_HEADER = (
    "process",
    *(f"{what} {when}" for what in _FIELDS for when in ("before", "most", "after")),
)


def _vitals(report: Report) -> list[tuple[object, ...]]:
    moments = (report.before, report.most, report.after)
    return [(name, *_of(moments, name)) for name in report.before]


def _of(moments: tuple[Mapping[str, Vitals], ...], name: str) -> list[object]:
    return [getattr(moment[name], field) for field in _FIELDS.values() for moment in moments]


def _problems(report: Report) -> str:
    if not report.problems:
        return "  nothing lost, nothing broken"
    return "\n".join(
        [f"  {len(report.problems)} problems:", *(f"  - {p}" for p in report.problems)]
    )
