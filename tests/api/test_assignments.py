"""Charging profiles of stations over HTTP: assigned, cleared, sent along with a remote start."""

import asyncio
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import orjson
import pytest

from tests.api.stage import eventually

pytestmark = pytest.mark.asyncio(loop_scope="session")

NOON = "2026-05-01T12:00:00.000Z"


@pytest.fixture
def placed(api, station, name):
    """Place a call at a path of the station, which answers; the payload it was sent."""

    async def place(method, path, body=None, *, answer="Accepted", **query):
        asking = api.request(
            method, f"/api/v1/stations/{name}/{path}", json=body, params={"wait": 10} | query
        )
        task = asyncio.ensure_future(asking)
        message_id, frame = await station.asked()
        await station.reply(message_id, {"status": answer})
        outcome = await task
        assert outcome.status_code == 201, outcome.text
        assert outcome.json()["response"] == {"status": answer}
        return orjson.loads(frame)[3]

    return place


@pytest.fixture
def kept(api):
    """Put a profile into the library; its number."""

    async def keep(purpose="TxDefaultProfile", kind="Relative", **changes):
        schedule = {"unit": "A", "periods": [{"start": 0, "limit": 6.0}]}
        wish = {"purpose": purpose, "kind": kind, "stack_level": 0, "schedule": schedule} | changes
        made = await api.post("/api/v1/charging-profiles", json=wish)
        assert made.status_code == 201, made.text
        return made.json()["id"]

    return keep


@pytest.fixture
def held(api, name):
    """What the station holds, once it is as many."""

    async def hold(count):
        async def check():
            page = (await api.get(f"/api/v1/stations/{name}/charging-profiles")).json()
            return SimpleNamespace(items=page["items"]) if len(page["items"]) == count else None

        return (await eventually(check)).items

    return hold


@pytest.fixture
def charging(api, station, tag):
    """A transaction that runs at connector 1; its number, once it can be read."""

    async def charge():
        moment = datetime.now(UTC).isoformat()
        started = await station.ask(
            "StartTransaction", connectorId=1, idTag=tag, meterStart=0, timestamp=moment
        )
        number = started["transactionId"]

        async def check():
            return (await api.get(f"/api/v1/transactions/{number}")).is_success or None

        await eventually(check)
        return number

    return charge


def at(connector):
    return f"connectors/{connector}/charging-profiles"


async def test_what_is_accepted_is_shown_as_installed(placed, kept, held):
    number = await kept()
    payload = await placed("POST", at(1), {"profile_id": number})
    (row,) = await held(1)
    assert payload["csChargingProfiles"]["chargingProfileId"] == number
    assert row["profile"] == payload["csChargingProfiles"]
    assert (row["profile_id"], row["connector_id"], row["purpose"]) == (
        number,
        1,
        "TxDefaultProfile",
    )
    assert row["transaction_id"] is None


async def test_what_is_rejected_is_not(placed, kept, held):
    await placed("POST", at(1), {"profile_id": await kept()}, answer="Rejected")
    await placed("POST", at(2), {"profile_id": await kept(), "transaction_id": None})
    assert len(await held(1)) == 1


async def test_a_profile_of_a_transaction_takes_the_one_that_runs(placed, kept, held, charging):
    running = await charging()
    body = {"profile_id": await kept("TxProfile")}
    payload = await placed("POST", at(1), body)
    assert payload["csChargingProfiles"]["transactionId"] == running
    again = await placed("POST", at(1), body | {"transaction_id": running})
    assert again == payload
    assert [row["transaction_id"] for row in await held(1)] == [running]


async def test_a_late_start_of_the_past_gets_no_profile(api, station, tag, placed, kept, charging):
    running = await charging()
    await api.put(f"/api/v1/tokens/X{tag[:15]}", json={})
    past = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
    late = await station.ask(
        "StartTransaction", connectorId=1, idTag=f"X{tag[:15]}", meterStart=0, timestamp=past
    )

    async def readable():
        return (await api.get(f"/api/v1/transactions/{late['transactionId']}")).is_success or None

    await eventually(readable)
    payload = await placed("POST", at(1), {"profile_id": await kept("TxProfile")})
    assert payload["csChargingProfiles"]["transactionId"] == running


@pytest.mark.parametrize(
    ("purpose", "connector", "body", "why"),
    [
        ("TxProfile", 1, {}, "none runs at 1"),
        ("TxProfile", 0, {}, "not for the whole station"),
        ("ChargePointMaxProfile", 1, {}, "connector 0"),
        ("TxDefaultProfile", 1, {"transaction_id": 1}, "no such transaction"),
    ],
)
async def test_what_the_rules_forbid_is_refused(api, name, kept, purpose, connector, body, why):
    path = f"/api/v1/stations/{name}/{at(connector)}"
    answer = await api.post(path, json={"profile_id": await kept(purpose), **body})
    assert answer.status_code == 422
    assert why in answer.json()["detail"]


async def test_what_begins_at_once_and_ends_cannot_wait(api, name, kept):
    schedule = {"unit": "A", "periods": [{"start": 0, "limit": 6.0}]}
    ending = {"schedule": schedule | {"duration": 600}}
    starting = {"schedule": schedule | {"duration": 600, "start": "2050-01-01T00:00:00Z"}}

    async def codes(purpose, path, body):
        answers = [
            await api.post(
                f"/api/v1/stations/{name}/{path}",
                json=body | {"profile_id": await kept(purpose, kind, **changes)},
                params={"ttl": 600},
            )
            for kind, changes in (("Absolute", ending), ("Absolute", starting), ("Absolute", {}))
        ]
        assert "cannot wait" in answers[0].json()["detail"]
        return [answer.status_code for answer in answers]

    assert await codes("TxDefaultProfile", at(1), {}) == [422, 202, 202]
    assert await codes("TxProfile", "remote-start", {"id_tag": "ABC"}) == [422, 202, 202]


async def test_a_transaction_that_is_over_gets_no_profile(api, name, kept, station, charging):
    number = await charging()
    await station.ask("StopTransaction", transactionId=number, meterStop=9, timestamp=NOON)

    async def stopped():
        row = (await api.get(f"/api/v1/transactions/{number}")).json()
        return row["status"] == "stopped" or None

    await eventually(stopped)
    wish = {"profile_id": await kept("TxProfile"), "transaction_id": number}
    answer = await api.post(f"/api/v1/stations/{name}/{at(1)}", json=wish)
    assert (answer.status_code, answer.json()["detail"]) == (422, "this transaction is stopped")


@pytest.mark.parametrize(
    ("query", "payload"),
    [
        ({}, {}),
        ({"profile_id": 7}, {"id": 7}),
        (
            {"connector": 0, "purpose": "TxProfile", "stack_level": 0},
            {"connectorId": 0, "chargingProfilePurpose": "TxProfile", "stackLevel": 0},
        ),
    ],
)
async def test_a_clearing_says_what_was_given_and_no_more(placed, query, payload):
    sent = await placed("DELETE", "charging-profiles", answer="Unknown", **query)
    assert sent == payload


async def test_what_was_cleared_is_gone(placed, kept, held):
    for connector in (0, 1):
        await placed("POST", at(connector), {"profile_id": await kept()})
    await held(2)
    await placed("DELETE", "charging-profiles", connector=0)
    assert [row["connector_id"] for row in await held(1)] == [1]


async def test_a_clearing_of_no_known_purpose_is_refused(api, name):
    path = f"/api/v1/stations/{name}/charging-profiles"
    assert (await api.delete(path, params={"purpose": "Other"})).status_code == 422


async def test_a_remote_start_takes_its_profile_along(placed, kept, held, charging, tag):
    number = await kept("TxProfile")
    body = {"id_tag": tag, "connector_id": 1, "profile_id": number}
    payload = await placed("POST", "remote-start", body)
    assert (payload["idTag"], payload["connectorId"]) == (tag, 1)
    assert payload["chargingProfile"]["chargingProfileId"] == number
    assert "transactionId" not in payload["chargingProfile"]
    assert await held(0) == []
    started = await charging()
    (row,) = await held(1)
    assert (row["profile_id"], row["connector_id"], row["transaction_id"]) == (number, 1, started)


async def test_a_remote_start_needs_no_profile(placed):
    assert await placed("POST", "remote-start", {"id_tag": "ABC"}) == {"idTag": "ABC"}


@pytest.mark.parametrize(
    ("wish", "why"),
    [
        (("TxDefaultProfile", "Relative"), "takes a TxProfile"),
        (("TxProfile", "Recurring"), "no recurring profile"),
    ],
)
async def test_a_remote_start_takes_no_other_profile(api, name, kept, wish, why):
    schedule = {"unit": "A", "start": NOON, "periods": [{"start": 0, "limit": 6.0}]}
    more = {"recurrency": "Daily", "schedule": schedule} if wish[1] == "Recurring" else {}
    body = {"id_tag": "ABC", "profile_id": await kept(*wish, **more)}
    answer = await api.post(f"/api/v1/stations/{name}/remote-start", json=body)
    assert answer.status_code == 422
    assert why in answer.json()["detail"]


async def test_nobody_holds_profiles_at_a_station_that_is_not_there(api, kept):
    assert (await api.get("/api/v1/stations/NOWHERE/charging-profiles")).status_code == 404
    path = f"/api/v1/stations/NOWHERE/{at(1)}"
    assert (await api.post(path, json={"profile_id": await kept()})).status_code == 404


async def test_a_profile_that_is_not_there_is_not_sent(api, name):
    path = f"/api/v1/stations/{name}"
    body = {"id_tag": "ABC", "profile_id": 1_999_999}
    assert (await api.post(f"{path}/remote-start", json=body)).status_code == 404
    assert (await api.post(f"{path}/{at(1)}", json={"profile_id": 1_999_999})).status_code == 404
