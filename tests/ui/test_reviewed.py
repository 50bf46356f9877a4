"""What an operator stumbled over once: filters, empty choices, dialogs that follow others."""

import re
from uuid import uuid4

from playwright.sync_api import Page, expect

from tests.authority import Authority
from tests.ui.people import Asked, People, eventually


def test_any_state_stays_chosen_when_the_page_is_loaded_again(people: People):
    page = people.at("an-viewer", "/quarantine")
    state = page.get_by_role("combobox", name="State")
    expect(state).to_have_value("open")
    state.click()
    page.get_by_role("option", name="any").click()
    page.wait_for_url("**/quarantine?state=any")
    page.reload()
    expect(page.get_by_role("combobox", name="State")).to_have_value("any")


def test_two_lists_of_a_page_keep_their_filters_apart(people: People):
    page = people.at("an-viewer", "/certificates?request_state=declined&state=foreign")
    states = page.get_by_role("combobox", name="State")
    expect(states.nth(0)).to_have_value("declined")
    expect(states.nth(1)).to_have_value("foreign")


def test_a_campaign_for_nobody_is_not_begun(people: People):
    page = people.at("an-operator", "/campaigns/new?what=renewal&within_days=30")
    page.get_by_role("button", name="Start the campaign").click()
    expect(page.get_by_text("This goes to no station.")).to_be_visible()
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_who_makes_somebody_more_is_asked_first(people: People, api: Asked):
    name = f"u{uuid4().hex[:8]}"
    api.post("/api/v1/users", {"name": name, "role": "viewer"})
    page = people.at("an-admin", f"/users/{name}")
    _choose_role(page, "operator: ")
    page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    _choose_role(page, "admin: ")
    page.get_by_role("dialog").get_by_role("button", name="Make them admin").click()
    eventually(lambda: api.get(f"/api/v1/users/{name}")["role"] == "admin")
    page.get_by_role("button", name="Revoke").click()
    page.get_by_role("dialog").get_by_role("button", name="Revoke").click()
    expect(page.get_by_role("button", name="Make a token")).to_be_hidden()


def _choose_role(page: Page, meaning: str) -> None:
    page.get_by_role("button", name="Role").first.click()
    page.get_by_text(re.compile(f"^{meaning}")).click()


def test_a_root_that_a_station_told_of_is_dropped_at_its_page(
    people: People, api: Asked, station: str
):
    kind, path = (
        {"type": "CentralSystemRootCertificate"},
        f"/api/v1/stations/{station}/certificates",
    )
    root = {**kind, "certificate": Authority().pem}
    api.post(f"{path}/install?wait=10", root)
    api.post(f"{path}/ask?wait=10", kind)
    eventually(lambda: api.get(path)["installed"])
    page = people.at("an-operator", f"/stations/{station}?tab=certificates")
    roots = page.get_by_role("region", name="Roots that the station trusts")
    roots.get_by_role("button").first.click()
    page.get_by_role("button", name="Have it dropped").click()
    page.get_by_role("button", name="Drop it").click()
    expect(roots.get_by_text("No root is known that it trusts.")).to_be_visible()
