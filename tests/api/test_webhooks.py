"""/api/v1/webhooks: kept by administrators, with secrets that are shown once."""

import asyncio
from uuid import uuid4

import pytest
import pytest_asyncio

pytestmark = pytest.mark.asyncio(loop_scope="session")

WEBHOOKS = "/api/v1/webhooks"


@pytest_asyncio.fixture(loop_scope="session")
async def hook(api):
    """A webhook that leads nowhere, and goes with the test."""
    wish = {
        "name": "billing",
        "url": f"https://{uuid4().hex}.invalid/",
        "types": ["ampledger.station.*"],
    }
    answer = await api.post(WEBHOOKS, json=wish)
    assert answer.status_code == 201
    made = answer.json()
    yield made
    await api.delete(f"{WEBHOOKS}/{made['id']}")


async def test_a_webhook_is_shown_and_its_secret_only_once(api, hook):
    assert hook.pop("secret").startswith("whsec_")
    shown = (await api.get(f"{WEBHOOKS}/{hook['id']}")).json()
    assert shown.keys() == hook.keys()
    assert (shown["state"], shown["types"], shown["stations"]) == (
        "active",
        ["ampledger.station.*"],
        [],
    )
    listed = (await api.get(WEBHOOKS)).json()["items"]
    assert hook["id"] in {row["id"] for row in listed}
    assert not any("secret" in row for row in listed)


async def test_it_is_changed_paused_resumed_and_removed(api, hook):
    path = f"{WEBHOOKS}/{hook['id']}"
    changed = (await api.patch(path, json={"stations": ["CP1", "CP2"], "single": True})).json()
    assert (changed["stations"], changed["single"], changed["name"]) == (
        ["CP1", "CP2"],
        True,
        "billing",
    )
    assert (await api.post(f"{path}/pause")).json()["state"] == "paused"
    resumed = (await api.post(f"{path}/resume", json={"after": 0})).json()
    assert resumed["state"] == "active"
    assert (await api.delete(path)).status_code == 204
    assert (await api.get(path)).status_code == 404
    assert (await api.post(f"{path}/pause")).status_code == 404


async def test_a_secret_is_rotated_in_two_steps(api, hook):
    path = f"{WEBHOOKS}/{hook['id']}"
    second = (await api.post(f"{path}/secret")).json()["secret"]
    assert second != hook["secret"]
    assert (await api.get(path)).json()["two_secrets"] is True
    assert (await api.delete(f"{path}/former-secret")).status_code == 204
    assert (await api.get(path)).json()["two_secrets"] is False


@pytest.mark.usefixtures("name")
async def test_what_goes_wrong_is_told(api, hook):
    path = f"{WEBHOOKS}/{hook['id']}"
    await api.post(f"{path}/resume", json={"after": 0})
    async with asyncio.timeout(20):
        while not (row := (await api.get(path)).json())["failures"]:  # noqa: ASYNC110 - another process sends
            await asyncio.sleep(0.05)
    assert "cannot be found" in row["last_error"]
    (attempt, *_) = (await api.get(f"{path}/attempts")).json()["items"]
    assert (attempt["status"], attempt["error"]) == (0, row["last_error"])


async def test_what_was_done_is_in_the_audit_trail_without_the_secret(api, hook):
    await api.post(f"{WEBHOOKS}/{hook['id']}/secret")
    subject = f"webhook:{hook['id']}"
    async with asyncio.timeout(20):
        while True:
            rows = (await api.get("/api/v1/audit", params={"subject": subject})).json()["items"]
            if {row["operation"] for row in rows} >= {"AddWebhook", "RotateWebhook"}:
                break
            await asyncio.sleep(0.05)
    assert all(row["by"] == "admin" for row in rows)
    assert "whsec_" not in str(rows)


@pytest.mark.parametrize(
    ("wish", "said"),
    [
        ({"url": "http://example.com/"}, "plain http"),
        ({"url": "https://example.com/", "types": ["station.booted"]}, "no events of type"),
        ({"url": "https://example.com/", "after": -1}, "greater than or equal to 0"),
    ],
)
async def test_what_cannot_be_sent_is_refused(api, wish, said):
    answer = await api.post(WEBHOOKS, json=wish)
    assert answer.status_code == 422
    assert said in answer.text
