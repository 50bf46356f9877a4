"""`python -m tests.bench.pages`: how fast pages are with thousands of stations, and what they cost.

An embedded installation, one process. The browser is Chromium on the same machine.
"""

import argparse
import json
import os
import shutil
import statistics
import tempfile
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Any
from uuid import uuid4

from playwright.sync_api import Browser, Page, sync_playwright
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

from tests.bench.costs import memory_of
from tests.bench.report import table
from tests.installation import Installation

_BATCH = 1_000  # stations of a request
_SETTLED = 3_000  # ms in which a page that was opened comes to rest
_PATIENCE = 15_000  # ms
_VISITED = ("/", "/stations")  # open at each operator's whose memory is measured
_STATUSES = ("Available", "Preparing", "Charging", "Finishing")
_PAINTED = "() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime"
_NOW = "performance.timeOrigin + performance.now()"
_SEEN = """([text, key]) => { window.seen = null; new MutationObserver(() => {
  if (window.seen === null && document.body.innerText.includes(text)) window.seen = NOW;
}).observe(document.body, {subtree: true, childList: true, characterData: true}); }""".replace(
    "NOW", _NOW
)


@dataclass(frozen=True, slots=True)
class Timings:
    """Of something that was done several times, ms."""

    what: str
    count: int
    p50: float
    most: float

    @classmethod
    def of(cls, what: str, ms: list[float]) -> "Timings":
        """From what was measured."""
        return cls(what, len(ms), round(statistics.median(ms), 1), round(max(ms), 1))


@dataclass(frozen=True, slots=True)
class Memory:
    """Of the whole process, MiB; `each` of an operator with those pages open."""

    path: str
    operators: int
    before: float
    after: float
    each: float


def main() -> None:
    """Measure, print, and write down."""
    chosen = _arguments()
    with tempfile.TemporaryDirectory() as name, Installation(Path(name)) as installation:
        installation.start("run")
        _register(installation, chosen.stations)
        with _chromium() as browser:
            timings = [
                *_paints(installation, browser, chosen.times),
                _live(installation, browser, chosen.times),
            ]
            memory = [_memory(installation, browser, path, chosen.operators) for path in _VISITED]
    rows = [(each.what, each.count, each.p50, each.most) for each in timings]
    print(table(f"{chosen.stations:,} stations", ("ms", "times", "p50", "most"), rows))
    spent = [(m.path, m.operators, m.before, m.after, m.each) for m in memory]
    print(table("", ("MiB", "operators", "before", "after", "each"), spent))
    report = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "stations": chosen.stations,
        "timings": [asdict(each) for each in timings],
        "memory": [asdict(each) for each in memory],
    }
    chosen.output.write_text(json.dumps(report, indent=2) + "\n")
    print(f"\nwritten to {chosen.output}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.pages", description=__doc__)
    add = parser.add_argument
    add("--stations", type=int, default=5_000, help="how many are registered")
    add("--times", type=int, default=20, help="how often each is measured")
    add("--operators", type=int, default=15, help="how many are signed in")
    add("--output", type=Path, default=Path("bench-pages.json"), help="where the result goes")
    return parser.parse_args()


def _register(installation: Installation, count: int) -> None:
    """As an operator would: with a spreadsheet."""
    for first in range(1, count + 1, _BATCH):
        numbers = range(first, min(first + _BATCH, count + 1))
        lines = [f"BENCH-{number:05},0,site-{number % 40}" for number in numbers]
        _ask(
            installation,
            "/api/v1/stations/import",
            "\n".join(["id,security_profile,labels", *lines, ""]),
        )


def _ask(installation: Installation, path: str, body: str, kind: str = "text/csv") -> Any:
    headers = {"Authorization": f"Bearer {installation.admin_token}", "Content-Type": kind}
    url = f"{installation.api_url}{path}"
    request = urllib.request.Request(url, body.encode(), headers, method="POST")
    with urllib.request.urlopen(request, timeout=120) as response:
        return json.loads(response.read() or "null")


@contextmanager
def _chromium() -> Iterator[Browser]:
    path = os.environ.get("AMPLEDGER_TEST_BROWSER") or shutil.which("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


def _signed_in(installation: Installation, browser: Browser) -> Page:
    """The page of somebody: an administrator's token does for a session."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    context.set_default_timeout(_PATIENCE)
    url, token = installation.api_url, installation.admin_token
    context.add_cookies([{"name": "ampledger_session", "value": token, "url": url}])
    return context.new_page()


def _paints(installation: Installation, browser: Browser, times: int) -> list[Timings]:
    """The list of stations: until something is painted, and until its rows are."""
    first, rows, filtered = [], [], []
    page = _signed_in(installation, browser)
    for _ in range(times):
        began = perf_counter()
        page.goto(f"{installation.api_url}/stations", wait_until="commit")
        page.get_by_role("link", name="BENCH-00001").wait_for()
        rows.append(1_000 * (perf_counter() - began))
        page.wait_for_function(_PAINTED)
        first.append(float(page.evaluate(_PAINTED)))
        filtered.append(_filtered(page))
    page.context.close()
    return [
        Timings.of("first contentful paint of /stations", first),
        Timings.of("its first rows are there", rows),
        Timings.of("a search is answered, from the last key", filtered),
    ]


def _filtered(page: Page) -> float:
    field = page.get_by_label("Id, serial number, model, note")
    began = perf_counter()
    field.fill("BENCH-04999")
    page.get_by_role("link", name="BENCH-04999").wait_for()
    return 1_000 * (perf_counter() - began)


def _live(installation: Installation, browser: Browser, times: int) -> Timings:
    """From a StatusNotification that is sent until a page that is open shows what it says."""
    page = _signed_in(installation, browser)
    page.goto(f"{installation.api_url}/stations")
    page.get_by_role("link", name="BENCH-00001").wait_for()
    url = f"{installation.gateway_url}/BENCH-00001"
    took = []
    with connect(url, subprotocols=[Subprotocol("ocpp1.6")]) as socket:
        _say(socket, "BootNotification", chargePointVendor="V", chargePointModel="M")
        for number in range(times):
            status = _STATUSES[number % len(_STATUSES)]
            page.wait_for_timeout(300)
            took.append(_seen(page, status, partial(_status, socket, status)))
    page.context.close()
    return Timings.of("from StatusNotification to the change on the page", took)


def _seen(page: Page, status: str, act: Callable[[], float]) -> float:
    """Both clocks are this machine's."""
    page.evaluate(_SEEN, [f"1 {status}", ""])
    sent = act()
    page.wait_for_function("window.seen !== null", polling=20)
    return float(page.evaluate("window.seen")) - sent


def _status(socket: ClientConnection, status: str) -> float:
    """Report it; when, ms since 1970."""
    sent = datetime.now(UTC).timestamp() * 1_000
    _say(socket, "StatusNotification", connectorId=1, errorCode="NoError", status=status)
    return sent


def _say(socket: ClientConnection, action: str, **payload: object) -> None:
    socket.send(json.dumps([2, uuid4().hex, action, payload]))
    socket.recv(_PATIENCE / 1_000)


def _memory(installation: Installation, browser: Browser, path: str, count: int) -> Memory:
    """Operators come one after the other, each with a browser of their own, and stay."""
    pid = next(iter(installation.roles.values())).pid
    pages = [_open(installation, browser, path)]  # what the first one costs is for all
    before = _mebibytes(pages[0], pid)
    pages += [_open(installation, browser, path) for _ in range(count)]
    after = _mebibytes(pages[0], pid)
    for page in pages:
        page.context.close()
    each = round((after - before) / count, 2)
    return Memory(path, count, round(before, 1), round(after, 1), each)


def _open(installation: Installation, browser: Browser, path: str) -> Page:
    page = _signed_in(installation, browser)
    page.goto(f"{installation.api_url}{path}")
    page.get_by_role("heading", level=1).wait_for()
    return page


def _mebibytes(page: Page, pid: int) -> float:
    page.wait_for_timeout(_SETTLED)
    return memory_of(pid) / (1 << 20)


if __name__ == "__main__":
    main()
