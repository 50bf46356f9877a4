import pytest

from tests.api.stage import eventually

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.fixture
def reported(api, station, name):
    """The station's connectors once it has reported three of them."""

    async def look():
        found = (await api.get("/api/v1/connectors", params={"station": name})).json()["items"]
        return found if len(found) == 3 else None

    async def report():
        for number, status in enumerate(("Available", "Faulted", "Available")):
            await station.ask(
                "StatusNotification", connectorId=number, errorCode="NoError", status=status
            )
        return await eventually(look)

    return report


async def test_the_connectors_of_a_station_are_listed_by_number(reported):
    assert [each["status"] for each in await reported()] == ["Available", "Faulted", "Available"]


async def test_they_are_filtered_by_status(api, reported, name):
    await reported()
    asked = {"station": name, "status": "Faulted"}
    found = (await api.get("/api/v1/connectors", params=asked)).json()["items"]
    assert [each["connector"] for each in found] == [1]


async def test_all_connectors_come_in_pages(api, reported, name):
    await reported()
    found, cursor = [], ""
    while cursor is not None:
        page = (await api.get("/api/v1/connectors", params={"limit": 2, "cursor": cursor})).json()
        assert len(page["items"]) <= 2
        found += [(each["station"], each["connector"]) for each in page["items"]]
        cursor = page["next"]
    assert found == sorted(set(found))
    assert [number for station, number in found if station == name] == [0, 1, 2]
