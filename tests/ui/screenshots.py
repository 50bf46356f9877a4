"""`python -m tests.ui.screenshots`: the pictures of README and docs, from a demo that really runs.

Pictures show what there was when they were made; none of it is drawn.
"""

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic, sleep
from typing import Any
from urllib.parse import urlencode

from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, sync_playwright

from commands import kept
from commands.client import ApiError, Client
from tests.installation import free_port

_PROGRAM = str(Path(sys.executable).with_name("ampledger"))
_PASSWORD = "a password of the demo"
_DESK: ViewportSize = {"width": 1280, "height": 800}
_PHONE: ViewportSize = {"width": 390, "height": 844}
_LOCALE = "en-GB"
_HEADER = 72  # px at the top that are covered
_LIFE, _SETTLED = 400, 2  # s that the demo lives at most before, s for charts to be drawn
_SESSIONS = 20  # that have ended, so that one of them was a long one
_MOST = 1_500_000  # bytes of all pictures


@dataclass(frozen=True, slots=True)
class Found:
    """What the demo has that is worth a picture."""

    transaction: int
    station: str
    case: int

    def pages(self) -> dict[str, tuple[str, str]]:
        """By the names of pictures: where the page is, and what is to be seen at its top."""
        station = f"/stations/{self.station}"
        then = (datetime.now(UTC) - timedelta(minutes=1)).isoformat(timespec="seconds")
        return {
            "overview": ("/", ""),
            "stations": ("/stations", ""),
            "station": (station, ""),
            "station-operations": (f"{station}?tab=operations", "Operations"),
            "station-timeline": (f"{station}?tab=timeline", "Timeline"),
            "station-then": (f"{station}?{urlencode({'at': then})}", ""),
            "transaction": (f"/transactions/{self.transaction}", "Meter values"),
            "charging-profile": ("/charging-profiles/2", ""),
            "quarantine-case": (f"/quarantine/{self.case}", "Candidates"),
            "system": ("/system", ""),
        }


def main() -> None:
    """Make them all; the exit code is 1 when they are too large together."""
    reading = argparse.ArgumentParser(description=__doc__)
    reading.add_argument("--folder", type=Path, default=Path("docs/pictures"))
    folder: Path = reading.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    with _demo() as (client, link), _browser() as browser:
        found = _await_life(client)
        context = browser.new_context(viewport=_DESK, color_scheme="light", locale=_LOCALE)
        session = _signed_in(context, link)
        for name, (path, top) in found.pages().items():
            _take(context, f"{session}{path}", folder / f"{name}.png", top)
        state = context.storage_state()
        for name, options in _OTHERS.items():
            other = browser.new_context(storage_state=state, **options)
            _take(other, f"{session}/", folder / f"{name}.png")
    size = sum(each.stat().st_size for each in folder.glob("*.png"))
    sys.stdout.write(f"{size:,} bytes in {folder}\n")
    if size > _MOST:
        sys.exit(f"that is more than {_MOST:,}")


_OTHERS: dict[str, Any] = {
    "phone": {"viewport": _PHONE, "color_scheme": "light"},
    "dark": {"viewport": _DESK, "color_scheme": "dark"},
}


@contextmanager
def _demo() -> Iterator[tuple[Client, str]]:
    """One that runs: its API, and the link to sign in."""
    ports = {f"AMPLEDGER_{name}_PORT": str(free_port()) for name in ("API", "GATEWAY", "OPS")}
    with tempfile.TemporaryDirectory(prefix="ampledger-") as name:
        process = subprocess.Popen(
            [_PROGRAM, "demo", "--folder", name],
            env={**os.environ, **ports},
            stdout=subprocess.PIPE,
            text=True,
        )
        with process:
            try:
                told = process.stdout or ()
                link = next(line.strip() for line in told if "/welcome/" in line)
                token = (Path(name) / kept.ADMIN_TOKEN).read_text().strip()
                yield Client(link.partition("/welcome/")[0], token), link
            finally:
                process.send_signal(signal.SIGINT)
                process.wait(_LIFE)  # before its pipe is closed


@contextmanager
def _browser() -> Iterator[Browser]:
    path = os.environ.get("AMPLEDGER_TEST_BROWSER") or shutil.which("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


def _await_life(client: Client) -> Found:
    """Wait for a session with a curve, and for something to decide."""
    deadline = monotonic() + _LIFE
    while True:
        ended = client.get("/api/v1/transactions", open="false", limit=500)["items"]
        cases = client.get("/api/v1/quarantine", state="open", limit=500)["items"]
        best = max(ended, key=lambda each: each["energy_wh"] or 0, default=None)
        hopeful = [each for each in cases if _has_candidates(client, each["number"])] or cases
        is_over = monotonic() > deadline
        if best and hopeful and (len(ended) > _SESSIONS or is_over):
            return Found(best["id"], best["station"], hopeful[0]["number"])
        if is_over:
            sys.exit("nothing happened in the demo that is worth a picture")
        sleep(1)


def _has_candidates(client: Client, case: int) -> bool:
    try:
        return bool(client.get(f"/api/v1/quarantine/{case}")["candidates"])
    except ApiError:
        return False


def _signed_in(context: BrowserContext, link: str) -> str:
    """Choose a password as the guest does; where the pages are."""
    page = context.new_page()
    page.goto(link)
    for field in page.locator("input[type=password]").all():
        field.fill(_PASSWORD)
    page.locator("button[type=submit]").click()
    page.get_by_role("heading", level=1).wait_for()
    page.close()
    return link.partition("/welcome/")[0]


def _take(context: BrowserContext, url: str, file: Path, top: str = "") -> None:
    """A picture of a page, from a text of it on that is to be at the top."""
    page: Page = context.new_page()
    page.goto(url)
    page.get_by_role("heading", level=1).first.wait_for()
    page.wait_for_timeout(1_000 * _SETTLED)
    if top:
        place = page.get_by_role("main").first.get_by_text(top, exact=True).first
        place.evaluate(f"it => window.scrollBy(0, it.getBoundingClientRect().top - {_HEADER})")
    page.screenshot(path=file)
    page.close()


if __name__ == "__main__":
    main()
