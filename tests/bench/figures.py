"""From measurements to records that a report shows and a file keeps."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from tests.bench.station import Tally


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """How fast one kind of call was answered."""

    action: str
    count: int
    p50_ms: float
    p95_ms: float
    p99_ms: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Lag:
    """How far the slowest read model, or the stream of events, was behind the log."""

    p50_s: float
    p99_s: float
    max_s: float
    max_facts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Traffic:
    """What a number of stations was answered in a time."""

    mix: str
    stations: int
    seconds: float
    calls_per_second: float
    errors: int
    actions: tuple[Action, ...]
    cpu_seconds: dict[str, float] = field(default_factory=dict)  # by process
    lag: Lag | None = None
    events_lag: Lag | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Idle:
    """What a socket costs that says nothing."""

    sockets: int
    bytes_per_socket: int
    gateway_rss_before: int
    gateway_rss_after: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Failover:
    """One of two domain workers was killed: how long partitions kept silent."""

    partitions: int
    median_silence_s: float
    longest_silence_s: float
    errors: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What the machine does without Ampledger."""

    websocket_calls_per_second: float
    confirmed_publishes_per_second: float
    inserted_rows_per_second: float


def percentile(ordered: Sequence[float], share: float) -> float:
    """A value that this share of the (sorted) values does not exceed; 0 when there are none."""
    if not ordered:
        return 0.0
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def actions_of(tallies: Iterable[Tally]) -> tuple[Action, ...]:
    """The latencies of all processes, by action, "all" first."""
    merged: dict[str, list[float]] = {"all": []}
    for tally in tallies:
        for action, latencies in tally.latencies.items():
            merged.setdefault(action, []).extend(latencies)
            merged["all"].extend(latencies)
    return tuple(_action(action, sorted(values)) for action, values in merged.items())


def _action(action: str, ordered: list[float]) -> Action:
    p50, p95, p99 = (round(1000 * percentile(ordered, s), 2) for s in (0.5, 0.95, 0.99))
    return Action(action=action, count=len(ordered), p50_ms=p50, p95_ms=p95, p99_ms=p99)
