"""A simulated meter signs, and its system verifies: each written for itself."""

import asyncio

import pytest

from commands.simulate.counts import FleetCounts
from commands.simulate.life import Life
from commands.simulate.line import Identity
from commands.simulate.visits import Pace
from domain.evidence import bundle
from domain.evidence.checking import check, failed
from domain.evidence.signed_values import Verdict
from tests.api.stage import eventually

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_signed_session_is_proven_by_the_key_in_the_configuration(
    api, installation, name, tag
):
    pace = Pace(idle=0.05, session=0.3, sample=0.1, step=0)
    identity = Identity((installation.gateway,), name, tags=(tag,), signs=True)
    life = asyncio.ensure_future(Life(identity, pace, FleetCounts(), asyncio.Semaphore(1)).run())

    async def stopped():
        page = (await api.get("/api/v1/transactions", params={"station": name})).json()
        return next((each["id"] for each in page["items"] if each["status"] == "stopped"), None)

    try:
        number = await eventually(stopped)
        path = f"/api/v1/stations/{name}/calls/GetConfiguration"
        (await api.post(path, json={}, params={"wait": 10})).raise_for_status()
    finally:
        life.cancel()
        await asyncio.wait([life])
    key = bytes.fromhex((await api.get("/api/v1/checkpoints/key")).json()["public_key"])

    async def verified():
        found = bundle.read((await api.get(f"/api/v1/transactions/{number}/proof")).content)
        lines = check(found, key)
        assert not failed(lines), lines
        told = {line.what: line.verdict for line in lines}
        return told if told.get("signed energy") is Verdict.VERIFIED else None

    told = await eventually(verified)
    assert told["signed identity"] is Verdict.VERIFIED
    assert told["signed reading at the end"] is Verdict.VERIFIED
    assert told["sealed values"] is Verdict.VERIFIED
