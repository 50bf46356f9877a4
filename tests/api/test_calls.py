import asyncio

import pytest

from tests.api.stage import PATIENCE, Station, eventually

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.fixture
def order(api, name):
    """Order a call of the registered station."""

    async def send(action, content=b"{}", **query):
        path = f"/api/v1/stations/{name}/calls/{action}"
        return await api.post(path, content=content, params=query)

    return send


async def test_a_call_brings_the_stations_answer(order, station):
    async with asyncio.TaskGroup() as group:
        ordering = group.create_task(order("Reset", b'{"type":"Soft"}', wait=PATIENCE))
        message_id, _ = await station.asked()
        await station.reply(message_id, {"status": "Rejected"})
    outcome = ordering.result().json()

    assert ordering.result().status_code == 201
    assert (outcome["id"], outcome["status"]) == (message_id, "answered")
    assert outcome["request"] == {"type": "Soft"}
    assert outcome["response"] == {"status": "Rejected"}
    assert outcome["error"] is None
    assert outcome["requested_by"] == "admin"
    assert outcome["requested_at"] <= outcome["sent_at"] <= outcome["answered_at"]


async def test_the_payload_goes_out_as_it_was_given(order, station):
    given = b'{ "vendorId" : "x",\n "data": "6.0 \\u00e4", "messageId":"m" }'
    await order("DataTransfer", given)
    _, frame = await station.asked()
    assert frame.endswith(b'{"vendorId":"x","data":"6.0 \\u00e4","messageId":"m"}]')


async def test_a_number_keeps_its_spelling(order, station):
    profile = (
        b'{"connectorId":1,"idTag":"T","chargingProfile":{"chargingProfileId":1,"stackLevel":0,'
        b'"chargingProfilePurpose":"TxProfile","chargingProfileKind":"Relative",'
        b'"chargingSchedule":{"chargingRateUnit":"A","chargingSchedulePeriod":'
        b'[{"startPeriod":0,"limit":6.0}]}}}'
    )
    answer = await order("RemoteStartTransaction", profile)
    assert answer.status_code == 202, answer.text
    _, frame = await station.asked()
    assert b'"limit":6.0}' in frame


async def test_a_call_error_is_an_outcome(order, station):
    async with asyncio.TaskGroup() as group:
        ordering = group.create_task(order("ClearCache", wait=PATIENCE))
        message_id, _ = await station.asked()
        await station.refuse(message_id, "NotSupported", "no cache")
    outcome = ordering.result().json()
    assert outcome["status"] == "refused"
    assert outcome["error"] == {"code": "NotSupported", "description": "no cache", "details": {}}


@pytest.mark.usefixtures("station")
async def test_a_call_nobody_answers_times_out(order):
    outcome = (await order("ClearCache", wait=PATIENCE, timeout=1)).json()
    assert outcome["status"] == "timed_out"
    assert outcome["error"]["description"]


async def test_a_station_that_is_away_gets_no_call(order):
    answer = await order("ClearCache")
    assert answer.status_code == 409
    assert answer.json()["type"] == "urn:ampledger:problem:not-connected"


async def test_a_call_with_time_waits_for_the_station(installation, order, name):
    queued = await order("ClearCache", ttl=3600)
    assert (queued.status_code, queued.json()["status"]) == (202, "queued")

    async with Station.connected(installation, name) as station:
        message_id, _ = await station.asked()
    assert message_id == queued.json()["id"]


async def test_a_waiting_call_can_be_cancelled_once(api, order):
    call = (await order("ClearCache", ttl=3600)).json()["id"]
    assert (await api.delete(f"/api/v1/calls/{call}")).status_code == 204
    assert (await api.get(f"/api/v1/calls/{call}")).json()["status"] == "cancelled"
    again = await api.delete(f"/api/v1/calls/{call}")
    assert again.status_code == 409
    assert "cancelled" in again.json()["detail"]


@pytest.mark.parametrize(
    ("action", "content", "status", "said"),
    [
        ("Fly", b"{}", 404, "there is no action Fly"),
        ("Heartbeat", b"{}", 404, "there is no action Heartbeat"),
        ("Reset", b"{}", 422, "type is missing"),
        ("Reset", b'{"type":"Medium"}', 422, "type"),
        ("Reset", b'{"type":"Soft","more":1}', 422, "more"),
        ("Reset", b"[1]", 422, "JSON object"),
        ("Reset", b"{", 422, "no JSON"),
        ("Reset", b"\xff", 422, "no JSON"),
    ],
)
async def test_what_is_no_call_is_refused(order, action, content, status, said):
    answer = await order(action, content)
    assert answer.status_code == status
    assert said in answer.json()["detail"]


async def test_the_password_in_a_call_is_sent_but_never_told(api, order, station, name):
    secret = "a-very-secret-key"
    ordered = await order(
        "ChangeConfiguration", b'{"key":"AuthorizationKey","value":"a-very-secret-key"}'
    )
    message_id, frame = await station.asked()
    await station.reply(message_id, {"status": "Accepted"})
    assert secret.encode() in frame

    call = await api.get(f"/api/v1/calls/{message_id}")
    journal = await api.get(f"/api/v1/stations/{name}/journal")
    assert "***" in call.text
    assert not any(secret in each.text for each in (ordered, call, journal))


async def test_a_pending_station_is_sent_what_an_operator_orders_and_nothing_else(
    api, installation, order, name
):
    await api.put(f"/api/v1/stations/{name}", json={"registration": "Pending"})
    async with Station.connected(installation, name) as station:
        ordered = await order("RemoteStartTransaction", b'{"idTag":"T"}')
        first, _ = await station.asked()
    calls = (await api.get("/api/v1/calls", params={"station": name})).json()["items"]
    assert [call["id"] for call in calls] == [first] == [ordered.json()["id"]]


async def test_calls_are_listed_the_newest_first(api, order, name):
    ordered = [(await order("ClearCache", ttl=3600)).json()["id"] for _ in range(3)]
    first = (await api.get("/api/v1/calls", params={"station": name, "limit": 2})).json()
    rest = (
        await api.get("/api/v1/calls", params={"station": name, "cursor": first["next"]})
    ).json()
    assert [call["id"] for call in first["items"] + rest["items"]] == ordered[::-1]
    assert rest["next"] is None


async def test_calls_of_one_action_are_listed(api, order, name):
    for action in ("ClearCache", "GetLocalListVersion", "ClearCache"):
        await order(action, ttl=3600)
    wanted = {"station": name, "action": "GetLocalListVersion"}
    found = (await api.get("/api/v1/calls", params=wanted)).json()
    assert [call["action"] for call in found["items"]] == ["GetLocalListVersion"]


async def test_an_answer_that_comes_too_late_is_told(api, order, station):
    call = (await order("ClearCache", wait=PATIENCE, timeout=1)).json()
    assert (call["status"], call["late_response"], call["late_at"]) == ("timed_out", None, None)
    message_id, _ = await station.asked()
    await station.reply(message_id, {"status": "Accepted"})

    async def told():
        found = (await api.get(f"/api/v1/calls/{call['id']}")).json()
        return found if found["late_at"] else None

    found = await eventually(told)
    assert (found["status"], found["response"]) == ("timed_out", None)
    assert found["late_response"] == {"status": "Accepted"}


async def test_a_call_that_is_none_is_not_found(api):
    assert (await api.get("/api/v1/calls/nope")).status_code == 404
    assert (await api.delete("/api/v1/calls/nope")).status_code == 404


@pytest.mark.parametrize(
    ("action", "content"),
    [
        ("GetDiagnostics", b'{"location":"ftp://u:hunter2@h/x","location":"ftp://h/x"}'),
        ("GetDiagnostics", b'{"location":"ftp://u:hunter2@h/x","\\u006cocation":"ftp://h/x"}'),
        (
            "UpdateFirmware",
            b'{"retrieveDate":"2026-05-01T12:00:00Z","location":"ftp://u:hunter2@h","location":"h"}',
        ),
        ("ChangeConfiguration", b'{"key":"AuthorizationKey","value":"hunter2","key":"Other"}'),
        ("ChangeConfiguration", b'{"key":"A","value":"b","x":[{"y":1,"y":2}]}'),
    ],
)
async def test_a_secret_does_not_hide_behind_a_second_member_of_its_name(
    api, order, name, action, content
):
    answer = await order(action, content, ttl=60)
    assert answer.status_code == 422, answer.text
    assert "hunter2" not in answer.text
    assert "hunter2" not in (await api.get(f"/api/v1/stations/{name}/journal")).text


async def test_half_a_character_in_a_location_is_refused(order):
    answer = await order("GetDiagnostics", b'{"location":"\\ud800"}', ttl=60)
    assert answer.status_code == 422, answer.text
