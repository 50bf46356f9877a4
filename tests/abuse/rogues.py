"""Registered stations with bad intentions: they send volleys of bad frames, and ask for life."""

import asyncio
import json
from collections.abc import Sequence
from random import Random
from time import monotonic
from typing import Any

from tests.abuse import frames, payloads
from tests.abuse.findings import Findings
from tests.abuse.frames import FAMILIES, Shot
from tests.abuse.lines import TEXT, Ended, Identity, Line, Refused, Target, frame

# RFC 6455 section 7.4.1: what a server may say to rude frames. 1011 is a crash.
LAWFUL = frozenset({1002, 1003, 1007, 1008, 1009})
MOST = 1 << 20  # bytes of a frame that must be taken: what the gateway allows by default
_BOOT = b'[2,"boot","BootNotification",{"chargePointVendor":"Identity","chargePointModel":"R"}]'
_ATTEMPTS = 20  # to connect, a while apart: a server may defend itself


class Attacker:
    """One rogue at a line that it opens again and again."""

    def __init__(self, target: Target, rogue: Identity, seed: int, findings: Findings) -> None:
        self._target, self._rogue, self._findings = target, rogue, findings
        self._seed, self._random = seed, Random(f"{seed} {rogue.name}")
        self._line: Line | None = None
        self._canaries = 0

    async def fire(self, shots: Sequence[Shot]) -> None:
        """Send a volley; what must not happen is found, down to the very frame if it repeats."""
        self._findings.inputs[shots[0].family] += len(shots)
        problem = await self._volley(shots)
        if problem and len(shots) > 1:
            guilty = [(shot, found) for shot in shots if (found := await self._volley([shot]))]
            for shot, found in guilty:
                self._tell(shot, found)
        if problem and (len(shots) == 1 or not guilty):
            self._tell(shots[0], f"{problem} (somewhere in {len(shots)} from here on)")

    def leave(self) -> None:
        """Without a word."""
        if self._line:
            self._line.drop()
            self._line = None

    def _tell(self, shot: Shot, problem: str) -> None:
        self._findings.add(f"{shot.family} {shot.number}", problem, shot.payload)

    async def _volley(self, shots: Sequence[Shot]) -> str:
        """What must not happen to a volley, "" when all is well."""
        try:
            line = self._line = self._line or await self._opened()
        except (OSError, TimeoutError, Refused) as error:
            return f"the gateway lets a registered station in no more: {error!r}"
        self._canaries += 1
        canary = f"canary-{self._canaries}"
        line.throw(*(frame(shot.opcode, shot.payload) for shot in shots))
        line.throw(frame(TEXT, b'[2,"%b","Heartbeat",{}]' % canary.encode()))
        try:
            return await self._judged(line, canary, {shot.call for shot in shots} - {""})
        except TimeoutError:
            self.leave()
            return "no answer to a heartbeat"
        except Ended as ended:
            self._line = None
            line.drop()
            return self._ending(shots, ended.code)

    async def _judged(self, line: Line, canary: str, awaited: set[str]) -> str:
        problem = ""
        while True:
            _, said = await line.hear()
            kind, id, *rest = read(said)
            if kind == 2:
                line.throw(frame(TEXT, self._retort(id, rest[0])))
                continue
            self._findings.outcomes[_outcome(kind, rest)] += 1
            awaited.discard(id)
            if kind == 4 and rest[0] == "InternalError":
                problem = f"InternalError, to {id}"
            if id == canary:
                return problem or (f"no answer to {sorted(awaited)[:3]}" if awaited else "")

    def _ending(self, shots: Sequence[Shot], code: int) -> str:
        self._findings.outcomes[f"closed with {code}"] += 1
        is_too_long = any(len(shot.payload) > MOST for shot in shots)
        if code == 1009 and is_too_long:
            return ""
        if code in LAWFUL and shots[0].family == "unspeakable":
            return ""
        return f"the connection ended with {code or 'no word'}"

    def _retort(self, id: str, action: str) -> bytes:
        """A bad answer to a call of the CSMS."""
        self._findings.inputs["retort"] += 1
        random = self._random
        usual = payloads.usual(random, f"{action}Response") if action in payloads.actions() else {}
        bad = random.choice((payloads.mutate, payloads.infest))(random, usual)
        said = json.dumps(id), payloads.written(bad)
        pattern = random.choice(
            ("[3,%s,%s]", "[3,%s,%s]", '[4,%s,"GenericError","",%s]', "[3,%s,[%s]]")
        )
        return (pattern % said).encode()

    async def _opened(self) -> Line:
        for attempt in range(_ATTEMPTS):
            try:
                line = await Line.open(self._target, self._rogue)
            except Refused as refused:
                if refused.status not in {429, 503} or attempt == _ATTEMPTS - 1:
                    raise
                self._findings.outcomes[f"refused with {refused.status}"] += 1
                await asyncio.sleep(0.2 * attempt)
            else:
                line.throw(frame(TEXT, _BOOT))
                return line
        raise ConnectionRefusedError


def read(said: bytes) -> Any:
    """A frame of ours; ids that came as numbers come back to the digit, however many they are."""
    return json.loads(said, parse_int=_number, parse_float=str)


def _number(digits: str) -> int | str:
    return int(digits) if len(digits) < 9 else digits


def _outcome(kind: int, rest: list[object]) -> str:
    return "CALLRESULT" if kind == 3 else f"CALLERROR {rest[0]}"


def volleys(seed: int, number: int) -> list[tuple[str, int, int]]:
    """Family, first number and count of every volley, families mixed."""
    planned = [
        (name, first, family.together)
        for name, family in FAMILIES.items()
        for first in range(0, max(family.together, round(number * family.share)), family.together)
    ]
    Random(f"{seed} volleys").shuffle(planned)
    return planned


async def attack(attackers: Sequence[Attacker], seed: int, number: int, *, until: float) -> None:
    """All volleys, each by whoever is free; `until` is the monotonic time at which it is enough."""
    waiting = iter(volleys(seed, number))

    async def work(attacker: Attacker) -> None:
        for family, first, count in waiting:
            if monotonic() > until:
                return
            await attacker.fire([frames.shot(family, seed, first + n) for n in range(count)])

    async with asyncio.TaskGroup() as group:
        for attacker in attackers:
            group.create_task(work(attacker))
