"""The HTTP API, asked badly, and its operators, who call stations that answer badly."""

import asyncio
import re
from random import Random
from time import sleep

from tests.abuse import payloads
from tests.abuse.findings import Findings
from tests.abuse.lines import PATIENCE, Target, connect, source
from tests.abuse.payloads import written
from tests.abuse.stage import Stage
from tests.abuse.web_requests import Doors, request

_AT_ONCE = 8
_LENGTH = re.compile(rb"Content-Length: (\S+)")
_CRASHES = frozenset({"500", "502"})
_REST = 0.02  # s between two calls to rogues


async def attack(stage: Stage, seed: int, number: int, findings: Findings) -> None:
    """All requests, a few at a time."""
    document = await asyncio.to_thread(lambda: stage.api.get("/openapi.json").json())
    doors = Doors.of(document, stage.installation.admin_token)
    target, numbers = Target(stage.installation.api_url), iter(range(number))

    async def work() -> None:
        for each in numbers:
            await _ask(target, doors, seed, each, findings)

    async with asyncio.TaskGroup() as group:
        for _ in range(_AT_ONCE):
            group.create_task(work())


async def _ask(target: Target, doors: Doors, seed: int, number: int, findings: Findings) -> None:
    findings.inputs["web"] += 1
    raw = request(doors, seed, number)
    try:
        status = await asyncio.wait_for(_status(target, number, raw), PATIENCE)
    except TimeoutError:
        findings.add(f"web {number}", "neither an answer nor an end", raw)
        return
    except OSError:
        status = "hung up"
    findings.outcomes[f"web: {status}"] += 1
    if status in _CRASHES:
        findings.add(f"web {number}", f"answered with {status}", raw)


async def _status(target: Target, number: int, raw: bytes) -> str:
    reader, writer = await connect(target, source(number % 250))
    try:
        writer.write(raw)
        if not _is_whole(raw):
            writer.write_eof()
        line = await reader.readline()
        return line.split(b" ", 2)[1].decode() if line.startswith(b"HTTP/") else "hung up"
    finally:
        writer.transport.abort()


def _is_whole(raw: bytes) -> bool:
    """Whether the server need not wait for more."""
    head, end, body = raw.partition(b"\r\n\r\n")
    lengths = _LENGTH.findall(head)
    return bool(end) and b"Expect" not in head and lengths in ([], [b"%d" % len(body)])


def provoke(stage: Stage, seed: str, over: list[bool], findings: Findings) -> None:
    """An operator calls the rogues, with whatever the schemas allow, until it is over."""
    random = Random(f"{seed} provoke")
    called = [name for name in payloads.actions() if name not in payloads.INCOMING]
    while not over:
        (_, rogue), action = random.choice(stage.posts), random.choice(called)
        path = f"/api/v1/stations/{rogue.name}/calls/{action}"
        payload = written(payloads.usual(random, action)).encode()
        status = stage.api.post(path, content=payload, params={"ttl": 30}).status_code
        findings.outcomes[f"calls to rogues: {status}"] += 1
        sleep(_REST)
