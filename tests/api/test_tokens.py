import logging

import pytest

from tests.api.stage import eventually

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_token_is_issued_then_changed(api):
    body = {"expiry_date": "2030-01-01T01:00:00+01:00", "parent_id_tag": "GROUP", "note": "n"}
    made = await api.put("/api/v1/tokens/ISSUED", json=body)
    assert made.status_code == 201
    assert made.json()["expiry_date"] == "2030-01-01T00:00:00.000Z"
    assert made.json()["parent_id_tag"] == "GROUP"

    changed = await api.put("/api/v1/tokens/ISSUED", json={"status": "Blocked"})
    assert (changed.status_code, changed.json()["status"]) == (200, "Blocked")
    assert changed.json()["expiry_date"] is None


async def test_a_tag_is_compared_in_any_case(api):
    await api.put("/api/v1/tokens/MixedCase", json={})
    assert (await api.get("/api/v1/tokens/mixedcase")).json()["id_tag"] == "MixedCase"


async def test_a_withdrawn_token_is_not_found(api):
    await api.put("/api/v1/tokens/GONE", json={})
    assert (await api.delete("/api/v1/tokens/GONE")).status_code == 204
    assert (await api.get("/api/v1/tokens/GONE")).status_code == 404
    assert (await api.delete("/api/v1/tokens/GONE")).status_code == 404


@pytest.mark.parametrize("tag", ["x" * 21, "%0A", "%FF"])
async def test_a_tag_no_station_can_read_is_refused(api, tag):
    assert (await api.put(f"/api/v1/tokens/{tag}", json={})).status_code == 422


@pytest.mark.parametrize(
    "body",
    [
        {"status": "Sleeping"},
        {"expiry_date": "tomorrow"},
        {"expiry_date": "2030-01-01T00:00:00"},
        {"expiry_date": "0001-01-01T00:00:00+14:00"},
        {"expiry_date": "0001-01-01T00:00:00Z"},
        {"expiry_date": "9999-12-31T23:59:59-10:00"},
        {"expiry_date": 1e9},
        {"expiry_date": "1000000000"},
        {"concurrent_limit": -1},
        {"concurrent_limit": True},
        {"concurrent_limit": "1"},
        {"parent_id_tag": "x" * 21},
    ],
)
async def test_a_wish_that_makes_no_sense_is_refused(api, body):
    answer = await api.put("/api/v1/tokens/WRONG", json=body)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["path"] == f"body.{next(iter(body))}"


async def test_tokens_are_found_by_tag_and_note(api):
    await api.put("/api/v1/tokens/FIND-ME", json={"note": "the red card"})
    for part in ("find-", "RED CARD"):
        page = (await api.get("/api/v1/tokens", params={"search": part})).json()
        assert [each["id_tag"] for each in page["items"]] == ["FIND-ME"]


async def test_a_token_may_be_good_for_ever(api):
    body = {"expiry_date": "9999-12-31T23:59:59Z"}
    made = await api.put("/api/v1/tokens/FOREVER", json=body)
    assert (made.status_code, made.json()["expiry_date"]) == (201, "9999-12-31T23:59:59.000Z")


async def test_a_token_is_forgotten(api):
    await api.put("/api/v1/tokens/Forget-Me", json={"note": "of somebody"})
    answer = await api.post("/api/v1/tokens/forget-me/forget")
    assert answer.status_code == 202
    assert answer.json()["pseudonym"].startswith("anon-")
    assert answer.json()["done_by"] > "2026"
    assert (await api.get("/api/v1/tokens/Forget-Me")).status_code == 404
    again = await api.post("/api/v1/tokens/FORGET-ME/forget")
    assert again.json()["pseudonym"] == answer.json()["pseudonym"]
    at_once = await api.put("/api/v1/tokens/Forget-Me", json={})
    assert at_once.status_code == 409
    assert "in a minute" in at_once.json()["detail"]


async def test_a_tag_is_in_no_log(api, caplog):
    with caplog.at_level(logging.DEBUG, logger="ampledger"):
        await api.put("/api/v1/tokens/Logged-77", json={})
        await api.get("/api/v1/tokens/Logged-77")
        await api.post("/api/v1/tokens/Logged-77/forget")
    paths = {getattr(record, "path", "") for record in caplog.records}
    assert paths >= {"/api/v1/tokens/***", "/api/v1/tokens/***/forget"}
    told = [str(vars(record)) for record in caplog.records if record.name.startswith("ampledger")]
    assert not any("logged-77" in text.casefold() for text in told)


async def test_what_nobody_spoke_of_cannot_be_forgotten(api):
    assert (await api.post("/api/v1/tokens/NEVER-SEEN/forget")).status_code == 404


async def test_a_token_that_charges_is_not_forgotten(api, station, tag):
    start = {"connectorId": 1, "idTag": tag, "meterStart": 1, "timestamp": "2026-05-01T12:00:00Z"}
    await station.ask("StartTransaction", **start)

    async def charging() -> bool:
        query = {"id_tag": tag, "state": "open"}
        return bool((await api.get("/api/v1/transactions", params=query)).json()["items"])

    await eventually(charging)
    answer = await api.post(f"/api/v1/tokens/{tag}/forget")
    assert answer.status_code == 409
    assert "is open" in answer.json()["detail"]
