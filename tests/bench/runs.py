"""The runs of the benchmark: each drives stations against an installation and tells what it saw."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import monotonic, sleep
from types import MappingProxyType

from domain.wire import partition_of
from tests.bench.costs import Costs, memory_of
from tests.bench.figures import Failover, Idle, Traffic, actions_of
from tests.bench.fleet import Fleet, launched
from tests.bench.lag import LagSampler
from tests.bench.load import Job
from tests.bench.mix import TOKEN
from tests.bench.profiles import profiled
from tests.bench.services import PARTITIONS, Services
from tests.bench.station import Tally
from tests.installation import Installation

_WARM_UP = 2.0  # s
_PER_PROCESS = 1000  # stations of one load process


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What the command line chose."""

    stations: int
    seconds: float
    mix: str
    rate: float  # of the open loop, calls per second
    sockets: int  # of the idle run
    profile: bool


_CROWDED = MappingProxyType({"MAX_CONNECTIONS_PER_ADDRESS": "0"})  # all stations are here


@contextmanager
def distributed(services: Services, *, workers: int = 1) -> Iterator[Installation]:
    """One process per role, and as many domain workers as wanted."""
    settings = {**services.settings(), **_CROWDED, "DOMAIN_WORKERS": str(workers)}
    with TemporaryDirectory() as folder, Installation(Path(folder), **settings) as installation:
        for index in range(workers):
            installation.start("domain", index=index)
        for role in ("projections", "gateway", "api"):
            installation.start(role)
        installation.issue_token(TOKEN)
        yield installation


@contextmanager
def embedded() -> Iterator[Installation]:
    """Everything in one process, on SQLite files."""
    with TemporaryDirectory() as folder, Installation(Path(folder), **_CROWDED) as installation:
        installation.start("run")
        installation.issue_token(TOKEN)
        yield installation


def closed_loop(installation: Installation, plan: Plan) -> Traffic:
    """Every answer brings the station's next call: the most there is."""
    return _drive(installation, plan, "CLOSED")


def open_loop(installation: Installation, plan: Plan) -> Traffic:
    """Calls at a steady rate, measured from when they were due: what an ordinary day feels like."""
    return _drive(installation, plan, "OPEN", rate=plan.rate)


def idle(installation: Installation, plan: Plan) -> Idle:
    """Sockets that only stand."""
    gateway = installation.roles["gateway"].pid
    before = memory_of(gateway)
    jobs = _jobs(installation, "IDLE", plan.sockets, mix="", boots=False)
    with launched(*jobs):
        sleep(5)  # what their arrival set in motion ends
        after = memory_of(gateway)
    return Idle(
        sockets=plan.sockets,
        bytes_per_socket=(after - before) // plan.sockets,
        gateway_rss_before=before,
        gateway_rss_after=after,
    )


def failover(installation: Installation, plan: Plan) -> Failover:
    """Kill one domain worker of two in the middle of a closed loop."""
    names = _names("FAIL", plan.stations)
    jobs = _jobs(installation, "FAIL", plan.stations, mix=plan.mix)
    with launched(*jobs) as fleet:
        fleet.go()
        sleep(_WARM_UP + plan.seconds / 2)
        killed = monotonic()
        installation.kill("domain")
        sleep(plan.seconds)
        ended = monotonic()
        tallies = fleet.stop()
    silences = _silences(jobs, tallies, killed, ended)
    return Failover(
        partitions=len({partition_of(name, PARTITIONS) for name in names}),
        median_silence_s=round(median(silences), 3),
        longest_silence_s=round(max(silences), 3),
        errors=sum(tally.errors for tally in tallies),
    )


def _drive(installation: Installation, plan: Plan, prefix: str, *, rate: float = 0) -> Traffic:
    jobs = _jobs(installation, prefix, plan.stations, mix=plan.mix, rate=rate)
    url = installation.database_url
    sampler = LagSampler(url) if url else None
    pids = installation.pids()
    with launched(*jobs) as fleet, profiled(pids if plan.profile else {}, plan.seconds):
        costs, tallies = _measured(fleet, sampler, pids, plan.seconds)
    return Traffic(
        mix=plan.mix,
        stations=plan.stations,
        seconds=plan.seconds,
        calls_per_second=round(sum(len(t.times) / t.seconds for t in tallies), 1),
        errors=sum(tally.errors for tally in tallies),
        actions=actions_of(tallies),
        cpu_seconds=costs,
        lag=sampler.read_models() if sampler else None,
        events_lag=sampler.events() if sampler else None,
    )


def _measured(
    fleet: Fleet, sampler: LagSampler | None, pids: dict[str, tuple[int]], seconds: float
) -> tuple[dict[str, float], tuple[Tally, ...]]:
    fleet.go()
    sleep(_WARM_UP)
    costs = Costs({**pids, "load generator": fleet.pids})
    with sampler or nullcontext():
        sleep(seconds)
        spent = costs.so_far()
        tallies = fleet.stop()
    return spent, tallies


def _names(prefix: str, count: int) -> tuple[str, ...]:
    return tuple(f"{prefix}-{number:05}" for number in range(count))


def _jobs(
    installation: Installation,
    prefix: str,
    count: int,
    *,
    mix: str,
    boots: bool = True,
    rate: float = 0,
) -> list[Job]:
    names = _names(prefix, count)
    shares = [names[start : start + _PER_PROCESS] for start in range(0, count, _PER_PROCESS)]
    return [
        Job(
            url=installation.gateway_url,
            stations=share,
            mix=mix,
            boots=boots,
            rate=rate * len(share) / count,
            warm_up=_WARM_UP,
        )
        for share in shares
    ]


def _silences(
    jobs: Sequence[Job], tallies: Sequence[Tally], killed: float, ended: float
) -> list[float]:
    """Per partition, the longest time without an answer that ended after the kill."""
    answers: defaultdict[int, list[float]] = defaultdict(list)
    for job, tally in zip(jobs, tallies, strict=True):
        partitions = [partition_of(name, PARTITIONS) for name in job.stations]
        for at, station in zip(tally.times, tally.stations, strict=True):
            answers[partitions[station]].append(at)
    return [_longest(sorted([*times, ended]), killed) for times in answers.values()]


def _longest(times: list[float], killed: float) -> float:
    return max(end - begin for begin, end in pairwise(times) if end > killed)
