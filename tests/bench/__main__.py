"""`python -m tests.bench`: what Ampledger does on this machine, in numbers, within minutes."""

import argparse
import json
import os
import platform
import resource
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType

from tests.bench import limits, mix, runs, services
from tests.bench.report import Result, show
from tests.installation import Installation

_INSTALLED: Mapping[str, Callable[[Installation, runs.Plan], Result]] = MappingProxyType(
    {"idle": runs.idle, "closed": runs.closed_loop, "open": runs.open_loop}
)
_MODES = ("limits", *_INSTALLED, "failover", "embedded")
_AMQP = "amqp://guest:guest@127.0.0.1:5672/"
_POSTGRES = "postgresql://postgres@127.0.0.1:5432/postgres"


def main() -> None:
    """Run what was asked for, print it, and write it down."""
    chosen = _arguments()
    _raise_file_limit()
    postgres_url = os.environ.get("AMPLEDGER_TEST_POSTGRES_URL", _POSTGRES)
    amqp_url = os.environ.get("AMPLEDGER_TEST_AMQP_URL", _AMQP)
    report = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "mix": mix.describe(chosen.mix),
    }
    report |= _machine() | services.describe(postgres_url, amqp_url)
    for name, value in report.items():
        print(f"{name}: {value}")
    results: dict[str, object] = {}
    for mode, result in _results(chosen, postgres_url, amqp_url):
        print(show(mode, result), flush=True)
        results[mode] = asdict(result)
    chosen.output.write_text(json.dumps({**report, "results": results}, indent=2) + "\n")
    print(f"\nwritten to {chosen.output}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench BENCH=…", description=__doc__)
    add = parser.add_argument
    add("--mode", choices=("all", *_MODES), default="all", help="what to run")
    add("--stations", type=int, default=200, help="how many are connected and talk")
    add("--seconds", type=float, default=15, help="how long each run is measured")
    add("--mix", choices=sorted(mix.MIXES), default="sessions", help="what stations say")
    add("--rate", type=float, default=200, help="calls per second of the open loop")
    add("--sockets", type=int, default=3000, help="how many idle sockets are opened")
    add("--profile", action="store_true", help="flame graphs of the roles, with py-spy")
    add("--output", type=Path, default=Path("bench-result.json"), help="where the result goes")
    return parser.parse_args()


def _results(
    chosen: argparse.Namespace, postgres_url: str, amqp_url: str
) -> Iterator[tuple[str, Result]]:
    plan = runs.Plan(
        stations=chosen.stations,
        seconds=chosen.seconds,
        mix=chosen.mix,
        rate=chosen.rate,
        sockets=chosen.sockets,
        profile=chosen.profile,
    )
    modes = _MODES if chosen.mode == "all" else (chosen.mode,)
    if "limits" in modes:
        with services.borrowed(postgres_url, amqp_url) as own:
            yield "limits", limits.measure(own, stations=plan.stations, seconds=plan.seconds / 3)
    if installed := [mode for mode in modes if mode in _INSTALLED]:
        with services.borrowed(postgres_url, amqp_url) as own, runs.distributed(own) as ampledger:
            for mode in installed:
                yield mode, _INSTALLED[mode](ampledger, plan)
    if "failover" in modes:
        with (
            services.borrowed(postgres_url, amqp_url) as own,
            runs.distributed(own, workers=2) as ampledger,
        ):
            yield "failover", runs.failover(ampledger, plan)
    if "embedded" in modes:
        with runs.embedded() as ampledger:
            yield "embedded", runs.closed_loop(ampledger, plan)


def _machine() -> dict[str, str]:
    return {
        "cpus": str(os.cpu_count()),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
    }


def _raise_file_limit() -> None:
    """As many sockets as the system lets a process have; the roles inherit it."""
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


if __name__ == "__main__":
    main()
