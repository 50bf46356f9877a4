import csv
import io

import pytest

from tests.api.stage import eventually

pytestmark = pytest.mark.asyncio(loop_scope="session")


def value(minute, *samples):
    return {"timestamp": f"2026-01-01T12:{minute}:00.000Z", "sampledValue": list(samples)}


VOLTAGE = {"value": "230.1", "measurand": "Voltage", "phase": "L1"}


@pytest.fixture
def shown(api, name):
    """The readings of the station once there are so many."""

    async def show(count, **query):
        async def look():
            answer = await api.get(f"/api/v1/stations/{name}/meter-values", params=query)
            found = answer.json()["items"]
            return found if len(found) == count else None

        return await eventually(look)

    return show


async def test_readings_of_a_station_come_newest_first_and_whole(api, station, name, shown):
    for minute in (10, 20):
        await station.ask(
            "MeterValues", connectorId=1, meterValue=[value(minute, VOLTAGE, {"value": "700"})]
        )
    values = await shown(4)
    assert [each["sampled_at"][14:16] for each in values] == ["20", "20", "10", "10"]

    path = f"/api/v1/stations/{name}/meter-values"
    page = (await api.get(path, params={"limit": 1})).json()
    assert page["items"] == values[:2]  # a moment is not cut in two
    rest = (await api.get(path, params={"limit": 2, "cursor": page["next"]})).json()
    assert (rest["items"], rest["next"]) == (values[2:], None)


async def test_readings_are_chosen_by_connector_measurand_and_transaction(station, tag, shown):
    begin = {"connectorId": 1, "idTag": tag, "meterStart": 0, "timestamp": "2026-01-01T12:00:00Z"}
    number = (await station.ask("StartTransaction", **begin))["transactionId"]
    await station.ask(
        "MeterValues", connectorId=1, transactionId=number, meterValue=[value(10, VOLTAGE)]
    )
    await station.ask(
        "MeterValues", connectorId=1, transactionId=-1, meterValue=[value(11, VOLTAGE)]
    )
    await station.ask("MeterValues", connectorId=0, meterValue=[value(12, {"value": "7"})])

    await shown(3)
    assert [each["transaction"] for each in await shown(1, in_transaction=True)] == [number]
    loose = await shown(2, in_transaction=False)
    assert [each["claimed_transaction"] for each in loose] == [None, -1]
    assert [each["raw"] for each in await shown(1, connector=0)] == ["7"]
    assert len(await shown(2, measurand="Voltage")) == 2


async def test_readings_are_a_spreadsheet_too(api, station, name, shown):
    await station.ask("MeterValues", connectorId=1, meterValue=[value(10, VOLTAGE)])
    await shown(1)
    answer = await api.get(
        f"/api/v1/stations/{name}/meter-values", params={"limit": 1}, headers={"Accept": "text/csv"}
    )
    (row,) = csv.DictReader(io.StringIO(answer.text))
    assert answer.headers["content-type"].startswith("text/csv")
    assert (row["measurand"], row["value"], row["phase"]) == ("Voltage", "230.1", "L1")


async def test_a_station_without_readings_has_none(api):
    answer = await api.get("/api/v1/stations/nobody/meter-values")
    assert answer.json() == {"items": [], "next": None}
