"""What became of a reservation, and which ones a period touches, over HTTP."""

import asyncio

import pytest

from tests.api.stage import PATIENCE, eventually

pytestmark = pytest.mark.asyncio(loop_scope="session")

UNTIL = "2035-01-31T18:00:00.000Z"
PATH = "/api/v1/reservations"


@pytest.fixture
def reserve(api, station, name, tag):
    async def make(status):
        wish = {"station": name, "connector_id": 1, "id_tag": tag, "expiry_date": UNTIL}
        async with asyncio.TaskGroup() as group:
            asking = group.create_task(api.post(PATH, json=wish, params={"wait": PATIENCE}))
            message_id, _ = await station.asked()
            await station.reply(message_id, {"status": status})
        return asking.result().json()

    return make


async def test_a_reservation_tells_what_became_of_it(api, reserve, name, tag):
    made = await reserve("Accepted")
    number = made["reservation_id"]
    told = (await api.get(f"{PATH}/{number}/history")).json()
    assert (told["station"], told["reservation_id"]) == (name, number)
    topics = [each["topic"].removeprefix("reservation.") for each in told["steps"]]
    assert topics == ["named", "requested", "accepted"]
    accepted = told["steps"][-1]
    assert (accepted["version"], accepted["data"]["id_tag"]) == (3, tag)
    assert accepted["data"]["call"] == made["reserve_call"]
    assert accepted["at"] == made["answered_at"]


async def test_what_was_never_reserved_has_no_history(api):
    assert (await api.get(f"{PATH}/-99123/history")).status_code == 404


async def test_reservations_are_found_by_the_period_they_touch(api, reserve, name):
    made = await reserve("Accepted")

    async def numbers(**period):
        page = (await api.get(PATH, params={"station": name, **period})).json()
        return [each["reservation_id"] for each in page["items"]]

    assert await numbers(**{"from": "2035-01-31T17:59:00Z"}) == [made["reservation_id"]]
    assert await numbers(**{"from": UNTIL}) == []
    assert await numbers(to=made["requested_at"]) == []

    async def asked():
        return await numbers(to=UNTIL)

    assert await eventually(asked) == [made["reservation_id"]]
