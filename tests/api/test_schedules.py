"""The composite schedule over HTTP: computed, reported, metered, drawn."""

import asyncio
import xml.etree.ElementTree as ET

import pytest
import pytest_asyncio

from tests.api.stage import eventually

pytestmark = pytest.mark.asyncio(loop_scope="session")

NOON = "2026-01-01T12:00:00.000Z"
SCHEDULE = {
    "chargingRateUnit": "A",
    "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 16.0}, {"startPeriod": 60, "limit": 8}],
}
PROFILE = {
    "chargingProfileId": 5,
    "stackLevel": 1,
    "chargingProfilePurpose": "TxDefaultProfile",
    "chargingProfileKind": "Absolute",
    "chargingSchedule": SCHEDULE | {"startSchedule": NOON, "duration": 120},
}


def path_of(name, connector=1):
    return f"/api/v1/stations/{name}/connectors/{connector}/schedule"


@pytest.fixture
def ask(api, name):
    """The schedule from noon on, for three minutes."""

    async def get(connector=1, **query):
        asked = {"from": NOON, "duration": 180} | query
        answer = await api.get(path_of(name, connector), params=asked)
        assert answer.status_code == 200, answer.text
        return answer.json()

    return get


@pytest_asyncio.fixture(loop_scope="session", autouse=True)
async def seen(api, station, name):
    """Two connectors that the station has named."""
    for number in (1, 2):
        await station.ask(
            "StatusNotification", connectorId=number, errorCode="NoError", status="Available"
        )

    async def both():
        page = (await api.get("/api/v1/connectors", params={"station": name})).json()
        return len([each for each in page["items"] if each["connector"]]) == 2

    await eventually(both)


@pytest.fixture
def called(api, station, name):
    """Place a call and have the station answer it; what it was sent, and the call."""

    async def call(path, answer, body=None, **query):
        placing = api.post(f"/api/v1/stations/{name}/{path}", json=body, params=query)
        placed, (message_id, frame) = await asyncio.gather(placing, station.asked())
        assert placed.status_code == 202, placed.text
        await station.reply(message_id, answer)

        async def over():
            row = (await api.get(f"/api/v1/calls/{message_id}")).json()
            return row if row["status"] == "answered" else None

        return frame, await eventually(over)

    return call


@pytest_asyncio.fixture(loop_scope="session")
async def installed(called):
    """A default of connector 1: 16 A for a minute from noon, 8 A for another one."""
    body = {"connectorId": 1, "csChargingProfiles": PROFILE}
    await called("calls/SetChargingProfile", {"status": "Accepted"}, body)


async def test_without_profiles_nothing_limits(ask, name):
    assert await ask() == {
        "station": name,
        "connector": 1,
        "from": NOON,
        "until": "2026-01-01T12:03:00.000Z",
        "duration": 180,
        "unit": "A",
        "computed": [{"start": 0, "limit": None, "phases": None, "profiles": []}],
        "profiles": [],
        "reported": None,
        "metered": [],
        "metered_from": None,
    }


@pytest.mark.usefixtures("installed")
async def test_what_was_accepted_is_computed_in_the_unit_that_is_asked_for(ask):
    told = await ask()
    assert told["computed"] == [
        {"start": 0, "limit": 16.0, "phases": 3, "profiles": [5]},
        {"start": 60, "limit": 8.0, "phases": 3, "profiles": [5]},
        {"start": 120, "limit": None, "phases": None, "profiles": []},
    ]
    assert told["profiles"] == [5]
    told = await ask(unit="W", voltage=120, phases=2)
    assert [each["limit"] for each in told["computed"]] == [3840.0, 1920.0, None]
    assert (await ask(connector=2))["profiles"] == []


@pytest.mark.usefixtures("installed")
async def test_what_the_station_reports_is_compared_while_both_are_known(ask, called):
    report = {
        "status": "Accepted",
        "connectorId": 1,
        "scheduleStart": "2026-01-01T12:00:30.000Z",
        "chargingSchedule": {
            "chargingRateUnit": "W",
            "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 6900.0}],
        },
    }
    frame, call = await called("connectors/1/schedule/ask", report, duration=60, unit="W")
    assert frame.endswith(b'{"connectorId":1,"duration":60,"chargingRateUnit":"W"}]')
    assert (call["action"], call["requested_by"]) == ("GetCompositeSchedule", "admin")

    reported = (await ask())["reported"]
    assert reported.pop("received_at")
    assert reported == {
        "call": call["id"],
        "status": "Accepted",
        "from": "2026-01-01T12:00:30.000Z",
        "until": "2026-01-01T12:01:30.000Z",
        "periods": [{"at": "2026-01-01T12:00:30.000Z", "limit": 10.0, "phases": 3}],
        "differences": [
            {
                "from": "2026-01-01T12:00:30.000Z",
                "until": "2026-01-01T12:01:00.000Z",
                "computed": 16.0,
                "reported": 10.0,
            },
            {
                "from": "2026-01-01T12:01:00.000Z",
                "until": "2026-01-01T12:01:30.000Z",
                "computed": 8.0,
                "reported": 10.0,
            },
        ],
    }
    assert (await ask(**{"from": "2026-01-01T12:05:00Z"}))["reported"]["differences"] == []


async def test_a_refusal_to_report_is_told(ask, called):
    await called("connectors/0/schedule/ask", {"status": "Rejected"})
    reported = (await ask(connector=0))["reported"]
    assert (reported["status"], reported["from"], reported["periods"]) == ("Rejected", None, [])


async def test_a_report_without_a_possible_start_counts_from_its_arrival(ask, called):
    report = {
        "status": "Accepted",
        "scheduleStart": "1970-01-01T00:00:00Z",
        "chargingSchedule": SCHEDULE,
    }
    await called("connectors/1/schedule/ask", report, duration=90)
    reported = (await ask())["reported"]
    assert reported["from"] == reported["received_at"] == reported["periods"][0]["at"]
    assert [each["limit"] for each in reported["periods"]] == [16.0, 8.0]


@pytest_asyncio.fixture(loop_scope="session")
async def metered(ask, station):
    """12 A at noon, 9 A after 90 s."""
    for clock, amperes in (("12:00:10", "12"), ("12:01:30", "9")):
        sampled = [{"value": amperes, "measurand": "Current.Import", "unit": "A"}]
        value = {"timestamp": f"2026-01-01T{clock}Z", "sampledValue": sampled}
        await station.ask("MeterValues", connectorId=1, meterValue=[value])

    async def both():
        found = (await ask())["metered"]
        return found if len(found) == 2 else None

    await eventually(both)


@pytest.mark.usefixtures("installed", "metered")
async def test_what_the_meter_drew_above_the_limit_is_marked(ask):
    assert (await ask())["metered"] == [
        {"at": "2026-01-01T12:00:10.000Z", "value": 12.0, "limit": 16.0, "exceeded": False},
        {"at": "2026-01-01T12:01:30.000Z", "value": 9.0, "limit": 8.0, "exceeded": True},
    ]
    assert not any(each["exceeded"] for each in (await ask(tolerance=15))["metered"])


@pytest.mark.usefixtures("installed", "metered")
async def test_all_of_it_is_a_picture_that_needs_nothing_else(api, called, name):
    report = {"status": "Accepted", "scheduleStart": NOON, "chargingSchedule": SCHEDULE}
    await called("connectors/1/schedule/ask", report, duration=60)
    answer = await api.get(
        path_of(name),
        params={"from": NOON, "duration": 180},
        headers={"Accept": "image/svg+xml"},
    )
    assert answer.headers["content-type"] == "image/svg+xml"
    root = ET.fromstring(answer.text)
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    texts = {each.text for each in root.iter("{http://www.w3.org/2000/svg}text")}
    assert {f"{name}, connector 1, from 2026-01-01 12:00 UTC", "UTC", "A"} <= texts
    assert {"computed", "reported", "metered", "12:00", "12:01", "12:03"} <= texts
    links = answer.text.replace("http://www.w3.org/", "")
    assert not any(word in links for word in ("<script", "http:", "https:", "@import"))


async def test_a_picture_without_limits_is_drawn_too(api, name):
    answer = await api.get(path_of(name), headers={"Accept": "image/svg+xml"})
    assert answer.status_code == 200
    texts = [each.text or "" for each in ET.fromstring(answer.text).iter()]
    assert any(text.endswith("UTC: no limit") for text in texts)


@pytest.mark.parametrize("absurd", [1e30, 1e308])
async def test_absurd_limits_are_none_and_drawn_all_the_same(api, ask, called, name, absurd):
    schedule = SCHEDULE | {"chargingSchedulePeriod": [{"startPeriod": 0, "limit": absurd}]}
    profile = PROFILE | {"chargingSchedule": schedule}
    body = {"connectorId": 1, "csChargingProfiles": profile}
    await called("calls/SetChargingProfile", {"status": "Accepted"}, body)
    report = {"status": "Accepted", "scheduleStart": NOON, "chargingSchedule": schedule}
    await called("connectors/1/schedule/ask", report, duration=60)
    for unit in "AW":
        told = await ask(unit=unit)
        assert [each["limit"] for each in told["computed"]] == [None]
        assert [each["limit"] for each in told["reported"]["periods"]] == [None]
        picture = await api.get(
            path_of(name),
            params={"from": NOON, "duration": 180, "unit": unit},
            headers={"Accept": "image/svg+xml"},
        )
        assert picture.status_code == 200


async def test_what_is_too_much_to_compute_is_refused(api, called, name):
    periods = [{"startPeriod": second, "limit": 6.0 + second % 7} for second in range(2000)]
    profile = PROFILE | {
        "chargingProfileKind": "Recurring",
        "recurrencyKind": "Daily",
        "chargingSchedule": SCHEDULE | {"startSchedule": NOON, "chargingSchedulePeriod": periods},
    }
    body = {"connectorId": 1, "csChargingProfiles": profile}
    await called("calls/SetChargingProfile", {"status": "Accepted"}, body)
    answer = await api.get(path_of(name), params={"from": NOON, "duration": 31 * 86_400})
    assert (answer.status_code, answer.json()["detail"][:19]) == (422, "too much to compute")


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("application/json, image/svg+xml;q=0", "application/json"),
        ("image/svg+xml; q=0.000, */*", "application/json"),
        ("image/svg+xml;q=0.5", "image/svg+xml"),
        ("text/html, IMAGE/SVG+XML; charset=utf-8; q=1", "image/svg+xml"),
        ("image/svg+xmlish", "application/json"),
    ],
)
async def test_a_picture_is_drawn_for_those_who_accept_one(api, name, accept, kind):
    answer = await api.get(path_of(name), headers={"Accept": accept})
    assert answer.headers["content-type"] == kind


async def test_a_connector_nobody_has_seen_has_no_schedule(api, name):
    answer = await api.get(path_of(name, 999))
    assert (answer.status_code, answer.json()["title"]) == (404, "not found")


@pytest.mark.parametrize(
    "wrong",
    [
        {"unit": "kW"},
        {"duration": 0},
        {"duration": 32 * 86_400},
        {"voltage": 0},
        {"phases": 4},
        {"from": "2026-01-01T12:00:00"},
        {"from": "9999-12-31T23:59:59Z"},
    ],
)
async def test_a_question_that_cannot_be_answered_is_refused(api, name, wrong):
    answer = await api.get(path_of(name), params=wrong)
    assert answer.status_code == 422, answer.text


async def test_a_station_nobody_registered_has_no_schedule(api):
    assert (await api.get(path_of("NOBODY"))).status_code == 404
    assert (await api.post(path_of("NOBODY") + "/ask")).status_code in {404, 409}
