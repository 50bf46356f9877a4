"""The search: what is found, in which order, and that nobody else learns what was searched for."""

import logging
from urllib.parse import quote

import pytest

from tests.api.stage import eventually

pytestmark = pytest.mark.asyncio(loop_scope="session")

NOON = "2026-01-01T12:00:00.000Z"


@pytest.fixture
def search(api):
    async def found(wanted, **query):
        answer = await api.get("/api/v1/search", params={"q": wanted, **query})
        answer.raise_for_status()
        return answer.json()["items"]

    return found


async def test_a_station_is_found_by_a_part_and_first_by_its_id(api, search):
    for name in ("SE-1/a", "SE-1/a b", "other SE-1"):
        path = f"/api/v1/stations/{quote(name, safe='')}"
        await api.put(path, json={"note": "north gate of sesame"})
    assert [hit["id"] for hit in await search("SE-1/a")] == ["SE-1/a", "SE-1/a b"]
    assert [hit["id"] for hit in await search("se-1")] == ["SE-1/a", "SE-1/a b", "other SE-1"]
    assert [hit["id"] for hit in await search(" SESAME ")] == ["SE-1/a", "SE-1/a b", "other SE-1"]
    hit = (await search("SE-1/a b"))[0]
    assert (hit["kind"], hit["path"]) == ("station", "/stations/SE-1%2Fa%20b")
    assert hit["detail"] == "north gate of sesame"


async def test_kinds_take_turns_and_the_limit_holds(api, search):
    for number in range(4):
        await api.put(f"/api/v1/stations/fair-{number}", json={})
    await api.put("/api/v1/tokens/FAIR-T", json={"note": "of somebody"})
    kinds = [hit["kind"] for hit in await search("fair-", limit=3)]
    assert kinds == ["station", "token", "station"]


async def test_a_token_is_found_in_any_spelling_and_by_its_note(api, search):
    await api.put("/api/v1/tokens/SeaTag", json={"note": "the harbour master"})
    for wanted in ("seatag", "eata", "HARBOUR"):
        (hit,) = await search(wanted)
        assert (hit["kind"], hit["id"], hit["path"]) == ("token", "SeaTag", "/tokens/SeaTag")


async def test_a_transaction_and_a_case_are_found_by_their_numbers(api, search, station, tag):
    started = await station.ask(
        "StartTransaction", connectorId=1, idTag=tag, meterStart=0, timestamp=NOON
    )
    number = started["transactionId"]
    await station.ask("StopTransaction", transactionId=66_666_666, meterStop=1, timestamp=NOON)

    async def transaction():
        return [hit for hit in await search(f"#{number}") if hit["kind"] == "transaction"]

    (hit,) = await eventually(transaction)
    assert (hit["id"], hit["path"]) == (str(number), f"/transactions/{number}")

    async def case():
        items = (await api.get("/api/v1/quarantine", params={"state": "open"})).json()["items"]
        return [each for each in items if each["transaction"] == 66_666_666]

    (kept,) = await eventually(case)
    hits = await search(str(kept["number"]))
    assert f"/quarantine/{kept['number']}" in [hit["path"] for hit in hits]


@pytest.mark.usefixtures("station")
async def test_a_call_and_a_bulk_call_are_found_by_their_ids(api, search, name):
    call = (await api.post(f"/api/v1/stations/{name}/calls/ClearCache", json={})).json()["id"]
    (hit,) = await search(call)
    assert (hit["kind"], hit["title"], hit["path"]) == ("call", "ClearCache", f"/calls/{call}")
    wish = {"action": "ClearCache", "stations": [name]}
    bulk = (await api.post("/api/v1/bulk-calls", json=wish)).json()["id"]
    (hit,) = await search(bulk)
    assert (hit["kind"], hit["path"]) == ("bulk-call", f"/bulk-calls/{bulk}")


async def test_nothing_is_found_by_nothing(search):
    assert await search("  ") == await search("no such thing anywhere") == []
    assert await search("9" * 30) == await search("%") == []


async def test_what_was_searched_for_is_in_no_log_line(search, caplog):
    with caplog.at_level(logging.DEBUG):
        await search("SECRETTAG7")
    told = [record for record in caplog.records if record.name == "ampledger.api"]
    assert "/api/v1/search" in [vars(record).get("path") for record in told]
    ours = [record for record in caplog.records if not record.name.startswith("http")]
    assert not any("SECRETTAG7" in str(vars(record)) for record in ours)  # the others: our client's
