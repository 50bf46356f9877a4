"""The simulator and the system, each written for itself, understand each other."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio

from commands.simulate.counts import FleetCounts
from commands.simulate.life import Life
from commands.simulate.line import Identity
from commands.simulate.visits import Pace
from tests.api.stage import eventually

pytestmark = pytest.mark.asyncio(loop_scope="session")

SOON = (datetime.now(UTC) + timedelta(hours=1)).isoformat()


@pytest_asyncio.fixture(loop_scope="session")
async def living(api, installation, name, tag):
    """A simulated station that is on line; no car comes by chance."""
    pace = Pace(idle=1e9, session=1e9, sample=0.2, step=0)
    identity = Identity((installation.gateway,), name, tags=(tag,))
    life = Life(identity, pace, FleetCounts(), asyncio.Semaphore(1))
    task = asyncio.ensure_future(life.run())

    async def reported():
        page = (await api.get("/api/v1/connectors", params={"station": name})).json()
        return len(page["items"]) == 2

    try:
        await eventually(reported)
        yield name
    finally:
        task.cancel()
        await asyncio.wait([task])


@pytest.fixture
def ask(api, living):
    """Call the station; its answer."""

    async def asked(action, **payload):
        path = f"/api/v1/stations/{living}/calls/{action}"
        answer = await api.post(path, json=payload, params={"wait": 10})
        assert answer.status_code in {200, 201}, answer.text
        return answer.json()["response"]

    return asked


@pytest.fixture
def connector(api, living):
    """Wait until a connector shows a status."""

    async def shown(number, status):
        async def look():
            page = (await api.get("/api/v1/connectors", params={"station": living})).json()
            return (number, status) in {(c["connector"], c["status"]) for c in page["items"]}

        await eventually(look)

    return shown


@pytest.fixture
def job_done(api):
    async def done(answer):
        assert answer.status_code == 202, answer.text

        async def look():
            job = (await api.get(f"/api/v1/jobs/{answer.json()['id']}")).json()
            return job if job["over"] else None

        return await eventually(look)

    return done


async def test_firmware_of_ours_is_fetched_and_installed(api, living, job_done):
    params = {"name": "box-3.1.4.bin"}
    image = (await api.post("/api/v1/firmware", params=params, content=b"\7" * 300_000)).json()
    wish = {"firmware_id": image["id"]}
    job = await job_done(await api.post(f"/api/v1/stations/{living}/firmware-updates", json=wish))
    assert (job["state"], job["firmware_version"]) == ("installed", "3.1.4")
    station = (await api.get(f"/api/v1/stations/{living}")).json()
    assert station["boot"]["firmware_version"] == "3.1.4"


async def test_diagnostics_come_back(api, living, job_done):
    job = await job_done(await api.post(f"/api/v1/stations/{living}/diagnostics", json={}))
    assert job["state"] == "uploaded"
    files = (await api.get("/api/v1/diagnostics", params={"station": living})).json()["items"]
    assert [each["name"] for each in files] == [job["file_name"]]
    content = await api.get(f"/api/v1/diagnostics/{files[0]['id']}")
    assert content.text.startswith(living)


async def test_a_reservation_is_used_by_its_holder(api, living, tag, connector, ask):
    wish = {"station": living, "connector_id": 1, "id_tag": tag, "expiry_date": SOON}
    made = await api.post("/api/v1/reservations", json=wish, params={"wait": 10})
    assert made.status_code in {200, 201}, made.text
    await connector(1, "Reserved")
    await ask("RemoteStartTransaction", idTag=tag, connectorId=1)
    await connector(1, "Charging")

    async def used():
        page = (await api.get("/api/v1/reservations", params={"station": living})).json()
        return [each["status"] for each in page["items"]] == ["used"]

    await eventually(used)


async def test_both_compute_the_same_composite_schedule(api, living, ask):
    start = datetime.now(UTC).replace(microsecond=0)

    def profile(number, purpose, limits, *, stack=0, unit="A", **members):
        periods = [{"startPeriod": at, "limit": limit} for at, limit in limits]
        return {
            "chargingProfileId": number,
            "stackLevel": stack,
            "chargingProfilePurpose": purpose,
            "chargingProfileKind": "Absolute",
            **members,
            "chargingSchedule": {
                "startSchedule": (start - timedelta(days=3, hours=1)).isoformat(),
                "duration": 14_400,
                "chargingRateUnit": unit,
                "chargingSchedulePeriod": periods,
            },
        }

    daily = {"chargingProfileKind": "Recurring", "recurrencyKind": "Daily"}
    profiles = [
        (0, profile(1, "ChargePointMaxProfile", [(0, 9_000), (7_200, 5_000)], unit="W", **daily)),
        (0, profile(2, "TxDefaultProfile", [(0, 16), (5_400, 10)], **daily)),
        (1, profile(3, "TxDefaultProfile", [(0, 6), (6_000, 14)], stack=1, **daily)),
    ]
    for number, each in profiles:
        answer = await ask("SetChargingProfile", connectorId=number, csChargingProfiles=each)
        assert answer == {"status": "Accepted"}
    path = f"/api/v1/stations/{living}/connectors/1/schedule"
    asked = {"duration": 10_000, "unit": "W", "wait": 10}
    assert (await api.post(f"{path}/ask", params=asked)).json()["response"]["status"] == "Accepted"

    question = {"duration": 10_000, "unit": "W", "from": start.isoformat()}
    shown = (await api.get(path, params=question)).json()
    assert len(shown["computed"]) > 2
    assert len(shown["reported"]["periods"]) > 2
    assert shown["reported"]["differences"] == []


async def test_a_local_list_is_confirmed(api, living, ask, tag):
    entry = {"idTag": tag, "idTagInfo": {"status": "Accepted"}}
    full = {"listVersion": 5, "updateType": "Full", "localAuthorizationList": [entry]}
    assert await ask("SendLocalList", **full) == {"status": "Accepted"}
    assert await ask("GetLocalListVersion") == {"listVersion": 5}
    known = (await api.get(f"/api/v1/stations/{living}/local-list")).json()
    assert (known["version"], known["state"]) == (5, "confirmed")
