"""The certification cases of the Reservation profile, by their numbers (OCTT).

In each: the station is registered, connected, idle. Nothing is sent to it that nobody asked for.
"""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from tests.journeys.waiting import eventually, nothing_unasked

__all__ = ["nothing_unasked"]
PATH = "/api/v1/reservations"


def _ahead(**time: float) -> str:
    moment = datetime.now(UTC) + timedelta(**time)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


@pytest.fixture
def reserve(station, operator, tag):
    """Reserve as an operator would; the station gives this answer. What the operator is told."""

    async def make(status: str = "Accepted", **members: Any) -> dict[str, Any]:
        station.answers["ReserveNow"] = {"status": status}
        wish = {"station": station.name, "connector_id": 1, "id_tag": tag}
        wish |= {"expiry_date": _ahead(minutes=5)} | members
        answer = await operator.client.post(PATH, json=wish, params={"wait": 10})
        assert answer.status_code == 201, answer.text
        made: dict[str, Any] = answer.json()
        asked = await station.asked("ReserveNow")
        assert asked["connectorId"] == wish["connector_id"]
        assert asked["idTag"] == tag
        assert asked["expiryDate"] == wish["expiry_date"]
        assert asked["reservationId"] == made["reservation_id"]
        assert asked.get("parentIdTag", "") == made["parent_id_tag"]
        return made

    return make


@pytest.fixture
def cancel(station, operator):
    async def give_up(number: int, status: str) -> dict[str, Any]:
        station.answers["CancelReservation"] = {"status": status}
        path, query = f"{PATH}/{number}", {"wait": 10, "station": station.name}
        answer = await operator.client.delete(path, params=query)
        assert answer.status_code == 200, answer.text
        assert await station.asked("CancelReservation") == {"reservationId": number}
        told: dict[str, Any] = answer.json()
        return told

    return give_up


async def test_tc_046_reserve_a_connector_and_charge(station, operator, tag, reserve):
    await station.boot()
    made = await reserve()
    assert made["status"] == "accepted"
    await station.status("Reserved")
    assert (await station.authorize(tag))["status"] == "Accepted"
    await station.status("Preparing")
    started = await station.start(tag, reservation_id=made["reservation_id"])
    assert started.id_tag_info["status"] == "Accepted"
    await station.status("Charging")
    path = f"{PATH}/{made['reservation_id']}"
    row = await eventually(operator, path, "status", "used")
    assert (row["transaction"], row["used_by"]) == (started.transaction_id, tag)


async def test_tc_047_a_reservation_expires(station, operator, reserve):
    await station.boot()
    made = await reserve(expiry_date=_ahead(seconds=3))
    assert made["status"] == "accepted"
    await station.status("Reserved")
    path = f"{PATH}/{made['reservation_id']}"
    row = await eventually(operator, path, "status", "expired")
    assert row["ended_at"] >= row["expiry_date"] == made["expiry_date"]
    await station.status("Available")
    assert (await eventually(operator, path, "status", "expired"))["ended_at"] == row["ended_at"]


async def test_tc_048_1_reserve_a_faulted_connector(station, reserve):
    await station.boot()
    assert (await reserve("Faulted"))["status"] == "faulted"


async def test_tc_048_2_reserve_an_occupied_connector(station, reserve):
    await station.boot()
    await station.status("Preparing")
    assert (await reserve("Occupied"))["status"] == "occupied"


async def test_tc_048_3_reserve_an_unavailable_connector(station, operator, reserve):
    await station.boot()
    station.answers["ChangeAvailability"] = {"status": "Accepted"}
    payload = {"connectorId": 1, "type": "Inoperative"}
    await operator.call(station.name, "ChangeAvailability", payload)
    assert await station.asked("ChangeAvailability") == payload
    await station.status("Unavailable")
    assert (await reserve("Unavailable"))["status"] == "unavailable"


async def test_tc_048_4_a_station_rejects_a_reservation(station, reserve):
    await station.boot()
    assert (await reserve("Rejected"))["status"] == "rejected"


async def test_tc_049_reserve_the_charge_point(station, reserve):
    await station.boot()
    made = await reserve(connector_id=0)
    assert (made["status"], made["connector_id"]) == ("accepted", 0)
    await station.status("Reserved")


async def test_tc_051_cancel_a_reservation(station, operator, reserve, cancel):
    await station.boot()
    number = (await reserve())["reservation_id"]
    await station.status("Reserved")
    assert (await cancel(number, "Accepted"))["status"] == "cancelled"
    await station.status("Available")
    row = await operator.get(f"{PATH}/{number}")
    assert (row["status"], row["cancel_status"]) == ("cancelled", "accepted")


async def test_tc_052_cancelling_is_rejected(station, operator, reserve, cancel):
    await station.boot()
    number = (await reserve())["reservation_id"]
    await station.status("Reserved")
    other = await cancel(number + 100_000, "Rejected")
    assert (other["status"], other["call"]["response"]) == ("unknown", {"status": "Rejected"})
    assert (await cancel(number, "Rejected"))["cancel_status"] == "rejected"
    assert (await operator.get(f"{PATH}/{number}"))["status"] == "accepted"


async def test_tc_053_a_reserved_connector_is_used_with_the_parent(station, operator, tag, reserve):
    family = f"F{uuid4().hex[:12]}"
    await operator.issue(tag, parent_id_tag=family)
    other = await operator.issue(f"T{uuid4().hex[:12]}", parent_id_tag=family)
    await station.boot()
    made = await reserve()
    assert (made["status"], made["parent_id_tag"]) == ("accepted", family)
    await station.status("Reserved")
    for charging in (tag, other):
        info = await station.authorize(charging)
        assert (info["status"], info["parent_id_tag"]) == ("Accepted", family)
    await station.status("Preparing")
    started = await station.start(other, reservation_id=made["reservation_id"])
    assert started.id_tag_info == {"parent_id_tag": family, "status": "Accepted"}
    await station.status("Charging")
    stopped = await station.stop(started.transaction_id, id_tag=tag)
    assert stopped.id_tag_info["status"] == "Accepted"
    await station.status("Finishing")
    path = f"{PATH}/{made['reservation_id']}"
    row = await eventually(operator, path, "status", "used")
    assert (row["transaction"], row["used_by"]) == (started.transaction_id, other)


async def test_a_connector_out_of_service_ends_its_reservation(station, operator, reserve):
    await station.boot()
    number = (await reserve())["reservation_id"]
    await station.status("Reserved")
    await station.status("Faulted", error="GroundFailure")
    row = await eventually(operator, f"{PATH}/{number}", "status", "ended")
    assert row["reason"] == "faulted"
