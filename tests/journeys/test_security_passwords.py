"""Passwords of stations: TC_073 and TC_085 by their numbers (OCTT), and what may happen between."""

import asyncio
import secrets

import pytest

from tests.journeys.charge_point import Station, basic
from tests.journeys.conftest import Operator
from tests.journeys.securing import knock, owner, station
from tests.journeys.waiting import eventually, nothing_unasked

__all__ = ["nothing_unasked", "owner", "station"]
BASIC = pytest.mark.parametrize("profile", [1, 2], ids=["profile 1", "profile 2"])


async def rotate(operator: Operator, station: Station, new: bytes, status: str) -> str:
    """Have it change its password, in hex; the call's id."""
    station.answers["ChangeConfiguration"] = {"status": status}
    change = {"key": "AuthorizationKey", "value": new.hex()}
    outcome = await operator.call(station.name, "ChangeConfiguration", change)
    assert await station.asked("ChangeConfiguration") == change
    assert outcome["response"] == {"status": status}
    return str(outcome["id"])


async def settled(operator: Operator, station: Station) -> None:
    """No password is on its way any more."""
    await eventually(operator, f"/api/v1/stations/{station.name}", "password_changing", False)


@BASIC
async def test_tc_073_change_basic_auth_password(owner, station, operator):
    await station.boot()
    old, new = owner.password, secrets.token_bytes(20)
    await rotate(operator, station, new, "Accepted")
    await station.leave()
    station.headers = basic(station.name, new)
    await station.connect()
    assert (await station.boot()).status == "Accepted"
    await settled(operator, station)
    await station.leave()
    assert await knock(station, **basic(station.name, old)) == 401
    await station.connect()
    told = await operator.client.get(f"/api/v1/stations/{station.name}/journal")
    calls = await operator.client.get("/api/v1/calls", params={"station": station.name})
    assert "AuthorizationKey" in told.text
    assert new.hex() not in told.text + calls.text


@BASIC
async def test_tc_073_with_a_password_that_nobody_is_ever_shown(owner, station, operator):
    await station.boot()
    station.answers["ChangeConfiguration"] = {"status": "Accepted"}
    path = f"/api/v1/stations/{station.name}/password/rotate"
    outcome = await operator.post(path, wait=10)
    asked = await station.asked("ChangeConfiguration")
    assert asked["key"] == "AuthorizationKey"
    assert 16 <= len(bytes.fromhex(asked["value"])) <= 20
    assert asked["value"] not in str(outcome)
    await settled(operator, station)
    await station.leave()
    assert await knock(station, **basic(station.name, owner.password)) == 401
    station.headers = basic(station.name, asked["value"].encode())  # some send the digits
    await station.connect()


@BASIC
async def test_tc_085_basic_auth_with_valid_credentials(owner, station):
    await station.leave()
    assert await knock(station, Authorization="") == 401
    assert await knock(station, **basic(station.name, b"a wrong password")) == 401
    assert await knock(station, **basic("SOMEBODY", owner.password)) == 401
    await station.connect()
    boot = await station.boot((0, "Available"), (1, "Available"), (2, "Available"))
    assert boot.status == "Accepted"


@BASIC
@pytest.mark.parametrize("status", ["Rejected", "NotSupported"])
async def test_a_password_that_the_station_rejects_comes_to_nothing(station, operator, status):
    await station.boot()
    new = secrets.token_bytes(16)
    await rotate(operator, station, new, status)
    await settled(operator, station)
    await station.leave()
    assert await knock(station, **basic(station.name, new)) == 401
    await station.connect()


@BASIC
@pytest.mark.parametrize("used", ["old", "new"])
async def test_when_the_answer_is_lost_both_passwords_fit_until_one_is_used(
    owner, station, operator, used
):
    await station.boot()
    old, new = owner.password, secrets.token_bytes(20)
    change = {"key": "AuthorizationKey", "value": new.hex()}
    station.answers["ChangeConfiguration"] = {"status": "Accepted"}
    station.wire.is_dead = True  # it answers, and the answer is lost with the connection
    asking = asyncio.ensure_future(
        operator.call(station.name, "ChangeConfiguration", change, timeout=30)
    )
    assert await station.asked("ChangeConfiguration") == change
    await station.leave()
    assert (await asking)["status"] == "timed_out"
    chosen, other = (old, new) if used == "old" else (new, old)
    station.headers = basic(station.name, chosen)
    await station.connect()
    assert (await station.boot()).status == "Accepted"
    await settled(operator, station)
    await station.leave()
    assert await knock(station, **basic(station.name, other)) == 401
    await station.connect()
