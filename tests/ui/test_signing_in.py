"""Nobody sees a page who has not signed in; who has, sees what their role may."""

import pytest
from playwright.sync_api import expect

from tests.installation import Installation
from tests.ui.people import PASSWORD, People


def test_a_page_is_shown_after_signing_in_where_it_was_asked_for(people: People):
    page = people.sign_in("an-viewer", "/stations")
    expect(page.get_by_role("heading", name="Stations", level=1)).to_be_visible()


def test_a_page_is_shown_with_what_was_asked_of_it(people: People):
    page = people.sign_in("an-viewer", "/stations?online=true&search=CP1")
    assert page.url.endswith("/stations?online=true&search=CP1")


def test_a_wrong_password_is_told_and_leaves_everything_closed(
    people: People, installation: Installation
):
    page = people.browser()
    page.goto(f"{installation.api_url}/stations")
    page.get_by_label("Name").fill("an-viewer")
    page.get_by_label("Password").fill(PASSWORD + "!")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_contain_text("request ")
    page.goto(f"{installation.api_url}/stations")
    assert page.url.endswith("/sign-in?to=/stations")


def test_the_session_is_kept_where_scripts_do_not_reach_it(people: People):
    page = people.sign_in("an-viewer")
    cookies = {each["name"]: each for each in page.context.cookies()}
    assert cookies["ampledger_session"]["httpOnly"]
    assert cookies["ampledger_session"]["sameSite"] == "Strict"
    assert "ampledger_session" not in page.evaluate("document.cookie")


def test_who_signs_out_is_out(people: People, installation: Installation):
    page = people.sign_in("an-viewer")
    session = {each["name"]: each["value"] for each in page.context.cookies()}["ampledger_session"]
    page.get_by_role("button", name="Signed in as an-viewer").click()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/sign-in")
    url = installation.api_url  # what was taken along is worth nothing any more
    page.context.add_cookies([{"name": "ampledger_session", "value": session, "url": url}])
    page.goto(f"{installation.api_url}/")
    assert page.url.endswith("/sign-in?to=/")


@pytest.mark.parametrize(
    "to", ["//elsewhere.example/", "https://elsewhere.example/", "/\\elsewhere"]
)
def test_signing_in_leads_nowhere_else(people: People, installation: Installation, to: str):
    page = people.browser()
    page.goto(f"{installation.api_url}/sign-in?to={to}")
    page.get_by_label("Name").fill("an-viewer")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{installation.api_url}/")


def test_a_form_of_another_site_signs_nobody_in(people: People, installation: Installation):
    page = people.browser()
    page.goto(f"{installation.api_url}/sign-in")
    answer = page.context.request.post(
        f"{installation.api_url}/sign-in",
        form={"name": "an-viewer", "password": PASSWORD},
        headers={"Origin": "https://elsewhere.example"},
    )
    assert answer.status == 403
    assert "ampledger_session" not in {each["name"] for each in page.context.cookies()}
