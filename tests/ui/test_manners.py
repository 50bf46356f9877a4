"""Keys, widths, colours, lost connections: how pages behave whatever they show."""

import pytest
from playwright.sync_api import Page, expect

from commands.ui.routes import PAGES
from tests.installation import Installation
from tests.ui.people import Asked, People

MENU = tuple(page.path for page in PAGES if page.menu)
LOST = 60_000  # ms in which a server is back and pages have found it


def test_a_slash_searches_everything(people: People, station: str):
    page = people.at("an-viewer", "/tokens")
    page.keyboard.press("/")
    page.get_by_label("Search for").fill(station[:8])
    hit = page.get_by_role("listitem").filter(has_text=station)
    expect(hit).to_contain_text("station")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=station, level=1)).to_be_visible()


def test_a_slash_in_a_field_is_a_slash(people: People):
    page = people.at("an-viewer", "/tokens")
    field = page.get_by_role("main").first.get_by_role("textbox").first
    field.press("/")
    expect(field).to_have_value("/")
    expect(page.get_by_role("dialog", name="Search")).to_have_count(0)


def test_a_question_mark_helps(people: People):
    page = people.at("an-viewer")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Help")).to_contain_text("search for a station")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Help")).to_have_count(0)


def test_who_is_signed_out_everywhere_sees_nothing_any_more(people: People):
    people.invite("somebody", "viewer")
    left_open = people.at("somebody", "/stations", locale="en-GB")
    page = people.at("somebody", "/me")
    page.get_by_role("button", name="Sign out everywhere").click()
    page.get_by_role("dialog").get_by_role("button", name="Sign out everywhere").click()
    page.wait_for_url("**/sign-in**")
    left_open.wait_for_url("**/sign-in**")


def test_a_lost_connection_is_shown_and_mends_itself(
    people: People, installation: Installation, api: Asked
):
    page = people.at("an-viewer", "/tokens")
    installation.end("run")
    expect(page.get_by_text("Connection lost")).to_be_visible(timeout=LOST)
    installation.start("run")
    api.put("/api/v1/tokens/BACK-AGAIN", {})
    expect(page.get_by_role("link", name="BACK-AGAIN")).to_be_visible(timeout=LOST)
    expect(page.get_by_text("Connection lost")).to_be_hidden()


def test_every_page_of_the_menu_fits_on_a_phone(people: People, installation: Installation):
    page = people.at("an-admin", viewport={"width": 390, "height": 844})
    assert {path: width for path in MENU if (width := _width(page, installation, path)) > 390} == {}


def test_a_station_fits_on_a_phone(people: People, installation: Installation, station: str):
    page = people.at("an-admin", viewport={"width": 390, "height": 844})
    assert _width(page, installation, f"/stations/{station}") <= 390
    expect(page.get_by_role("navigation", name="Pages")).not_to_be_in_viewport()
    page.get_by_role("button", name="Menu").click()
    expect(page.get_by_role("navigation", name="Pages")).to_be_in_viewport()


def _width(page: Page, installation: Installation, path: str) -> int:
    """How wide a page wants to be, px."""
    page.goto(f"{installation.api_url}{path}")
    page.get_by_role("heading", level=1).wait_for()
    return int(page.evaluate("document.documentElement.scrollWidth"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_are_light_or_dark_as_the_system_is(people: People, scheme: str):
    page = people.at("an-viewer", color_scheme=scheme)
    assert _is_dark(page) == (scheme == "dark")


def test_light_and_dark_are_chosen_and_kept(people: People):
    page = people.at("an-viewer", color_scheme="light")
    turn = page.get_by_role("button", name="Light, dark or as the system")
    turn.click()
    turn.click()
    page.wait_for_function("document.body.classList.contains('body--dark')")
    page.reload()
    page.wait_for_function("document.body.classList.contains('body--dark')")


def _is_dark(page: Page) -> bool:
    """By the brightness of what is behind everything."""
    colour = page.evaluate("getComputedStyle(document.body).backgroundColor")
    red, green, blue = (int(part) for part in colour.strip("rgba()").split(",")[:3])
    return red + green + blue < 3 * 128
