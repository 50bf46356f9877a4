"""What the suite throws is worth throwing, and can be thrown again."""

import asyncio
import json
import socket
from pathlib import Path
from typing import cast

import httpx
import pytest

from tests.abuse import frames, framing, ledger, payloads, rogues, tls, upgrades, web_requests
from tests.abuse.findings import Findings
from tests.abuse.frames import FAMILIES
from tests.abuse.innocents import Account, Session
from tests.abuse.lines import Identity, Target
from tests.abuse.web_requests import Doors

ROGUE = Identity("ROGUE-0", "secret", "127.66.0.1")
DOORS = Doors([("GET", "/api/v1/stations"), ("PUT", "/api/v1/stations/{station}")], "token")
NUMBERS = range(60)


@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_a_number_makes_the_same_frame_again_and_another_seed_another(family):
    once = [frames.shot(family, 1, number).payload for number in NUMBERS]
    again = [frames.shot(family, 1, number).payload for number in NUMBERS]
    other = [frames.shot(family, 2, number).payload for number in NUMBERS]
    assert once == again
    assert family == "replay" or once != other


@pytest.mark.parametrize(
    "make",
    [
        lambda seed, number: framing.sequence(seed, number).raw,
        lambda seed, number: upgrades.request(ROGUE, seed, number),
        lambda seed, number: web_requests.request(DOORS, seed, number),
    ],
)
def test_a_number_makes_the_same_bytes_again(make):
    once = [make(1, number) for number in NUMBERS]
    assert once == [make(1, number) for number in NUMBERS]
    assert len(set(once)) > len(NUMBERS) / 2


def test_every_field_of_every_action_is_spoilt_in_every_way():
    every = payloads.spoilings(incoming=True) + payloads.spoilings(incoming=False)
    assert len(every) == len(set(every))
    fields = {(action, path) for action, path, _ in every}
    assert len(every) == len(fields) * len(payloads.ALIENS)
    assert {action for action, _ in fields} == set(payloads.actions())
    assert ("MeterValues", ("meterValue", 0, "sampledValue", 0, "value")) in fields


def test_the_long_run_spoils_every_field():
    spoilt = 200_000 * FAMILIES["spoilt"].share * 0.8 / 2
    assert spoilt > max(len(payloads.spoilings(incoming=each)) for each in (True, False))


def test_the_shares_are_a_whole():
    assert sum(family.share for family in FAMILIES.values()) == pytest.approx(1.0)


def test_the_deepest_frame_is_as_deep_as_was_promised():
    deepest = max(
        max(shot.payload.count(b"["), shot.payload.count(b"{"))
        for shot in (frames.shot("deep", 1, number) for number in range(0, 200, 10))
    )
    assert deepest >= frames.DEEPEST


def test_what_must_be_answered_has_an_id_of_its_own():
    for family in ("spoilt", "mutant", "huge"):
        shot = frames.shot(family, 1, 7)
        assert json.dumps(shot.call).encode() in shot.payload


def test_an_answer_to_a_numeric_id_is_read():
    assert rogues.read(b'[4,1e999,"GenericError","",{}]')[1] == "1e999"
    assert rogues.read(b"[3," + b"9" * 5000 + b",{}]")[0] == 3


def test_an_old_hello_is_told_from_a_new_one():
    def server_hello(version: bytes) -> bytes:
        return b"\x16\x03\x03\x00\x40\x02\x00\x00\x3c" + version + bytes(58)

    assert tls.is_old(server_hello(b"\x03\x01"))
    assert not tls.is_old(server_hello(b"\x03\x03"))


class Clerk:
    """An API that knows these transactions and readings."""

    def __init__(self, transactions: list[dict], values: list[dict]) -> None:
        self._known = {"transactions": transactions, "meter-values": values}

    def get(self, path: str, params: dict) -> "Clerk":
        self._items = self._known[path.rpartition("/")[2]]
        return self

    def raise_for_status(self) -> "Clerk":
        return self

    def json(self) -> dict:
        return {"items": self._items, "next": None}


ROW = {"id": 7, "meter_start_wh": 0, "meter_stop_wh": 100}
VALUE = {"transaction": 7, "value": 10, "source": "MeterValues"}
ACCOUNT = Account([Session("S", 0, number=7, readings=[10], meter_stop=100)])


@pytest.mark.parametrize(
    ("rows", "values", "said"),
    [
        ([ROW], [VALUE], ""),
        ([], [], "its start was acknowledged, and is not there"),
        ([{**ROW, "meter_stop_wh": None}], [VALUE], "its stop was acknowledged, and is not there"),
        ([ROW], [], "the reading 10 is there 0 times"),
        ([ROW], [VALUE, VALUE], "the reading 10 is there 2 times"),
        ([ROW, {**ROW, "id": 8}], [VALUE], "2 transactions start at 0 Wh"),
    ],
)
def test_what_is_lost_or_doubled_is_seen(rows, values, said):
    found = list(ledger.compare(cast("httpx.Client", Clerk(rows, values)), ACCOUNT))
    assert len(found) == bool(said)
    assert all(said in each for each in found)


async def test_a_gateway_that_says_nothing_is_seen(tmp_path: Path):
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        port, findings = deaf.getsockname()[1], Findings(tmp_path)
        post = Target(f"ws://127.0.0.1:{port}/ocpp"), ROGUE
        await asyncio.wait_for(upgrades.knock(post, 1, 0, findings, patience=0.2), 10)
    assert [each.what for each in findings.found] == ["no end within 0.2 s"]
    assert (tmp_path / "001-upgrade-0.input").read_bytes() == upgrades.request(ROGUE, 1, 0)


async def test_a_gateway_that_fails_is_seen(tmp_path: Path):
    async def fail(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 500 Internal Server Error\r\n\r\n")
        writer.close()
        await writer.wait_closed()

    server, findings = await asyncio.start_server(fail, "127.0.0.1", 0), Findings(tmp_path)
    async with server:
        url = f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}/ocpp"
        await upgrades.knock((Target(url), ROGUE), 1, 0, findings)
    assert [each.what for each in findings.found] == ["answered with 500"]
