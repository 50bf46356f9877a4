"""`python -m tests.abuse`: everything bad that a network can bring, while good stations charge."""

import argparse
import json
import os
import resource
import sys
from dataclasses import asdict
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.abuse import siege, stage
from tests.abuse.outcome import Report
from tests.abuse.report import show

_AMQP = "amqp://guest:guest@127.0.0.1:5672/"
_POSTGRES = "postgresql://postgres@127.0.0.1:5432/postgres"
_ROGUES, _INNOCENTS = 40, 10


def main() -> None:
    """Lay siege, print what came of it, and write it down."""
    chosen = _arguments()
    raise_file_limit()
    results = {}
    for where in ("embedded", "distributed") if chosen.where == "both" else (chosen.where,):
        report = _besieged(where, chosen)
        print(show(where, report), flush=True)
        results[where] = {"total": report.total, **asdict(report)}
    chosen.output.write_text(json.dumps(results, indent=2) + "\n")
    print(f"\nwritten to {chosen.output}")
    if any(result["problems"] for result in results.values()):
        sys.exit(1)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make abuse ABUSE=…", description=__doc__)
    add = parser.add_argument
    add("where", nargs="?", choices=("embedded", "distributed", "both"), default="distributed")
    add("--number", type=int, default=220_000, help="of bad inputs, but those of the contract")
    add("--seed", type=int, default=1, help="the same seed makes the same inputs")
    add("--seconds", type=float, default=600, help="that frames are sent at most")
    add("--contract", type=float, default=120, help="seconds for the API's contract")
    add("--calm", type=float, default=10, help="seconds before and after")
    add("--only", default="", help="attacks, separated by commas")
    add("--failures", type=Path, default=Path("abuse-failures"), help="folder for bad inputs")
    add("--output", type=Path, default=Path("abuse-result.json"), help="where the result goes")
    return parser.parse_args()


def _besieged(where: str, chosen: argparse.Namespace) -> Report:
    plan = siege.Plan(
        number=chosen.number,
        seed=chosen.seed,
        seconds=chosen.seconds,
        contract=chosen.contract,
        calm=chosen.calm,
        cases=10,
        tell=partial(print, "under attack:", file=sys.stderr, flush=True),
        only=frozenset(chosen.only.split(",")) - {""},
        folder=chosen.failures,
    )
    with TemporaryDirectory() as folder:
        if where == "embedded":
            installed = stage.embedded(Path(folder))
        else:
            amqp = os.environ.get("AMPLEDGER_TEST_AMQP_URL", _AMQP)
            postgres = os.environ.get("AMPLEDGER_TEST_POSTGRES_URL", _POSTGRES)
            installed = stage.distributed(Path(folder), amqp, postgres)
        with (
            installed as installation,
            stage.staged(installation, rogues=_ROGUES, innocents=_INNOCENTS) as besieged,
        ):
            return siege.lay(besieged, plan)


def raise_file_limit() -> None:
    """Thousands of sockets are opened, here and in the processes that inherit the limit."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


if __name__ == "__main__":
    main()
