"""What somebody should look at, each leading to its place."""

from types import MappingProxyType
from typing import Any

from nicegui import ui

from commands.ui.pages.case.words import KINDS
from commands.ui.parts.heading import empty, section
from commands.ui.visit import Visit

_KINDS = MappingProxyType(
    {
        "fault": ("Fault", "bad"),
        "quarantine": ("Quarantine", "bad"),
        "call-failed": ("Call failed", "warn"),
        "security": ("Security", "bad"),
        "job-failed": ("Job failed", "warn"),
        "webhook-failing": ("Webhook", "warn"),
        "certificate-ending": ("Certificate", "warn"),
    }
)


class Problems:
    """A list; drawn anew only when there is another one."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        self._shown: list[dict[str, Any]] | None = None
        with section("The last problems"):
            self._box = ui.column().classes("w-full gap-none")

    def show(self, problems: list[dict[str, Any]]) -> None:
        """What `GET /overview` says of them, the newest first."""
        if problems == self._shown:
            return
        self._shown = problems
        self._box.clear()
        with self._box:
            for each in problems:
                self._draw(each)
            if not problems:
                empty(
                    "None. Faults, failed calls and jobs, and records that are nobody's come here."
                )

    def _draw(self, problem: dict[str, Any]) -> None:
        kind, tone = _KINDS.get(problem["kind"], (problem["kind"], "idle"))
        of = f" · connector {problem['connector']}" if problem["connector"] else ""
        with ui.link(target=problem["path"]).classes("problem"):
            ui.label(kind).classes(f"tone tone-{tone}")
            with ui.column().classes("gap-none"):
                ui.label(_said(problem)).classes("problem-text")
                place = ui.label(f"{problem['station']}{of}").classes("muted")
                place.set_visibility(bool(problem["station"]))
            at = ui.label(self._visit.zone.text(problem["at"])).classes("muted numeric")
            at.props["title"] = self._visit.zone.utc(problem["at"])


def _said(problem: dict[str, Any]) -> str:
    """Of a case, in the words of the quarantine desk."""
    text: str = problem["text"]
    about, colon, kind = text.partition(": ")
    return f"{about}{colon}{KINDS.get(kind, kind)}"
