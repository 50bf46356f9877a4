"""The siege: innocents charge, one attack follows the other, and then everything is looked at."""

import asyncio
import multiprocessing
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from time import monotonic, sleep

from tests.abuse import (
    contract,
    framing,
    hoards,
    innocents,
    ledger,
    rogues,
    tls,
    upgrades,
    vitals,
    web,
)
from tests.abuse.findings import Findings
from tests.abuse.innocents import Account, Errand
from tests.abuse.outcome import Mark, Report, phases
from tests.abuse.stage import Stage
from tests.abuse.vitals import Watch

_CAUGHT_UP = {"gateway_connections": 0, "outbox_bytes": 0, "projection_lag_facts": 0}
_OPERATORS = 8  # who call the rogues
_PATIENCE = 120  # s for the innocents to come to an end
_MORE_HANDLES = 24  # pools of threads and connections may have filled up
_MORE_TASKS = 8
# MiB that a process may grow by, however many inputs: forty lines with four frames of a mebibyte
# each, as much again where they are read, and the outbox.
_MORE_MEMORY = 384
# Of all inputs; what is left are frames.
_SHARES = {"framing": 0.03, "upgrades": 0.05, "handshakes": 0.02, "tls": 0.01, "web": 0.03}


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How much of it."""

    number: int
    seed: int
    folder: Path  # for what is found
    seconds: float  # that frames are sent at most
    contract: float  # s for cases of the contract
    calm: float  # s before and after
    cases: int  # of the contract, for each operation in turn
    only: frozenset[str] = frozenset()  # attacks; empty: all
    tell: Callable[[str], object] = str  # what is going on


Attack = Callable[[Stage, Plan, Findings], Awaitable[None]]


def lay(stage: Stage, plan: Plan) -> Report:
    """The whole siege; nothing is raised, everything is reported."""
    report, findings = Report(seed=plan.seed), Findings(plan.folder)
    with _charging(stage) as charging:
        marks = [Mark.now("before", stage)]
        sleep(plan.calm)
        watch = Watch(stage.installation)
        with watch.watching():
            for name, attack in _chosen(plan):
                plan.tell(name)
                marks.append(Mark.now(name, stage))
                asyncio.run(_attacked(attack, stage, plan, findings))
        marks.append(Mark.now("after", stage))
        report.most = dict(watch.most)
        connections = {"gateway_connections": len(stage.innocents)}
        report.problems += vitals.settled(stage.installation, connections)
        sleep(plan.calm)
        marks.append(Mark.now("end", stage))
        account = charging.end()
    report.problems += vitals.settled(stage.installation, _CAUGHT_UP)
    report.seconds = round(marks[-1].at - marks[0].at, 1)
    report.before, report.after = marks[1].vitals, marks[-1].vitals
    report.timeline = watch.timeline
    report.phases = list(phases(account, marks))
    _settle_accounts(report, findings, account, stage)
    return report


def _chosen(plan: Plan) -> list[tuple[str, Attack]]:
    return [(name, each) for name, each in _ATTACKS.items() if not plan.only or name in plan.only]


async def _attacked(attack: Attack, stage: Stage, plan: Plan, findings: Findings) -> None:
    await attack(stage, plan, findings)


async def _frames(stage: Stage, plan: Plan, findings: Findings) -> None:
    """Rogues at every listener in turn; an operator calls them meanwhile, and gets bad answers."""
    attackers = [
        rogues.Attacker(target, rogue, plan.seed, findings) for target, rogue in stage.posts
    ]
    number = round(plan.number * (1 - sum(_SHARES.values())))
    over: list[bool] = []
    with ThreadPoolExecutor(_OPERATORS) as operators:  # the loop needs its own threads for names
        for n in range(_OPERATORS):
            operators.submit(web.provoke, stage, f"{plan.seed} {n}", over, findings)
        try:
            await rogues.attack(attackers, plan.seed, number, until=monotonic() + plan.seconds)
        finally:
            over.append(True)
            for attacker in attackers:
                attacker.leave()


async def _framing(stage: Stage, plan: Plan, findings: Findings) -> None:
    number = round(plan.number * _SHARES["framing"])
    await framing.attack(stage.posts, plan.seed, number, findings)


async def _upgrades(stage: Stage, plan: Plan, findings: Findings) -> None:
    number = round(plan.number * _SHARES["upgrades"])
    await upgrades.attack(stage.posts, plan.seed, number, findings)


async def _handshakes(stage: Stage, plan: Plan, findings: Findings) -> None:
    number = round(plan.number * _SHARES["handshakes"])
    await hoards.attack(stage.targets, stage.posts[0][1], plan.seed, number, findings)


async def _tls(stage: Stage, plan: Plan, findings: Findings) -> None:
    number = round(plan.number * _SHARES["tls"])
    await tls.attack(stage.targets, plan.seed, number, findings)


async def _web(stage: Stage, plan: Plan, findings: Findings) -> None:
    number = round(plan.number * _SHARES["web"])
    await web.attack(stage, plan.seed, number, findings)


async def _contract(stage: Stage, plan: Plan, findings: Findings) -> None:
    await asyncio.to_thread(contract.attack, stage, plan.seed, plan.contract, plan.cases, findings)


_ATTACKS: dict[str, Attack] = {
    "frames": _frames,
    "framing": _framing,
    "upgrades": _upgrades,
    "handshakes": _handshakes,
    "tls": _tls,
    "api": _web,
    "contract": _contract,
}


class _Charging:
    """The process of the innocents."""

    def __init__(self, parent: "Connection[object, object]") -> None:
        self._parent = parent

    def end(self) -> Account:
        """Let them finish, and hear their account."""
        self._parent.send("enough")
        if not self._parent.poll(_PATIENCE):
            raise RuntimeError("the innocents do not come to an end")
        account = self._parent.recv()
        assert isinstance(account, Account)
        return account


@contextmanager
def _charging(stage: Stage) -> Iterator[_Charging]:
    errand = Errand(stage.innocents)
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=innocents.work, args=(errand, theirs), daemon=True)
    process.start()
    theirs.close()
    try:
        if not ours.poll(_PATIENCE):
            raise RuntimeError("the innocents do not get in")
        ours.recv()
        yield _Charging(ours)
    finally:
        process.join(5)
        process.kill()


def _settle_accounts(report: Report, findings: Findings, account: Account, stage: Stage) -> None:
    """Everything that must hold at the end."""
    report.inputs, report.outcomes = dict(findings.inputs), dict(findings.outcomes)
    report.acknowledged = {
        "transactions": len(account.sessions),
        "readings": sum(len(session.readings) for session in account.sessions),
        "stops": sum(session.meter_stop is not None for session in account.sessions),
    }
    report.quarantined = dict(Counter(case["reason"] for case in ledger.quarantine(stage.api)))
    report.problems += [f"{each.attack}: {each.what}" for each in findings.found]
    report.problems += account.complaints
    report.problems += ledger.compare(stage.api, account)
    report.problems += vitals.ailing(stage.installation)
    report.problems += vitals.tracebacks(stage.installation, findings.folder)
    report.problems += _grown(report)
    failed = vitals.measured(stage.installation, "inbox_failed_total")
    if failed:
        report.problems.append(f"{failed:g} messages could not be decided")


def _grown(report: Report) -> Iterator[str]:
    """What a process keeps, or took under attack, beyond its measure."""
    for name, before in report.before.items():
        after, most = report.after[name], report.most[name]
        if after.handles > before.handles + _MORE_HANDLES:
            yield f"{name} keeps {after.handles} handles: they were {before.handles}"
        if after.tasks > before.tasks + _MORE_TASKS:
            yield f"{name} keeps {after.tasks} tasks: they were {before.tasks}"
        if most.rss_mb > before.rss_mb + _MORE_MEMORY:
            yield f"{name} grew from {before.rss_mb} to {most.rss_mb} MiB under attack"
