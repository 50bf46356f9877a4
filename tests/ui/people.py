"""Who looks at the pages in the tests: signed in as one would be, each in their own browser."""

import json
import urllib.request
from collections.abc import Callable
from time import monotonic, sleep
from typing import Any, TypeVar
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Page

from tests.installation import Installation

PASSWORD = "correct horse battery"
PATIENCE = 30_000  # ms for what happens soon, however busy the machine is

T = TypeVar("T")


def eventually(look: Callable[[], T]) -> T:
    """What somebody finds who looks again and again: what is asked of the API, not of a page."""
    deadline = monotonic() + PATIENCE / 1000
    while not (found := look()):
        assert monotonic() < deadline
        sleep(0.05)
    return found


class People:
    """One of each role."""

    def __init__(self, installation: Installation, browser: Browser) -> None:
        self._installation, self._browser = installation, browser
        self._tokens: dict[str, str] = {}  # of sessions, by names
        self._desks: dict[str, BrowserContext] = {}  # of those who are signed in once for all
        self._contexts: list[BrowserContext] = []

    def invite(self, name: str, role: str) -> None:
        """Add a user who has a password."""
        api = Asked(self._installation)
        api.post("/api/v1/users", {"name": name, "role": role})
        link = api.post(f"/api/v1/users/{name}/invitations", None)
        wish = {"token": link["token"], "password": PASSWORD}
        self._tokens[name] = api.post("/api/v1/sessions/by-invitation", wish)["token"]

    def browser(self, **options: Any) -> Page:
        """A browser in which nobody has signed in; `options` as of Playwright's contexts."""
        context = self._browser.new_context(**{"timezone_id": "Europe/Berlin", **options})
        context.set_default_timeout(PATIENCE)
        self._contexts.append(context)
        return context.new_page()

    def at(self, name: str, to: str = "/", **options: Any) -> Page:
        """Somebody at a page who signed in long ago; with `options` in a browser of their own."""
        context = self.browser(**options).context if options else self._desk(name)
        if options:
            self._remember(context, name)
        page = context.new_page()
        page.goto(f"{self._installation.api_url}{to}")
        return page

    def sign_in(self, name: str, to: str = "/", **options: Any) -> Page:
        """Somebody at a page."""
        page = self.browser(**options)
        page.goto(f"{self._installation.api_url}{to}")
        page.get_by_label("Name").fill(name)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(lambda url: urlsplit(url).path == urlsplit(to).path)
        return page

    def leave(self) -> None:
        """Close every browser."""
        for context in self._contexts:
            context.close()
        self._contexts.clear()
        for context in self._desks.values():
            for page in context.pages:
                page.close()

    def _desk(self, name: str) -> BrowserContext:
        """The browser of somebody, which keeps what it has loaded from test to test."""
        if name not in self._desks:
            context = self._desks[name] = self.browser().context
            self._contexts.remove(context)
            self._remember(context, name)
        return self._desks[name]

    def _remember(self, context: BrowserContext, name: str) -> None:
        url, token = self._installation.api_url, self._tokens[name]
        context.add_cookies([{"name": "ampledger_session", "value": token, "url": url}])


class Asked:
    """The API as an administrator, for what a test needs to be there."""

    def __init__(self, installation: Installation) -> None:
        self._installation = installation

    def get(self, path: str) -> Any:
        return self._ask("GET", path, None)

    def post(self, path: str, body: object) -> Any:
        return self._ask("POST", path, body)

    def put(self, path: str, body: object) -> Any:
        return self._ask("PUT", path, body)

    def _ask(self, method: str, path: str, body: object) -> Any:
        url = f"{self._installation.api_url}{path}"
        headers = {
            "Authorization": f"Bearer {self._installation.admin_token}",
            "Content-Type": "application/json",
        }
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(url, data, headers, method=method)
        with urllib.request.urlopen(request, timeout=30) as response:
            said = response.read()
        return json.loads(said) if said else None
