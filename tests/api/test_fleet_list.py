"""The list of stations as a fleet list needs it: as JSON, as a spreadsheet, and back again."""

import csv
import io

import pytest

from tests.api.stage import Station, eventually

pytestmark = pytest.mark.asyncio(loop_scope="session")
CSV = {"Accept": "text/csv"}
PATH = "/api/v1/stations"


@pytest.fixture
def listed(api):
    async def found(**query):
        answer = await api.get(PATH, params=query)
        answer.raise_for_status()
        return answer.json()

    return found


@pytest.fixture
def imported(api):
    async def send(text, **query):
        answer = await api.post(f"{PATH}/import", content=text.encode(), params=query)
        return answer.json() if answer.status_code == 200 else answer

    return send


async def test_a_row_tells_how_its_connectors_are(listed, station, name, tag):
    for connector, status in ((0, "Available"), (1, "Faulted"), (2, "Available")):
        code = "NoError" if status == "Available" else "OtherError"
        told = {"connectorId": connector, "errorCode": code, "status": status}
        await station.ask("StatusNotification", **told)
    start = {"connectorId": 2, "idTag": tag, "meterStart": 0, "timestamp": "2026-01-01T12:00:00Z"}
    await station.ask("StartTransaction", **start)

    async def look():
        page = await listed(search=name, status="Faulted", online="true")
        return page if page["items"] and page["items"][0]["transactions_running"] else None

    page = await eventually(look)
    (row,) = page["items"]
    assert (row["id"], row["status"], row["online"], page["total"]) == (name, "Faulted", True, 1)
    assert row["connectors"] == {"Available": 1, "Faulted": 1}
    assert row["boot"]["vendor"] == "V"
    assert row["last_frame_at"] or row["connection"]["connected_at"]
    assert (await listed(search=name, status="Charging"))["total"] == 0
    assert (await listed(search=name, online="false"))["items"] == []


async def test_the_total_is_of_all_pages_and_of_what_was_chosen(api, listed):
    for number in range(3):
        wish = {"note": "totalled", "labels": ["l-1"] if number else [], "registration": "Pending"}
        await api.put(f"{PATH}/TO-{number}", json=wish)
    page = await listed(search="totalled", limit=1)
    assert (len(page["items"]), page["total"]) == (1, 3)
    assert (await listed(search="totalled", label="l-1"))["total"] == 2
    assert (await listed(search="totalled", registration="Pending"))["total"] == 3
    assert (await listed(search="totalled", registration="Accepted"))["total"] == 0
    assert (await api.get(PATH, params={"registration": "Perhaps"})).status_code == 422


async def test_what_is_exported_can_be_imported_as_it_is(api, installation, imported):
    wish = {"note": "=1+1\nsecond, line", "labels": ["a", "b"], "heartbeat_interval": 77}
    await api.put(f"{PATH}/EX-1", json=wish)
    async with Station.connected(installation, "EX-1"):
        pass
    exported = await api.get(PATH, params={"search": "EX-1"}, headers=CSV)
    (line,) = csv.DictReader(io.StringIO(exported.text))
    assert exported.headers["content-disposition"] == 'attachment; filename="stations.csv"'
    assert (line["note"], line["labels"]) == ("'=1+1\nsecond, line", "a b")

    before = (await api.get(f"{PATH}/EX-1")).json()
    told = await imported(exported.text)
    after = (await api.get(f"{PATH}/EX-1")).json()
    assert (told["replaced"], told["refused"]) == (1, 0)
    names = ("note", "labels", "heartbeat_interval", "registration", "security_profile")
    assert [after[name] for name in names] == [before[name] for name in names]


async def test_a_bad_line_loses_nothing_and_stops_nobody(api, imported):
    lines = (
        "id,note,labels,heartbeat_interval",
        "IM-1,first,x y,60",
        "IM-2,second,,never",
        ",nobody,,",
        "IM-1,again,,",
        "IM-3,third,not/allowed,",
        "IM-4,fourth,,,too many",
        "IM-5,fifth",
    )
    told = await imported("\r\n".join(lines))
    outcomes = {(line["line"], line["id"]): line["outcome"] for line in told["lines"]}
    assert [key for key, outcome in outcomes.items() if outcome == "registered"] == [
        (2, "IM-1"),
        (8, "IM-5"),
    ]
    assert (told["registered"], told["replaced"], told["refused"]) == (2, 0, 5)
    assert all(line["problem"] for line in told["lines"] if line["outcome"] == "refused")
    made = (await api.get(f"{PATH}/IM-1")).json()
    assert (made["note"], made["labels"], made["heartbeat_interval"]) == ("first", ["x", "y"], 60)
    assert (await api.get(f"{PATH}/IM-2")).status_code == 404


async def test_a_column_that_is_not_there_changes_nothing_and_an_empty_cell_takes_back(
    api, imported
):
    await api.put(f"{PATH}/IM-6", json={"note": "old", "labels": ["a"], "serial_number": "7"})
    await imported("id,note,labels\nIM-6,new,\n")
    changed = (await api.get(f"{PATH}/IM-6")).json()
    assert (changed["note"], changed["labels"], changed["serial_number"]) == ("new", [], "7")


async def test_a_dry_run_says_what_would_happen_and_does_nothing(api, imported):
    await api.put(f"{PATH}/DRY-1", json={"note": "old"})
    text = "id,note\nDRY-1,new\nDRY-2,new\nDRY-3," + 2001 * "x"
    told = await imported(text, dry_run="true")
    assert [line["outcome"] for line in told["lines"]] == ["replaced", "registered", "refused"]
    assert told["dry_run"] is True
    assert (await api.get(f"{PATH}/DRY-1")).json()["note"] == "old"
    assert (await api.get(f"{PATH}/DRY-2")).status_code == 404


async def test_a_password_is_taken_and_never_told(api, imported):
    text = "id,password,security_profile\nPW-1,correct horse,1\nPW-2,,1\nPW-3,hush hush,9"
    told = await imported(text)
    assert [line["outcome"] for line in told["lines"]] == ["registered", "refused", "refused"]
    assert "horse" not in str(told)
    assert "hush" not in str(told)
    assert (await api.get(f"{PATH}/PW-1")).json()["has_password"]


@pytest.mark.parametrize("text", ["", "note\nx", "id,colour\nX,red", "id,id\nX,Y", 'id\n"X'])
async def test_what_is_no_such_spreadsheet_is_refused_as_a_whole(imported, text):
    answer = await imported(text)
    assert answer.status_code == 422


async def test_an_import_is_for_administrators(api, installation):
    made = (await api.post("/api/v1/users", json={"name": "importer", "role": "operator"})).json()
    async with installation.client(made["token"]) as operator:
        assert (await operator.post(f"{PATH}/import", content=b"id\nX")).status_code == 403
        assert (await operator.get("/api/v1/overview")).status_code == 200
        assert (await operator.get("/api/v1/search", params={"q": "x"})).status_code == 200
