"""One charging profile: drawn while it is written, saved, copied, deleted, sent to stations."""

import json
from typing import Any

from nicegui import ui

from commands.ui.client import Refused
from commands.ui.pages.charging_profiles import draft as drafts
from commands.ui.pages.charging_profiles.assigning import Assigning
from commands.ui.pages.charging_profiles.draft import Draft
from commands.ui.pages.charging_profiles.fields import Fields, Periods
from commands.ui.parts import cells
from commands.ui.parts.chart import Chart
from commands.ui.parts.dialogs import confirmed
from commands.ui.parts.heading import empty, heading, section
from commands.ui.route import Page
from commands.ui.visit import Visit

_PATH = "/api/v1/charging-profiles"
_NEW = "new"
_KEPT = "Stations keep what they hold: install it again where it is to change."
_WORDS = ("description", "purpose", "kind", "stack_level", "recurrency", "valid_from", "valid_to")


async def show(visit: Visit, number: str) -> None:
    """Build it: a new one under the number "new", which may be a copy."""
    source = visit.query.get("copy", "") if number == _NEW else number
    draft = drafts.blank()
    if source:
        found = await visit.ask(visit.api.get(_PATH + cells.path(source)))
        if found is None:
            with heading(f"Charging profile {source}"):
                pass
            empty(f"There is no charging profile {source} in the library.")
            return
        draft = _editable(found)
    editor = _Editor(visit, "" if number == _NEW else number)
    editor.fill(draft)
    if number != _NEW and visit.may("operator"):
        assigning = Assigning(visit, number)
        await assigning.refresh()
        visit.live(assigning.refresh)


class _Editor:
    """The fields, the picture and the JSON are three views of one draft."""

    def __init__(self, visit: Visit, number: str) -> None:
        """`number`: of one that is there, "" for a new one."""
        self._visit, self._number = visit, number
        self._filling = False
        self._draft = drafts.blank()
        with heading(f"Charging profile {number}" if number else "New charging profile"):
            if number and visit.may("operator"):
                self._doings()
        with ui.element("div").classes("halves"):
            with section("What it says"):
                self._fields = Fields(visit.zone, self._typed)
                ui.label("Periods").classes("muted q-mt-sm")
                self._periods = Periods(self._typed)
            with section("What it looks like"):
                self._pictured()
        if visit.may("operator"):
            with ui.row().classes("actions"):
                save = ui.button("Save" if number else "Add to the library", on_click=self._save)
                save.props("no-caps unelevated icon=save")
                if number:
                    ui.label(_KEPT).classes("muted")
        self._wrong = ui.label().classes("wrong pre-line").props("role=alert")

    def fill(self, draft: Draft) -> None:
        """Show a draft in all its views."""
        self._filling = True
        self._fields.fill(draft)
        self._periods.fill(draft["schedule"]["periods"])
        self._filling = False
        self._typed()

    def _pictured(self) -> None:
        self._chart = Chart(self._visit.zone, unit="A", name="The limits over time")
        self._notes = ui.label().classes("muted pre-line")
        with ui.expansion("As JSON", icon="data_object").classes("w-full"):
            self._json = ui.textarea("As the API takes it", on_change=self._written)
            self._json.props("outlined autogrow input-class=code debounce=400 spellcheck=false")
            self._json.props("hide-bottom-space")
            self._json.classes("w-full")

    def _doings(self) -> None:
        copy = f"{cells.path('charging-profiles', _NEW)}?copy={self._number}"
        button = ui.button("Duplicate", on_click=lambda: ui.navigate.to(copy))
        button.props("no-caps outline icon=content_copy")
        drop = ui.button("Delete", on_click=self._delete)
        drop.props("no-caps outline icon=delete color=negative")

    def _typed(self) -> None:
        """A field has changed."""
        if self._filling:
            return
        draft = self._fields.read()
        draft["schedule"]["periods"] = self._periods.read()
        self._draft = draft
        self._filling = True
        self._json.value = json.dumps(draft, indent=2, ensure_ascii=False)
        self._filling = False
        self._show(drafts.faults(draft))
        self._draw()

    def _written(self) -> None:
        """The JSON has changed."""
        if self._filling:
            return
        try:
            draft = _checked(json.loads(self._json.value or ""))
        except ValueError as error:
            self._json.error = f"It cannot be read: {error}"
            return
        self._json.error = None
        text = self._json.value
        self.fill(draft)
        self._filling = True
        self._json.value = text
        self._filling = False

    def _draw(self) -> None:
        spans = drafts.spans(self._draft, self._visit.now.replace(microsecond=0))
        unit = self._draft["schedule"]["unit"] or "A"
        series = [self._chart.steps("Limit", spans)]
        least = self._draft["schedule"]["min_rate"]
        if spans and isinstance(least, int | float):
            whole = [(spans[0][0], spans[-1][1], float(least))]
            series.append(self._chart.steps("Minimum rate", whole, dashed=True))
        self._chart.show(series, unit=unit)
        self._notes.text = "\n".join(drafts.notes(self._draft))

    def _show(self, faults: dict[str, str]) -> None:
        """Each at its field; what has none below."""
        self._fields.show(faults)
        self._periods.show(faults)
        known = self._fields.names
        left = [
            f"{at}: {why}" if at else why
            for at, why in faults.items()
            if at not in known and not at.startswith("schedule.periods.")
        ]
        self._wrong.text = "\n".join(left)

    async def _save(self) -> None:
        wish = _sent(self._draft)
        api = self._visit.api
        try:
            saved = await (
                api.put(_PATH + cells.path(self._number), wish)
                if self._number
                else api.post(_PATH, wish)
            )
        except Refused as refused:
            if not refused.faults:
                self._visit.tell(refused)
            self._show(_faults_of(refused))
            return
        ui.notify(f"Charging profile {saved['id']} is saved.", type="positive")
        if not self._number:
            ui.navigate.to(cells.path("charging-profiles", saved["id"]))

    async def _delete(self) -> None:
        title = f"Delete charging profile {self._number} from the library?"
        then = "It can no longer be installed or sent from here. Stations keep what they hold."
        if await confirmed(title, then, verb="Delete"):
            wish = self._visit.api.delete(_PATH + cells.path(self._number))
            try:
                await wish
            except Refused as refused:
                self._visit.tell(refused)
                return
            ui.navigate.to("/charging-profiles")


def _faults_of(refused: Refused) -> dict[str, str]:
    """By place in the draft."""
    places = {at.removeprefix("body").removeprefix("."): w for at, w in refused.faults.items()}
    found = {at: why.removeprefix("Value error, ") for at, why in places.items()}
    if "schedule.periods" in found:  # of the whole list: told at its first row
        found.setdefault("schedule.periods.0.start", found.pop("schedule.periods"))
    if "schedule" in found:
        found.setdefault("schedule.duration", found.pop("schedule"))
    return found


def _editable(profile: dict[str, Any]) -> Draft:
    """Of one of the library, what can be changed."""
    return {name: profile[name] for name in (*_WORDS, "schedule")}


def _sent(draft: Draft) -> Draft:
    """Without what is empty: the API has its own word for each that is missing."""
    schedule = {name: value for name, value in draft["schedule"].items() if value is not None}
    schedule["periods"] = [
        {name: value for name, value in each.items() if value is not None}
        for each in schedule["periods"]
    ]
    own = {name: value for name, value in draft.items() if value is not None}
    return {**own, "schedule": schedule}


def _checked(given: object) -> Draft:
    """A draft that somebody wrote as JSON; raises ValueError for what the fields cannot show."""
    if not isinstance(given, dict) or not isinstance(given.get("schedule"), dict):
        raise ValueError("an object with a schedule is needed")  # noqa: TRY004 - of the text
    blank = drafts.blank()
    periods = given["schedule"].get("periods")
    if not isinstance(periods, list) or not all(isinstance(each, dict) for each in periods):
        raise ValueError("schedule.periods must be a list of objects")
    if strange := (given.keys() - blank.keys()) | (given["schedule"].keys() - blank["schedule"]):
        raise ValueError(f"unknown: {', '.join(sorted(strange))}")
    empty_period = {"start": None, "limit": None, "phases": None}
    schedule = blank["schedule"] | given["schedule"]
    schedule["periods"] = [empty_period | each for each in periods]
    return blank | given | {"schedule": schedule}


PAGE = Page(path="/charging-profiles/{number}", title="Charging profile", show=show)
