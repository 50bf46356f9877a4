"""What came of a siege: phase by phase, and in all."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from time import monotonic

from tests.abuse import vitals
from tests.abuse.innocents import Account
from tests.abuse.stage import Stage
from tests.abuse.vitals import Vitals


@dataclass(frozen=True, slots=True)
class Phase:
    """What the innocents felt, and how large the processes were at its end."""

    name: str
    seconds: float
    answers: int
    p50_ms: float
    p99_ms: float
    max_ms: float
    mebibytes: dict[str, int]


@dataclass(frozen=True, slots=True)
class Mark:
    """The beginning of a phase: the end of the one before."""

    name: str
    at: float
    vitals: dict[str, Vitals]

    @classmethod
    def now(cls, name: str, stage: Stage) -> "Mark":
        return cls(name, monotonic(), vitals.look(stage.installation))


@dataclass(slots=True, kw_only=True)
class Report:
    """What came of a siege."""

    seed: int
    seconds: float = 0.0
    inputs: dict[str, int] = field(default_factory=dict)
    outcomes: dict[str, int] = field(default_factory=dict)
    phases: list[Phase] = field(default_factory=list)
    before: dict[str, Vitals] = field(default_factory=dict)
    most: dict[str, Vitals] = field(default_factory=dict)
    after: dict[str, Vitals] = field(default_factory=dict)
    timeline: list[dict[str, int]] = field(default_factory=list)  # MiB, every half second
    quarantined: dict[str, int] = field(default_factory=dict)
    acknowledged: dict[str, int] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    @property
    def total(self) -> int:
        """All bad inputs."""
        return sum(self.inputs.values())


def phases(account: Account, marks: Sequence[Mark]) -> Iterator[Phase]:
    """Between each mark and the next."""
    for mark, end in pairwise(marks):
        times = sorted(took for sent, took in account.answers if mark.at <= sent < end.at)
        sizes = {name: each.rss_mb for name, each in end.vitals.items()}
        p50, p99, most = (_milliseconds(times, share) for share in (0.5, 0.99, 1))
        seconds = round(end.at - mark.at, 1)
        yield Phase(mark.name, seconds, len(times), p50, p99, most, sizes)


def _milliseconds(times: Sequence[float], share: float) -> float:
    """What this share of sorted times does not exceed."""
    return round(1000 * times[min(int(len(times) * share), len(times) - 1)], 1) if times else 0.0
