import asyncio
from urllib.parse import quote

import orjson
import pytest

from tests.api.stage import PATIENCE, Station, eventually

pytestmark = pytest.mark.asyncio(loop_scope="session")

UNTIL = "2035-01-31T18:00:00.123Z"
PATH = "/api/v1/reservations"


@pytest.fixture
def wish(name, tag):
    return {"station": name, "connector_id": 1, "id_tag": tag, "expiry_date": UNTIL}


@pytest.fixture
def reserve(api, station, wish):
    """Make a reservation that the station answers; what we say, and the payload it got."""

    async def make(status="Accepted", /, **members):
        async with asyncio.TaskGroup() as group:
            asking = group.create_task(
                api.post(PATH, json=wish | members, params={"wait": PATIENCE})
            )
            message_id, frame = await station.asked()
            await station.reply(message_id, {"status": status})
        return asking.result(), frame

    return make


@pytest.fixture
def cancel(api, station):
    """Cancel one, and have the station answer."""

    async def give_up(number, status="Accepted", **query):
        async with asyncio.TaskGroup() as group:
            asking = group.create_task(
                api.delete(f"{PATH}/{number}", params={"wait": PATIENCE} | query)
            )
            message_id, frame = await station.asked()
            await station.reply(message_id, {"status": status})
        assert orjson.loads(frame)[2:] == ["CancelReservation", {"reservationId": number}]
        return asking.result()

    return give_up


def shown(api, number, status):
    """A reservation once it is in a status."""

    async def look():
        found = (await api.get(f"{PATH}/{number}")).json()
        return found if found.get("status") == status else None

    return eventually(look)


async def test_a_reservation_is_asked_for_as_ordered(reserve, name, tag):
    answer, frame = await reserve()
    made = answer.json()
    number = made["reservation_id"]
    assert number > 0
    wanted = (
        f'"ReserveNow",{{"connectorId":1,"expiryDate":"{UNTIL}","idTag":"{tag}",'
        f'"reservationId":{number}}}]'
    )
    assert frame.decode().endswith(wanted)
    assert (answer.status_code, made["status"]) == (201, "accepted")
    assert answer.headers["location"] == f"{PATH}/{number}?station={name}"
    assert (made["station"], made["connector_id"], made["id_tag"]) == (name, 1, tag)
    assert (made["expiry_date"], made["requested_by"]) == (UNTIL, "admin")
    assert made["reserve_call"] == made["last_call"] == made["call"]["id"]
    assert made["call"]["response"] == {"status": "Accepted"}


@pytest.mark.parametrize("status", ["Faulted", "Occupied", "Rejected", "Unavailable"])
async def test_any_other_answer_is_a_normal_outcome(reserve, status):
    answer, _ = await reserve(status)
    assert (answer.status_code, answer.json()["status"]) == (201, status.lower())


async def test_each_has_a_number_of_its_own(reserve):
    first, _ = await reserve()
    second, _ = await reserve()
    assert first.json()["reservation_id"] != second.json()["reservation_id"]


async def test_a_number_of_ones_own_choice_replaces_what_it_names(reserve):
    await reserve(reservation_id=-70_001)
    answer, _ = await reserve("Occupied", reservation_id=-70_001, connector_id=0)
    assert (answer.json()["status"], answer.json()["connector_id"]) == ("accepted", 1)
    answer, _ = await reserve(reservation_id=-70_001, connector_id=0)
    assert (answer.json()["status"], answer.json()["connector_id"]) == ("accepted", 0)


async def test_the_parent_of_the_token_goes_along_unless_told_otherwise(api, reserve, tag):
    await api.put(f"/api/v1/tokens/{tag}", json={"parent_id_tag": "FAMILY"})
    _, frame = await reserve()
    assert f'"idTag":"{tag}","parentIdTag":"FAMILY","reservationId":' in frame.decode()
    _, frame = await reserve(parent_id_tag="OTHERS")
    assert '"parentIdTag":"OTHERS"' in frame.decode()
    _, frame = await reserve(parent_id_tag=None)
    assert b"parentIdTag" not in frame


async def test_without_waiting_it_is_under_way(api, station, wish):
    answer = await api.post(PATH, json=wish)
    made = answer.json()
    assert (answer.status_code, made["status"]) == (202, "requested")
    message_id, _ = await station.asked()
    await station.refuse(message_id, "NotSupported", "")
    failed = await shown(api, made["reservation_id"], "failed")
    assert failed["reason"] == "refused"


async def test_a_raw_call_makes_one_too(api, station, name, tag):
    payload = {"connectorId": 2, "expiryDate": UNTIL, "idTag": tag, "reservationId": -70_002}
    await api.post(f"/api/v1/stations/{name}/calls/ReserveNow", json=payload)
    message_id, _ = await station.asked()
    await station.reply(message_id, {"status": "Accepted"})
    assert (await shown(api, -70_002, "accepted"))["connector_id"] == 2


async def test_a_transaction_uses_it(api, station, reserve, tag):
    answer, _ = await reserve()
    number = answer.json()["reservation_id"]
    started = await station.ask(
        "StartTransaction",
        connectorId=1,
        idTag=tag,
        meterStart=0,
        timestamp="2026-01-01T12:00:00Z",
        reservationId=number,
    )
    used = await shown(api, number, "used")
    assert (used["transaction"], used["used_by"]) == (started["transactionId"], tag)


async def test_it_is_cancelled(reserve, cancel):
    answer, _ = await reserve()
    gone = await cancel(answer.json()["reservation_id"])
    assert (gone.status_code, gone.json()["status"]) == (200, "cancelled")
    assert gone.json()["cancel_call"] == gone.json()["call"]["id"]
    assert (gone.json()["cancel_status"], gone.json()["cancel_by"]) == ("accepted", "admin")


async def test_a_rejected_cancelling_keeps_it(reserve, cancel):
    answer, _ = await reserve()
    kept = await cancel(answer.json()["reservation_id"], "Rejected")
    assert (kept.status_code, kept.json()["status"]) == (200, "accepted")
    assert kept.json()["cancel_status"] == "rejected"


async def test_what_never_went_out_is_taken_back(api, wish):
    asked = (await api.post(PATH, json=wish, params={"ttl": 600})).json()
    assert asked["call"]["status"] == "queued"
    gone = await api.delete(f"{PATH}/{asked['reservation_id']}")
    assert (gone.status_code, gone.json()["status"]) == (200, "failed")
    assert (gone.json()["reason"], gone.json()["call"]["status"]) == ("cancelled", "cancelled")
    assert gone.json()["cancel_call"] == ""


async def test_a_number_nobody_asked_for_can_be_cancelled_at_a_station(api, cancel, name):
    answer = await cancel(-70_003, "Rejected", station=name)
    assert (answer.status_code, answer.json()["status"]) == (200, "unknown")
    unknown = await api.delete(f"{PATH}/-70003")
    assert (unknown.status_code, unknown.json()["title"]) == (404, "not found")


async def test_of_two_stations_with_one_number_one_is_named(api, installation, reserve, name, tag):
    await reserve(reservation_id=-70_004)
    other = "CP/other"
    await api.put(f"/api/v1/stations/{quote(other, safe='')}", json={})
    async with Station.connected(installation, other):
        wish = {"station": other, "connector_id": 3, "id_tag": tag, "expiry_date": UNTIL}
        taken = await api.post(PATH, json=wish | {"reservation_id": -70_004})
        assert (taken.status_code, name in taken.json()["detail"]) == (409, True)
        raw = {"connectorId": 3, "expiryDate": UNTIL, "idTag": tag, "reservationId": -70_004}
        calls = f"/api/v1/stations/{quote(other, safe='')}/calls/ReserveNow"
        await api.post(calls, json=raw)
    for ask in (api.get, api.delete):
        unclear = await ask(f"{PATH}/-70004")
        assert (unclear.status_code, other in unclear.json()["detail"]) == (409, True)
    named = await api.get(f"{PATH}/-70004", params={"station": other})
    assert named.json()["connector_id"] == 3


async def test_of_two_stations_the_one_that_keeps_it_is_meant(api, installation, cancel, reserve):
    answer, _ = await reserve(reservation_id=-70_005)
    assert answer.headers["Location"].startswith(f"{PATH}/-70005?station=")
    name = answer.json()["station"]
    await cancel(-70_005)
    other = "CP/other"
    await api.put(f"/api/v1/stations/{quote(other, safe='')}", json={})
    async with Station.connected(installation, other):
        wish = {k: answer.json()[k] for k in ("connector_id", "id_tag", "expiry_date")}
        made = await api.post(PATH, json=wish | {"station": other, "reservation_id": -70_005})
        assert made.status_code == 202
        assert (await api.get(f"{PATH}/-70005")).json()["station"] == other
    named = await api.get(f"{PATH}/-70005", params={"station": name})
    assert named.json()["status"] == "cancelled"


async def test_they_are_listed_in_pages(api, reserve, name, tag):
    await reserve()
    await reserve("Occupied", connector_id=2)

    async def numbers(**query):
        page = (await api.get(PATH, params={"station": name} | query)).json()
        return [item["connector_id"] for item in page["items"]], page["next"]

    assert await numbers() == ([2, 1], None)
    assert (await numbers(connector=1))[0] == [1]
    assert (await numbers(status="occupied", id_tag=tag.lower()))[0] == [2]
    first, cursor = await numbers(limit=1)
    assert (first, await numbers(limit=1, cursor=cursor)) == ([2], ([1], None))


@pytest.mark.parametrize(
    "members",
    [
        {"expiry_date": "tomorrow"},
        {"expiry_date": "2035-01-31T18:00:00"},
        {"id_tag": "x" * 21},
        {"connector_id": -1},
        {"reservation_id": 2**53},
        {"alien": 1},
    ],
)
async def test_what_cannot_be_sent_is_refused(api, wish, members):
    assert (await api.post(PATH, json=wish | members)).status_code == 422


async def test_a_past_expiry_is_the_stations_to_judge(reserve):
    answer, _ = await reserve("Rejected", expiry_date="2020-01-01T00:00:00+01:00")
    assert answer.json()["expiry_date"] == "2019-12-31T23:00:00.000Z"


async def test_a_station_that_is_unknown_or_away_is_told(api, wish):
    assert (await api.post(PATH, json=wish | {"station": "nobody"})).status_code == 404
    assert (await api.post(PATH, json=wish)).status_code == 409
    assert (await api.get(f"{PATH}/987654321")).status_code == 404
