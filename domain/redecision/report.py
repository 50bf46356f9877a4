"""What came of deciding again: counts, and the first rows that would be otherwise."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from domain.log import Log
from domain.ocpp.version import Versions
from domain.redecision.comparing import Change, changes
from domain.redecision.deciding import Outcome, Redecision
from domain.redecision.recorded import Tape, Window

Tell = Callable[[int, int], None]  # how many rows, and the position of the last


@dataclass(frozen=True, slots=True)
class Difference:
    """A row that would be otherwise."""

    position: int
    station: str
    key: str
    kind: str
    action: str
    received_at: datetime
    follows: bool  # from another difference
    failed: bool  # its handling failed then
    fails: bool  # it does now
    changes: tuple[Change, ...]


@dataclass(slots=True)
class Report:
    """Bounded, however many rows there are."""

    most: int = 20  # differences that are kept
    rows: int = 0
    identical: int = 0
    different: int = 0  # by themselves
    following: int = 0  # because something before them is different
    not_decidable: int = 0  # again: of an earlier release, they do not say enough
    facts: int = 0
    by_action: Counter[str] = field(default_factory=Counter)
    by_station: Counter[str] = field(default_factory=Counter)
    first: list[Difference] = field(default_factory=list)

    @property
    def is_identical(self) -> bool:
        """Whether nothing would be otherwise."""
        return not self.different and not self.following

    def take(self, outcome: Outcome) -> None:
        """Count a row."""
        self.rows += 1
        self.facts += len(outcome.recorded.facts)
        if outcome.entry is None:
            self.not_decidable += 1
            return
        if outcome.identical:
            self.identical += 1
            return
        row = outcome.recorded
        versions = not outcome.follows
        found = changes(row.entry, outcome.entry, row.facts, outcome.facts, versions=versions)
        if found:
            self._note(_difference(outcome, tuple(found)))
        else:
            self.identical += 1

    def _note(self, difference: Difference) -> None:
        if difference.follows:
            self.following += 1
        else:
            self.different += 1
        self.by_action[difference.action or difference.kind] += 1
        self.by_station[difference.station] += 1
        kept = [each.follows for each in self.first]
        if len(kept) < self.most:
            self.first.append(difference)
        elif not difference.follows and True in kept:  # causes tell more than consequences
            self.first.pop(len(kept) - 1 - kept[::-1].index(True))
            self.first.append(difference)

    def summary(self) -> Mapping[str, Any]:
        """The counts."""
        return {
            "rows": self.rows,
            "identical": self.identical,
            "different": self.different,
            "following": self.following,
            "not_decidable": self.not_decidable,
            "facts": self.facts,
        }


def redecide(
    log: Log, aside: Log, versions: Versions, window: Window, tell: Tell, *, most: int = 20
) -> Report:
    """Decide all rows of a window again; raises Unavailable."""
    report, redecision = Report(most), Redecision(log, aside, versions)
    for batch in Tape(log, window).batches():
        for outcome in redecision.decide(batch):
            report.take(outcome)
        tell(report.rows, batch[-1].position)
    return report


def _difference(outcome: Outcome, found: tuple[Change, ...]) -> Difference:
    row = outcome.recorded
    return Difference(
        position=row.position,
        station=row.entry.station,
        key=row.entry.key,
        kind=row.entry.kind,
        action=row.entry.action,
        received_at=row.entry.received_at,
        follows=outcome.follows,
        failed=outcome.failed,
        fails=bool(outcome.trace),
        changes=found,
    )
