import csv
import io

import pytest

from tests.api.stage import eventually

pytestmark = pytest.mark.asyncio(loop_scope="session")

NOON, LATER = "2026-01-01T12:00:00.000Z", "2026-01-01T13:00:00.000Z"


@pytest.fixture
def started(station, tag):
    """Start a transaction; its number."""

    async def start(meter=0, at=NOON):
        answer = await station.ask(
            "StartTransaction", connectorId=1, idTag=tag, meterStart=meter, timestamp=at
        )
        return answer["transactionId"]

    return start


@pytest.fixture
def shown(api):
    """A transaction once it is in a state."""

    async def show(number, status="open"):
        async def look():
            answer = await api.get(f"/api/v1/transactions/{number}")
            found = answer.json() if answer.status_code == 200 else {}
            return found if found.get("status") == status else None

        return await eventually(look)

    return show


async def stop(station, number, meter=2500):
    await station.ask(
        "StopTransaction",
        transactionId=number,
        meterStop=meter,
        timestamp=LATER,
        reason="EVDisconnected",
    )


async def test_a_transaction_is_told_from_start_to_stop(started, shown, station, name, tag):
    number = await started(meter=500)
    assert (await shown(number))["id_tag"] == tag

    await stop(station, number)
    told = await shown(number, "stopped")
    assert (told["station"], told["connector"], told["energy_wh"]) == (name, 1, 2000)
    assert (told["started_at"], told["stopped_at"]) == (NOON, LATER)
    assert (told["stop_reason"], told["duration_s"]) == ("EVDisconnected", 3600)


async def test_transactions_are_listed_by_station_tag_and_state(
    api, started, shown, station, name, tag
):
    first = await started()
    await stop(station, first)
    second = await started(at=LATER)
    await shown(second)

    async def numbers(**query):
        page = (await api.get("/api/v1/transactions", params={"station": name, **query})).json()
        return [each["id"] for each in page["items"]]

    assert await numbers() == [second, first]
    assert await numbers(id_tag=tag, open=True) == [second]
    assert await numbers(open=False) == [first]
    assert await numbers(id_tag="NOBODY") == []


async def test_a_stuck_transaction_is_closed_by_an_operator_once(api, started, shown):
    number = await started()
    await shown(number)
    path = f"/api/v1/transactions/{number}/close"
    closed = await api.post(path, json={"reason": "the station was replaced"})
    again = await api.post(path, json={"reason": "again"})

    assert closed.json()["status"] == "closed"
    assert closed.json()["closed_reason"] == "the station was replaced"
    assert closed.json()["closed_by"] == "admin"
    assert again.status_code == 409


async def test_the_connector_tells_who_charges(api, started, shown, name):
    number = await started()
    await shown(number)
    page = (await api.get("/api/v1/connectors", params={"station": name})).json()
    assert [(each["connector"], each["transaction"]) for each in page["items"]] == [(1, number)]


async def test_meter_values_are_told_one_by_one(api, started, station):
    number = await started()
    samples = [{"value": "230.1", "measurand": "Voltage", "phase": "L1"}, {"value": "700"}]
    for minute in (10, 20):
        value = {"timestamp": f"2026-01-01T12:{minute}:00.000Z", "sampledValue": samples}
        await station.ask("MeterValues", connectorId=1, transactionId=number, meterValue=[value])
    path = f"/api/v1/transactions/{number}/meter-values"

    async def all_four():
        answer = await api.get(path)
        found = answer.json()["items"] if answer.status_code == 200 else []
        return found if len(found) == 4 else None

    values = await eventually(all_four)
    assert [each["value"] for each in values] == [230.1, 700, 230.1, 700]
    assert (values[0]["measurand"], values[1]["unit"]) == ("Voltage", "Wh")

    page = (await api.get(path, params={"limit": 1})).json()
    assert len(page["items"]) == 2  # a moment is not cut in two
    rest = (await api.get(path, params={"limit": 2, "cursor": page["next"]})).json()
    assert [*page["items"], *rest["items"]] == values
    assert rest["next"] is None


async def test_a_spreadsheet_has_all_rows(api, started, shown, name):
    numbers = [await started(at=f"2026-01-01T12:0{minute}:00Z") for minute in range(3)]
    await shown(numbers[-1])
    answer = await api.get(
        "/api/v1/transactions",
        params={"station": name, "limit": 1},
        headers={"Accept": "text/csv"},
    )
    rows = list(csv.DictReader(io.StringIO(answer.text)))

    assert answer.headers["content-type"].startswith("text/csv")
    assert [int(row["id"]) for row in rows] == numbers[::-1]
    assert {row["station"] for row in rows} == {name}
    assert rows[0]["started_at"] == "2026-01-01T12:02:00.000Z"


async def test_a_tag_cannot_be_a_formula_in_a_spreadsheet(api, station, name):
    formula = '=HYPERLINK("x")'
    await station.ask(
        "StartTransaction", connectorId=1, idTag=formula, meterStart=0, timestamp=NOON
    )

    async def rows():
        answer = await api.get(
            "/api/v1/transactions", params={"station": name}, headers={"Accept": "text/csv"}
        )
        return list(csv.DictReader(io.StringIO(answer.text)))

    assert (await eventually(rows))[0]["id_tag"] == f"'{formula}"


async def test_a_transaction_that_is_none_is_not_found(api):
    for path in ("", "/meter-values"):
        assert (await api.get(f"/api/v1/transactions/999999{path}")).status_code == 404
    closing = await api.post("/api/v1/transactions/999999/close", json={"reason": "x"})
    assert closing.status_code == 404
    assert (await api.get(f"/api/v1/transactions/{2**63}")).status_code == 422


async def test_transactions_are_found_by_part_of_a_name_and_by_when_they_started(
    api, started, shown, name, tag
):
    first = await started()
    second = await started(at=LATER)
    await shown(second)

    async def numbers(**query):
        page = (await api.get("/api/v1/transactions", params=query)).json()
        return [each["id"] for each in page["items"]]

    assert await numbers(search=name[3:].lower()) == [second, first]
    assert await numbers(search=tag[2:].upper()) == [second, first]
    assert first in await numbers(search=str(first))
    assert await numbers(search="%") == []
    assert await numbers(station=name, **{"from": LATER}) == [second]
    assert await numbers(station=name, to=LATER) == [first]
    refused = await api.get("/api/v1/transactions", params={"from": "yesterday"})
    assert refused.status_code == 422


async def test_a_transaction_that_runs_tells_its_power(api, started, shown, station):
    number = await started()
    sample = {"value": "11", "measurand": "Power.Active.Import", "unit": "kW"}
    value = {"timestamp": "2026-01-01T12:10:00.000Z", "sampledValue": [sample]}
    await station.ask("MeterValues", connectorId=1, transactionId=number, meterValue=[value])

    async def drawing():
        return (await api.get(f"/api/v1/transactions/{number}")).json().get("power_w")

    assert await eventually(drawing) == 11_000
    page = (await api.get("/api/v1/transactions", params={"search": str(number)})).json()
    assert {each["id"]: each["power_w"] for each in page["items"]}[number] == 11_000
    await stop(station, number)
    assert (await shown(number, "stopped"))["power_w"] is None


async def test_meter_values_are_told_from_where_one_has_read(api, started, station):
    number = await started()
    for minute in (10, 20):
        value = {
            "timestamp": f"2026-01-01T12:{minute}:00.000Z",
            "sampledValue": [{"value": str(minute)}],
        }
        await station.ask("MeterValues", connectorId=1, transactionId=number, meterValue=[value])
    path = f"/api/v1/transactions/{number}/meter-values"

    async def both():
        answer = await api.get(path)
        found = answer.json()["items"] if answer.status_code == 200 else []
        return found if len(found) == 2 else None

    first, second = await eventually(both)
    later = (await api.get(path, params={"after": first["position"]})).json()
    assert later == {"items": [second], "next": None}
    assert (await api.get(path, params={"after": second["position"]})).json()["items"] == []
