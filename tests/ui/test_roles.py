"""Each role sees only what it may; what it may not is not even offered."""

import pytest
from playwright.sync_api import Page, expect

from tests.installation import Installation
from tests.ui.people import People

READING = frozenset(
    {"Menu", "Search (/)", "Help (?)", "Light, dark or as the system", "Previous", "Next"}
)
WALKS = {  # buttons of pages that change nothing but what is shown
    "/stations": {"Export CSV"},
    "/transactions": {"Export CSV"},
    "/reservations": {"Earlier", "Today", "Later", "Day", "Week"},
    "/tokens": set(),
    "/charging-profiles": set(),
    "/firmware": set(),
    "/campaigns": set(),
    "/quarantine": set(),
}
ACTS = {
    "/reservations": "Reserve a connector",
    "/tokens": "Issue a token",
    "/charging-profiles": "New charging profile",
    "/campaigns": "New campaign",
}


def entries(page: Page) -> set[str]:
    """What the menu lists."""
    links = page.get_by_role("navigation", name="Pages").get_by_role("link")
    links.first.wait_for()
    return {_spoken(text) for text in links.all_inner_texts()}


def buttons(page: Page) -> set[str]:
    """What can be pressed in the page itself, by name."""
    found = page.get_by_role("main").first.get_by_role("button").all()
    names = {each.get_attribute("aria-label") or _spoken(each.inner_text()) for each in found}
    return names - {""}


def _spoken(text: str) -> str:
    """Without the icon before it."""
    return text.strip().rpartition("\n")[2]


def test_the_menu_has_what_the_role_may_see(people: People):
    viewer, admin = (entries(people.at(f"an-{each}")) for each in ("viewer", "admin"))
    assert admin - viewer == {"Users", "Webhooks", "Audit trail"}
    assert {"Stations", "Transactions", "System"} <= viewer


def test_a_viewer_is_offered_nothing_that_acts(people: People, installation: Installation):
    page = people.at("an-viewer")
    for path, walks in WALKS.items():
        page.goto(f"{installation.api_url}{path}")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        assert buttons(page) - READING - walks == set(), path


def test_a_viewer_cannot_act_on_a_station(people: People, station: str):
    page = people.at("an-viewer", f"/stations/{station}")
    expect(page.get_by_text("Connector 1")).to_be_visible()
    expect(page.get_by_role("button", name="Remote start: connector 1")).to_have_count(0)
    expect(page.get_by_role("button", name="Disconnect")).to_have_count(0)
    expect(page.get_by_role("button", name="Remove")).to_have_count(0)
    expect(page.get_by_text("Operations are for the role operator")).to_be_visible()


def test_an_operator_acts_and_an_admin_keeps_the_register(people: People, station: str):
    page = people.at("an-operator", f"/stations/{station}")
    expect(page.get_by_role("button", name="Remote start: connector 1")).to_be_visible()
    expect(page.get_by_role("button", name="Remove", exact=True)).to_have_count(0)
    page = people.at("an-admin", f"/stations/{station}")
    expect(page.get_by_role("button", name="Remove", exact=True)).to_be_visible()


@pytest.mark.parametrize("path", ["/users", "/webhooks", "/audit", "/import-stations"])
def test_a_page_for_another_role_says_so(people: People, path: str):
    page = people.at("an-operator", path)
    expect(page.get_by_text("This page is for the role admin; you are operator.")).to_be_visible()
