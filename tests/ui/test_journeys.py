"""What operators come for, from end to end: stations that live, pages that follow."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Locator, Page, expect
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Subprotocol

from tests.installation import Installation
from tests.ui.people import Asked, People, eventually
from tests.ui.simulated import Simulated
from tests.ui.stage import orphan_stop, start

PROGRAM = str(Path(sys.executable).with_name("ampledger"))


def card(page: Page, connector: int) -> Locator:
    """Of a connector, on the page of its station."""
    heading = page.get_by_role("heading", name=f"Connector {connector}")
    return page.locator("article.card").filter(has=heading)


def listed(page: Page, table: str, text: str) -> Locator:
    """The row of a table that has a text."""
    region = page.get_by_role("region", name=table, exact=True)
    return region.get_by_role("row").filter(has_text=text)


def test_an_unknown_station_is_adopted_with_one_click(
    people: People, installation: Installation, simulated: Simulated
):
    name = f"NEW-{uuid4().hex[:8]}"
    with pytest.raises(InvalidStatus):
        connect(f"{installation.gateway_url}/{name}", subprotocols=[Subprotocol("ocpp1.6")])
    page = people.at("an-admin", "/stations")
    page.get_by_role("button", name=f"Adopt {name}").click()
    shown = page.get_by_role("dialog", name=f"Password of {name}")
    password = shown.locator(".secret").inner_text()
    shown.get_by_role("button", name="I have it").click()
    row = listed(page, "Stations", name)
    expect(row).to_contain_text("never here")
    simulated.begin(name, password=password)
    expect(row).to_contain_text("online")


def test_a_session_is_watched_while_it_happens(people: People, api: Asked, station: str, tag: str):
    page = people.at("an-viewer", f"/stations/{station}")
    page.evaluate("window.untouched = true")  # gone after a reload
    expect(card(page, 1)).to_contain_text("Available")
    number = start(api, station, tag)
    expect(card(page, 1)).to_contain_text("Charging")
    expect(card(page, 1)).to_contain_text(str(number))
    expect(card(page, 1)).to_contain_text(re.compile(r"0\.00[1-9] kWh"))
    api.post(f"/api/v1/stations/{station}/calls/RemoteStopTransaction", {"transactionId": number})
    expect(card(page, 1)).to_contain_text("Available")
    expect(card(page, 2)).to_contain_text("Available")
    assert page.evaluate("window.untouched")


def test_an_operator_starts_and_stops_from_afar(people: People, station: str, tag: str):
    page = people.at("an-operator", f"/stations/{station}")
    page.get_by_role("button", name="Remote start: connector 2").click()
    dialog = page.get_by_role("dialog", name="RemoteStartTransaction")
    dialog.get_by_label(re.compile("idTag")).first.fill(tag)
    dialog.get_by_role("button", name="Send RemoteStartTransaction").click()
    expect(card(page, 2)).to_contain_text("Charging")
    page.get_by_role("button", name="Remote stop: connector 2").click()
    dialog = page.get_by_role("dialog", name="RemoteStopTransaction")
    dialog.get_by_role("button", name="Send RemoteStopTransaction").click()
    expect(card(page, 2)).to_contain_text("Available")
    outcomes = page.get_by_role("article").filter(has_text="RemoteStopTransaction")
    expect(outcomes.first).to_contain_text("Accepted")


def test_an_operator_reserves_a_connector(people: People, station: str, tag: str):
    page = people.at("an-operator", "/reservations")
    page.get_by_role("button", name="Reserve a connector").click()
    dialog = page.get_by_role("dialog", name="Reserve a connector")
    dialog.get_by_label("Station").fill(station)
    dialog.get_by_label("Token").fill(tag)
    dialog.get_by_role("button", name="Reserve", exact=True).click()
    expect(listed(page, "Reservations", station)).to_contain_text("accepted")
    page.goto(page.url.replace("/reservations", f"/stations/{station}"))
    expect(card(page, 1)).to_contain_text("Reserved")


def test_an_operator_sends_a_local_list(people: People, api: Asked, station: str, tag: str):
    page = people.at("an-operator", f"/stations/{station}?tab=local-list")
    page.get_by_role("combobox", name="Tokens").click()
    page.get_by_role("option", name="Tags typed or pasted").click()
    page.get_by_label("Tags, separated by").fill(tag)
    page.get_by_role("button", name="Show what would change").click()
    expect(listed(page, "What would change", tag)).to_contain_text("added")
    page.get_by_role("button", name="Send Full").click()
    page.get_by_role("dialog").get_by_role("button", name="Send").click()
    known = eventually(lambda: _confirmed(api, station))
    assert (known["version"], known["entries"]) == (1, 1)
    expect(page.get_by_role("link", name=tag)).to_be_visible()


def _confirmed(api: Asked, station: str) -> Any:
    known = api.get(f"/api/v1/stations/{station}/local-list")
    return known if known["state"] == "confirmed" else None


def test_a_schedule_is_drawn_while_it_is_written_and_sent(people: People, api: Asked, station: str):
    page = people.at("an-operator", "/charging-profiles/new")
    page.get_by_label("Description").fill(f"For {station}")
    chart = page.get_by_role("img", name="The limits over time")
    page.get_by_role("button", name="Add a period").click()
    drawn = chart.inner_html()
    page.get_by_role("spinbutton", name="Limit").last.fill("6")
    eventually(lambda: chart.inner_html() != drawn)
    page.get_by_role("button", name="Add to the library").click()
    page.wait_for_url(re.compile(r"/charging-profiles/\d+$"))
    page.get_by_label("Find stations").fill(station)
    page.get_by_role("checkbox", name=f"Choose {station}").click()
    page.get_by_role("button", name="Install at 1").click()
    page.get_by_role("dialog").get_by_role("button", name="Install").click()
    expect(listed(page, "Outcomes", station)).to_contain_text("Accepted")
    installed = api.get(f"/api/v1/stations/{station}/charging-profiles")["items"]
    assert [each["connector_id"] for each in installed] == [1]


def test_a_stop_put_aside_is_given_to_its_transaction(
    people: People, api: Asked, installation: Installation, tag: str
):
    case, number = orphan_stop(api, installation, tag)
    page = people.at("an-operator", f"/quarantine/{case}")
    expect(listed(page, "Candidates", tag)).to_contain_text(f"{number}")
    page.get_by_label("Why, for the record").fill("the display showed it")
    page.get_by_role("button", name="Decide").click()
    page.get_by_role("dialog").get_by_role("button", name=re.compile("it$")).click()
    expect(page.get_by_text("the display showed it")).to_be_visible()
    assert api.get(f"/api/v1/transactions/{number}")["energy_wh"] == 4_000


def test_somebody_travels_in_time(people: People, api: Asked, station: str, tag: str):
    number = start(api, station, tag)
    began = api.get(f"/api/v1/transactions/{number}")["started_at"]
    api.post(f"/api/v1/stations/{station}/calls/RemoteStopTransaction", {"transactionId": number})
    eventually(lambda: api.get(f"/api/v1/transactions/{number}")["status"] == "stopped")
    page = people.at("an-operator", f"/stations/{station}")
    expect(card(page, 1)).to_contain_text("Available")
    page.get_by_text("Look at the past").click()
    expect(page.get_by_role("slider")).to_be_visible()
    page.goto(f"{page.url}?at={began.replace('Z', '%2B00:00')}")
    expect(page.get_by_text("nothing can be done in the past")).to_be_visible()
    expect(card(page, 1)).to_contain_text(re.compile("Charging|Preparing"))
    expect(page.get_by_role("button", name="Remote start: connector 1")).to_have_count(0)
    changed = page.locator(".changes")
    expect(changed).to_contain_text(f"Transaction {number}")
    expect(changed).to_contain_text("stopped")
    page.get_by_role("button", name="Back to now").click()
    expect(page.get_by_role("button", name="Remote start: connector 1")).to_be_visible()


def test_a_proof_is_downloaded_and_holds(
    people: People, api: Asked, station: str, tag: str, tmp_path: Path
):
    number = start(api, station, tag)
    api.post(f"/api/v1/stations/{station}/calls/RemoteStopTransaction", {"transactionId": number})
    eventually(lambda: api.get(f"/api/v1/transactions/{number}")["status"] == "stopped")
    page = people.at("an-viewer", f"/transactions/{number}")
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Proof (page)").click()
    file = tmp_path / waiting.value.suggested_filename
    waiting.value.save_as(file)
    said = subprocess.run(
        [PROGRAM, "proof", "--check", str(file)], capture_output=True, check=False, text=True
    )
    assert said.returncode == 0, said.stderr
