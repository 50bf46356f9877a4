"""Passwords and security profiles of stations, and what is told of them."""

import base64
import csv
from contextlib import asynccontextmanager
from urllib.parse import quote

import orjson
import pytest
import pytest_asyncio
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus
from websockets.typing import Subprotocol

from tests.api.stage import Station, eventually

pytestmark = pytest.mark.asyncio(loop_scope="session")

OLD = "correct horse battery"


class Guarded:
    """A station of security profile 1, and the ways in."""

    def __init__(self, installation, api, name):
        self._gateway, self._api, self.name = installation.gateway, api, name
        self.path = f"/api/v1/stations/{name}"

    @asynccontextmanager
    async def connected(self, password=OLD):
        url = f"{self._gateway}/{quote(self.name, safe='')}"
        raw = password if isinstance(password, bytes) else password.encode()
        secret = base64.b64encode(self.name.encode() + b":" + raw).decode()
        headers = {"Authorization": f"Basic {secret}"}
        chosen = [Subprotocol("ocpp1.6")]
        async with connect(
            url, subprotocols=chosen, additional_headers=headers, proxy=None
        ) as socket:
            station = Station(socket)
            await station.ask("BootNotification", chargePointVendor="V", chargePointModel="M")
            yield station

    async def status(self, password):
        """Of the upgrade with a password."""
        try:
            async with self.connected(password):
                return 101
        except InvalidStatus as refused:
            return refused.response.status_code

    async def shown(self, **wanted):
        async def check():
            told = (await self._api.get(self.path)).json()
            return told if wanted.items() <= told.items() else None

        return await eventually(check)

    async def rotate(self, station, status):
        """The password that it was told, and what became of the call."""
        asked = await self._api.post(f"{self.path}/password/rotate")
        assert asked.status_code == 202
        id, frame = await station.asked()
        await station.reply(id, {"status": status})
        _, _, action, payload = orjson.loads(frame)
        assert (action, payload["key"]) == ("ChangeConfiguration", "AuthorizationKey")
        return payload["value"], asked.json()


@pytest_asyncio.fixture(loop_scope="session")
async def guarded(installation, api, name):
    guarded = Guarded(installation, api, name)
    await api.put(guarded.path, json={"password": OLD})
    return guarded


async def test_a_rotated_password_replaces_the_old_one_and_nobody_is_shown_it(guarded, api):
    async with guarded.connected() as station:
        new, call = await guarded.rotate(station, "Accepted")
        await guarded.shown(password_changing=False, has_password=True)
        assert (len(new), len(bytes.fromhex(new))) == (40, 20)
        assert call["request"] == {"key": "AuthorizationKey", "value": "***"}

        async def refused():
            return await guarded.status(OLD) == 401

        await eventually(refused)
    assert await guarded.status(new) == 101
    paths = (guarded.path, f"{guarded.path}/journal", f"/api/v1/calls/{call['id']}")
    told = [(await api.get(path)).text for path in paths]
    assert not any(new in text for text in told)


async def test_a_raw_call_takes_the_same_way(guarded, api):
    new = "00112233445566778899aabbccddeeff00112233"
    async with guarded.connected() as station:
        payload = {"key": "authorizationKey", "value": new}
        path = f"{guarded.path}/calls/ChangeConfiguration"
        await api.post(path, content=orjson.dumps(payload))
        await station.asked()
        assert (await guarded.shown(password_changing=True))["has_password"]
        assert await guarded.status(new) == 101  # it is in use before its answer came
    await guarded.shown(password_changing=False)
    assert await guarded.status(OLD) == 401
    assert await guarded.status(bytes.fromhex(new)) == 101


async def test_a_rejected_password_does_not_fit(guarded):
    async with guarded.connected() as station:
        new, _ = await guarded.rotate(station, "Rejected")
        await guarded.shown(password_changing=False)
        assert await guarded.status(new) == 401
    assert await guarded.status(OLD) == 101


async def test_a_wish_for_a_station_that_is_away_leaves_no_password(guarded):
    answer = await guarded._api.post(f"{guarded.path}/password/rotate")
    assert answer.status_code == 409
    assert not (await guarded.shown())["password_changing"]


async def test_an_upgrade_is_shown_while_it_is_under_way_and_an_operator_ends_it(guarded, api):
    async with guarded.connected() as station:
        asked = await api.post(f"{guarded.path}/security-profile", json={"profile": 2})
        assert asked.status_code == 202
        id, frame = await station.asked()
        assert orjson.loads(frame)[3] == {"key": "SecurityProfile", "value": "2"}
        await station.reply(id, {"status": "Accepted"})
        shown = await guarded.shown(security_profile=1, next_profile=2)
        assert shown["connection"]["security_profile"] == 1
        kept = await api.put(guarded.path, json={"security_profile": 1, "note": "painted"})
        assert kept.json()["next_profile"] == 2
    lifted = await api.put(guarded.path, json={"security_profile": 2})
    assert (lifted.json()["security_profile"], lifted.json()["next_profile"]) == (2, None)
    assert await guarded.status(OLD) == 403


@pytest.mark.parametrize("profile", [1, 0, 4, "2"])
async def test_an_upgrade_goes_upwards_only(guarded, api, profile):
    answer = await api.post(f"{guarded.path}/security-profile", json={"profile": profile})
    assert answer.status_code == 422


async def test_an_upgrade_to_a_password_needs_one(api, name):
    answer = await api.post(f"/api/v1/stations/{name}/security-profile", json={"profile": 2})
    assert answer.json()["type"] == "urn:ampledger:problem:password-needed"
    missing = await api.post("/api/v1/stations/NOBODY/security-profile", json={"profile": 2})
    assert missing.status_code == 404


# --- security events ---


async def events(api, guarded, **query):
    """Those of the station, once there are any."""

    async def found():
        query_ = {"station": guarded.name, **query}
        page = await api.get("/api/v1/security-events", params=query_)
        return page.json()["items"]

    return await eventually(found)


async def test_what_a_station_tells_of_its_security_is_listed(guarded, api):
    event = {"type": "TamperDetectionActivated", "timestamp": "2020-01-01T00:00:00.000Z"}
    async with guarded.connected() as station:
        assert await station.ask("SecurityEventNotification", **event, techInfo="=lid") == {}
    (shown,) = await events(api, guarded, severity="critical", to="2021-01-01T00:00:00Z")
    position, received = shown.pop("position"), shown.pop("received_at")
    assert position > 0
    assert received > "2025"
    assert shown == {
        "station": guarded.name,
        "source": "station",
        "type": "TamperDetectionActivated",
        "severity": "critical",
        "occurred_at": "2020-01-01T00:00:00.000Z",
        "tech_info": "=lid",
    }
    query = {"station": guarded.name, "from": "2021-01-01T00:00:00Z", "source": "station"}
    page = await api.get("/api/v1/security-events", params=query)
    assert page.json()["items"] == []
    sheet = await api.get("/api/v1/security-events", headers={"Accept": "text/csv"})
    rows = csv.DictReader(sheet.text.splitlines())
    mine = [(row["type"], row["tech_info"]) for row in rows if row["station"] == guarded.name]
    assert mine == [("TamperDetectionActivated", "'=lid")]


async def test_a_wrong_password_is_an_event_of_ours(guarded, api):
    assert await guarded.status("wrong") == 401
    (shown,) = await events(api, guarded, source="csms")
    assert shown["type"] == "FailedToAuthenticateAtCentralSystem"
    assert "wrong or missing credentials" in shown["tech_info"]
    assert shown["severity"] == "ordinary"


async def test_events_come_in_pages(guarded, api):
    async with guarded.connected() as station:
        for number in range(5):
            at = f"2025-01-01T00:00:0{number}.000Z"
            await station.ask("SecurityEventNotification", type=f"E{number}", timestamp=at)

    async def types(**query):
        found, cursor = [], ""
        while cursor is not None:
            params = {"station": guarded.name, "limit": 2, "cursor": cursor, **query}
            page = (await api.get("/api/v1/security-events", params=params)).json()
            found += [item["type"] for item in page["items"]]
            cursor = page["next"]
        return found if len(found) == 5 else None

    assert await eventually(types) == ["E4", "E3", "E2", "E1", "E0"]
    assert await types(newest_first=False) == ["E0", "E1", "E2", "E3", "E4"]
