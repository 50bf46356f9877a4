"""The certification cases of Local Auth List Management, by their numbers (OCTT).

In each: the station is registered, connected, idle. Nothing is sent to it that nobody asked for.
"""

from typing import Any

import pytest

from tests.journeys.waiting import nothing_unasked, until

__all__ = ["nothing_unasked"]


@pytest.fixture
def path(station):
    return f"/api/v1/stations/{station.name}/local-list"


@pytest.fixture
def ask_version(station, operator, path):
    """Ask for the version as an operator would; the station tells this one. What is shown then."""

    async def ask(version: int) -> dict[str, Any]:
        station.answers["GetLocalListVersion"] = {"list_version": version}
        answer = await operator.client.post(f"{path}/ask", params={"wait": 10})
        assert answer.json()["response"] == {"listVersion": version}
        assert await station.asked("GetLocalListVersion") == {}
        shown: dict[str, Any] = await until(
            operator, path, lambda row: row["version"] == version and row["told_at"]
        )
        return shown

    return ask


@pytest.fixture
def send(station, operator, path):
    """Send a list; the station gives this answer. What it got, what the operator is told."""

    async def act(status: str, **wish: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        station.answers["SendLocalList"] = {"status": status}
        answer = await operator.client.post(path, json=wish, params={"wait": 10})
        assert answer.status_code == 201, answer.text
        return await station.asked("SendLocalList"), answer.json()

    return act


def _full(tag: str) -> dict[str, Any]:
    return {"update_type": "Full", "entries": [{"id_tag": tag}]}


async def test_tc_042_1_local_lists_are_not_supported(station, ask_version):
    await station.boot()
    row = await ask_version(-1)
    assert (row["supported"], row["state"]) == (False, "unsupported")


async def test_tc_042_2_the_local_list_is_empty(station, ask_version):
    await station.boot()
    row = await ask_version(0)
    assert (row["supported"], row["state"], row["entries"]) == (True, "confirmed", 0)


@pytest.mark.parametrize("status", ["NotSupported", "Failed"], ids=["tc_043_1", "tc_043_3"])
async def test_tc_043_1_and_3_a_full_is_not_taken(station, operator, tag, send, path, status):
    await station.boot()
    got, told = await send(status, **_full(tag))
    assert got["updateType"] == "Full"
    assert told["state"] == "failed"
    row = await until(operator, path, lambda row: row["failure"])
    assert (row["version"], row["failure"]["status"]) == (None, status)


async def test_tc_043_4_a_full_is_taken(station, operator, tag, path, send):
    await station.boot()
    got, told = await send("Accepted", update_type="Full", tokens={})
    assert got["updateType"] == "Full"
    assert got["listVersion"] > 0
    assert {"idTag": tag, "idTagInfo": {"status": "Accepted"}} in got["localAuthorizationList"]
    assert all("idTagInfo" in entry for entry in got["localAuthorizationList"])
    assert told["state"] == "accepted"
    row = await until(operator, path, lambda row: row["state"] == "confirmed")
    assert row["version"] == got["listVersion"]


async def test_tc_043_5_a_differential_is_taken(station, operator, tag, path, send, ask_version):
    await station.boot()
    first, _ = await send("Accepted", **_full(tag))
    await ask_version(first["listVersion"])
    new = await operator.issue(f"N{tag[:10]}")
    got, _ = await send("Accepted", update_type="Differential", entries=[{"id_tag": new}])
    assert got["updateType"] == "Differential"
    assert got["listVersion"] > first["listVersion"]
    assert got["localAuthorizationList"] == [{"idTag": new, "idTagInfo": {"status": "Accepted"}}]
    row = await until(operator, path, lambda row: row["version"] == got["listVersion"])
    assert (row["state"], row["entries"]) == ("confirmed", 2)


async def test_on_the_wire_members_come_in_the_order_of_the_specification(station, tag, send):
    await station.boot()
    got, _ = await send("Accepted", **_full(tag))
    assert list(got) == ["listVersion", "localAuthorizationList", "updateType"]
    assert list(got["localAuthorizationList"][0]) == ["idTag", "idTagInfo"]


async def test_a_raw_list_is_followed_as_well(station, operator, path):
    await station.boot()
    station.answers["SendLocalList"] = {"status": "Accepted"}
    payload = {"listVersion": 40, "updateType": "Full", "localAuthorizationList": []}
    await operator.call(station.name, "SendLocalList", payload)
    await station.asked("SendLocalList")
    row = await until(operator, path, lambda row: row["version"] == 40)
    assert (row["state"], row["entries"]) == ("confirmed", 0)
