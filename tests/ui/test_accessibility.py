"""Pages as axe judges them: WCAG 2 A and AA, in light and dark."""

from typing import Any
from uuid import uuid4

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]  # it has no types
from playwright.sync_api import Page

from commands.ui.routes import PAGES
from tests.installation import Installation
from tests.ui.people import Asked, People
from tests.ui.stage import orphan_stop, start

MENU = tuple(page.path for page in PAGES if page.menu)
TABS = ("operations", "timeline", "wire", "configuration", "local-list", "profiles")
MORE_TABS = ("reservations", "jobs", "certificates", "security")
LEVELS = {"runOnly": ["wcag2a", "wcag2aa"]}
DARK = "!window.Quasar || document.body.classList.contains('body--dark')"
# Quasar puts the field for files into the button that opens it; both have names, one is reached.
QUIRKS = {("nested-interactive", 'a[role="button"]')}
COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast"]}}

# The pages are the same ones on either database.
pytestmark = pytest.mark.parametrize("installation", ["embedded"], indirect=True)


@pytest.fixture
def page(people: People) -> Page:
    """An administrator's, which lets axe in in spite of the policy of contents."""
    still = {"color_scheme": "light", "reduced_motion": "reduce"}  # colours are there at once
    return people.at("an-admin", bypass_csp=True, **still)


@pytest.fixture
def judged(installation: Installation, page: Page) -> Any:
    """What axe finds wrong with some pages, by path."""
    axe = Axe()

    def judge(*paths: str, within: str = "") -> dict[str, list[str]]:
        found = {}
        for path in paths:
            page.goto(f"{installation.api_url}{path}")
            page.get_by_role("heading", level=1).wait_for()
            wrong = _wrong(axe, page, within, LEVELS)
            page.emulate_media(color_scheme="dark")
            page.wait_for_function(DARK)
            wrong += [f"dark: {each}" for each in _wrong(axe, page, within, COLOURS)]
            page.emulate_media(color_scheme="light")
            found[path] = wrong
        return {path: wrong for path, wrong in found.items() if wrong}

    return judge


def _wrong(axe: Axe, page: Page, within: str, options: dict[str, Any]) -> list[str]:
    """Rules, with the places where they are broken."""
    violations = axe.run(page, context=within or None, options=options).response["violations"]
    found = [(each["id"], str(node["target"][0])) for each in violations for node in each["nodes"]]
    return [f"{rule} at {place}" for rule, place in found if (rule, place) not in QUIRKS]


def test_all_pages_of_the_menu(judged: Any, api: Asked, station: str, tag: str):
    start(api, station, tag)
    assert judged(*MENU) == {}
    assert judged(f"/stations/{station}") == {}


def test_the_tabs_of_a_station(judged: Any, api: Asked, station: str, tag: str):
    start(api, station, tag)
    tabs = (f"/stations/{station}?tab={tab}" for tab in (*TABS, *MORE_TABS))
    assert judged(*tabs, within="[role=tabpanel]") == {}


def test_pages_of_single_things(judged: Any, api: Asked, station: str, tag: str):
    number = start(api, station, tag)
    call = api.post(f"/api/v1/stations/{station}/calls/ClearCache", {})
    job = api.post(f"/api/v1/stations/{station}/diagnostics", {})
    wish = {"station": station, "connector_id": 2, "id_tag": tag}
    wish["expiry_date"] = "2030-01-01T00:00:00Z"
    reservation = api.post("/api/v1/reservations?wait=10", wish)
    bulk = api.post("/api/v1/bulk-calls", {"stations": [station], "action": "ClearCache"})
    campaign = {"name": "Caches", "stations": [station], "action": "ClearCache", "payload": {}}
    hook = api.post("/api/v1/webhooks", {"url": "https://example.com/", "stations": ["NOBODY"]})
    found = judged(
        f"/transactions/{number}",
        f"/tokens/{tag}",
        f"/calls/{call['id']}",
        f"/jobs/{job['id']}",
        f"/reservations/{reservation['reservation_id']}?station={station}",
        f"/bulk-calls/{bulk['id']}",
        f"/campaigns/{api.post('/api/v1/campaigns', campaign)['id']}",
        f"/webhooks/{hook['id']}",
        "/campaigns/new",
        "/charging-profiles/new",
        "/import-stations",
        "/users/an-viewer",
        "/me",
    )
    assert found == {}


def test_what_somebody_has_to_decide_or_has_written(
    judged: Any, api: Asked, installation: Installation, tag: str
):
    case, _ = orphan_stop(api, installation, tag)
    period = {"start": 0, "limit": 16}
    schedule = {"unit": "A", "periods": [period]}
    profile = {"purpose": "TxDefaultProfile", "kind": "Relative", "stack_level": 0}
    wish = profile | {"schedule": schedule}
    number = api.post("/api/v1/charging-profiles", wish)["id"]
    assert judged(f"/quarantine/{case}", f"/charging-profiles/{number}") == {}


def test_the_past_of_a_station(judged: Any, api: Asked, station: str, tag: str):
    began = api.get(f"/api/v1/transactions/{start(api, station, tag)}")["started_at"]
    assert judged(f"/stations/{station}?at={began}") == {}


def test_the_doors(judged: Any, api: Asked):
    name = f"guest-{uuid4().hex[:6]}"
    api.post("/api/v1/users", {"name": name, "role": "viewer"})
    link = api.post(f"/api/v1/users/{name}/invitations", None)["path"]
    assert judged("/no-such-page") == {}
    # The doors have no script that turns them dark: the browser does.
    assert judged("/sign-in", link) == {}
