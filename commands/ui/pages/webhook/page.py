"""The page of a webhook."""

from typing import Any

from commands.ui.pages import webhooks
from commands.ui.pages.webhook.steering import Steering
from commands.ui.parts import cells
from commands.ui.parts.cells import Cell
from commands.ui.parts.details import Details
from commands.ui.parts.heading import empty, heading, section
from commands.ui.parts.listing import Column
from commands.ui.parts.rows import Rows
from commands.ui.route import Page
from commands.ui.visit import Visit


async def show(visit: Visit, webhook: str) -> None:
    """Build it."""
    path = webhooks.PATH + cells.path(webhook)
    found = await visit.ask(visit.api.get(path))
    if found is None:
        empty(f"There is no webhook {webhook}.")
        return
    shown = _Webhook(visit, path, found, sorted(await visit.api.get("/api/v1/events/schemas")))
    await shown.refresh()
    visit.live(shown.refresh)


class _Webhook:
    """What is shown of it; `refresh` brings it up to date."""

    def __init__(self, visit: Visit, path: str, found: Any, types: list[str]) -> None:
        self._visit, self._path = visit, path
        with heading(found["name"] or found["url"], "Webhook"):
            self._steering = Steering(visit, path, types, self.refresh)
        with section("How far it is"):
            self._details = Details()
        with section("Last requests"):
            self._attempts = Rows(
                _columns(visit), name="Requests", empty="Nothing has been sent yet."
            )

    async def refresh(self) -> None:
        """Read it again."""
        found = await self._visit.api.get(self._path)
        self._steering.show(found)
        self._details.show(_details(found, self._visit))
        self._attempts.show((await self._visit.api.get(self._path + "/attempts"))["items"])


def _details(found: Any, visit: Visit) -> dict[str, Cell]:
    shown = {
        "State": webhooks.state(found),
        "Name": cells.text(found["name"]),
        "Receiver": cells.text(found["url"]),
        "Delivered up to position": cells.text(found["position"]),
        "Positions behind": cells.text(found["behind"]),
        "Delivered last": cells.time(found["delivered_at"], visit.zone),
        "Failures in a row": cells.text(found["failures"]),
    }
    if found["failures"]:
        shown |= {
            "Last error": cells.text(found["last_error"]),
            "Fails since": cells.time(found["failing_since"], visit.zone),
            "Tries again": cells.time(found["next_attempt_at"], visit.zone),
        }
    return shown | {
        "Types": cells.text(found["types"] or "all"),
        "Stations": cells.text(found["stations"] or "all"),
        "One event a request": cells.text(found["single"]),
        "Former secret signs too": cells.text(found["two_secrets"]),
        "Added": cells.time(found["created_at"], visit.zone),
        "Added by": cells.text(found["created_by"]),
    }


def _columns(visit: Visit) -> list[Column]:
    return [
        Column("at", "When", lambda each: cells.time(each["at"], visit.zone, exact=True)),
        Column("result", "Result", _result),
        Column("events", "Events", lambda each: cells.text(each["events"]), align="right"),
        Column("positions", "Positions", _positions),
        Column("took", "Took", lambda each: cells.text(f"{each['milliseconds']} ms"), "right"),
        Column("error", "Error", lambda each: cells.text(each["error"])),
    ]


def _result(attempt: Any) -> Cell:
    said = f"HTTP {attempt['status']}" if attempt["status"] else "no answer"
    return cells.state(said, "bad" if attempt["error"] else "good")


def _positions(attempt: Any) -> Cell:
    return cells.text(f"{attempt['first_position']} to {attempt['last_position']}")


PAGE = Page(path="/webhooks/{webhook}", title="Webhook", show=show, role="admin")
