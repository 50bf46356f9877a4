"""The quarantine desk over HTTP: candidates, decisions, and what follows from them."""

import pytest

from tests.api.stage import eventually

pytestmark = pytest.mark.asyncio(loop_scope="session")

NOON, LATER = "2026-01-01T12:00:00.000Z", "2026-01-01T13:00:00.000Z"
ROOT = "/api/v1/quarantine"


@pytest.fixture
def cases(api, name):
    """The cases of the station, once there are so many."""

    async def find(count=1, **query):
        async def look():
            answer = await api.get(ROOT, params={"station": name, **query})
            found = answer.json()["items"]
            return (found,) if len(found) == count else None

        return (await eventually(look))[0]

    return find


async def start(station, tag, meter=1000, at=NOON):
    answer = await station.ask(
        "StartTransaction", connectorId=1, idTag=tag, meterStart=meter, timestamp=at
    )
    return answer["transactionId"]


async def stop(station, number, tag=None, meter=3500, **more):
    token = {"idTag": tag} if tag else {}
    await station.ask(
        "StopTransaction",
        transactionId=number,
        meterStop=meter,
        timestamp=LATER,
        **token,
        **more,
    )


async def test_the_transaction_an_orphan_stop_is_about_comes_first_and_is_ended_by_it(
    api, station, tag, cases
):
    older = await start(station, "SOMEBODY", meter=10, at="2026-01-01T10:00:00.000Z")
    number = await start(station, tag)
    sampled = [{"timestamp": LATER, "sampledValue": [{"value": "3500"}]}]
    await stop(station, -1, tag, transactionData=sampled)
    (listed,) = await cases(state="open", kind="orphan-stop")

    case = (await api.get(f"{ROOT}/{listed['number']}")).json()
    assert [each["transaction"]["id"] for each in case["candidates"]] == [number, older]
    best = case["candidates"][0]
    assert (best["score"], best["energy_wh"]) == (100, 2500)
    assert {"it is open", "the same token", "the meter goes on from it"} <= set(best["reasons"])
    assert case["rulings"] == ["assign", "dismiss"]
    assert f'"idTag":"{tag}"' in case["record"]

    path = f"{ROOT}/{listed['number']}/resolve"
    wish = {"ruling": "assign", "transaction": number, "note": "asked the driver"}
    resolved = (await api.post(path, json=wish)).json()
    assert (resolved["state"], resolved["ruling"]) == ("resolved", "assign")
    assert (resolved["resolved_transaction"], resolved["decided_by"]) == (number, "admin")

    ended = (await api.get(f"/api/v1/transactions/{number}")).json()
    assert (ended["status"], ended["energy_wh"], ended["stopped_at"]) == ("stopped", 2500, LATER)
    values = (await api.get(f"/api/v1/transactions/{number}/meter-values")).json()["items"]
    assert [each["value"] for each in values] == [3500]
    audited = (await api.get("/api/v1/audit", params={"operation": "ResolveCase"})).json()
    assert "asked the driver" in audited["items"][0]["detail"]
    assert tag not in audited["items"][0]["detail"]
    assert await cases(0, state="open") == []
    assert [each["number"] for each in await cases(transaction=number)] == [listed["number"]]


async def test_a_decision_is_taken_back(api, station, tag, cases):
    number = await start(station, tag)
    await stop(station, -1)
    (case,) = await cases()
    path = f"{ROOT}/{case['number']}"
    await api.post(f"{path}/resolve", json={"ruling": "assign", "transaction": number, "note": "n"})
    again = await api.post(f"{path}/resolve", json={"ruling": "dismiss", "note": "n"})
    assert again.status_code == 409
    reopened = (await api.post(f"{path}/reopen", json={"note": "it was the other one"})).json()
    assert (reopened["state"], reopened["ruling"]) == ("open", None)
    assert reopened["note"] == "it was the other one"
    ended = (await api.get(f"/api/v1/transactions/{number}")).json()
    assert (ended["status"], ended["closed_by"]) == ("closed", "admin")
    assert (await api.post(f"{path}/reopen", json={"note": "n"})).status_code == 409


async def test_a_meter_that_went_backwards_is_put_right(api, station, tag, cases):
    number = await start(station, tag, meter=9000)
    await stop(station, number)
    (case,) = await cases(kind="meter-backwards")
    path = f"{ROOT}/{case['number']}/resolve"
    assert (await api.post(path, json={"ruling": "accept", "note": "n"})).status_code == 422
    wish = {"ruling": "accept", "energy_wh": 2100, "note": "the meter was replaced"}
    assert (await api.post(path, json=wish)).status_code == 200
    ended = (await api.get(f"/api/v1/transactions/{number}")).json()
    assert (ended["energy_wh"], ended["meter_stop_wh"]) == (2100, 3500)


async def test_late_values_are_given_to_the_transaction_that_ran(api, station, tag, cases):
    first = await start(station, tag)
    await stop(station, first)
    running = await start(station, "SOMEBODY", meter=3500, at="2026-01-01T13:05:00.000Z")
    late = [{"timestamp": "2026-01-01T13:10:00.000Z", "sampledValue": [{"value": "3700"}]}]
    await station.ask("MeterValues", connectorId=1, transactionId=first, meterValue=late)
    (case,) = await cases()
    shown = (await api.get(f"{ROOT}/{case['number']}")).json()
    assert shown["candidates"][0]["transaction"]["id"] == running
    wish = {"ruling": "assign", "transaction": running, "note": "an old number"}
    await api.post(f"{ROOT}/{case['number']}/resolve", json=wish)
    row = (await api.get(f"/api/v1/transactions/{running}")).json()
    assert (row["status"], row["last_meter_wh"], row["energy_wh"]) == ("open", 3700, 200)


async def test_a_decision_has_its_limits(api, station, cases):
    await stop(station, -1)
    (case,) = await cases()
    path = f"{ROOT}/{case['number']}/resolve"
    wrong = (
        ({"ruling": "accept", "note": "n"}, 422),
        ({"ruling": "assign", "note": "n"}, 404),
        ({"ruling": "dismiss", "note": ""}, 422),
        ({"ruling": "dismiss", "note": "n", "energy_wh": 1}, 422),
        ({"ruling": "guess", "note": "n"}, 422),
    )
    for body, status in wrong:
        assert (await api.post(path, json=body)).status_code == status, body
    assert (await api.get(f"{ROOT}/999999999")).status_code == 404
    assert (await api.post(path, json={"ruling": "dismiss", "note": "a test"})).status_code == 200
