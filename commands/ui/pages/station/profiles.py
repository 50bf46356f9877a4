"""Charging profiles at a station: what it holds, more and fewer of them, what they amount to."""

from typing import Any

from nicegui import ui

from commands.ui.pages.station import profile_actions as actions
from commands.ui.pages.station.composite import Composite
from commands.ui.pages.station.subject import Refresh, Subject
from commands.ui.parts import cells
from commands.ui.parts.heading import section
from commands.ui.parts.listing import Column
from commands.ui.parts.outcome import Outcome
from commands.ui.parts.rows import Rows
from commands.ui.zone import Zone

_EMPTY = "It holds none, as far as its answers tell: the cars take what the wiring allows."
_PAST = "The composite schedule is computed from what is installed now: not of the past."


async def build(subject: Subject) -> Refresh:
    """The tab."""
    installed = _Installed(subject)
    composite: Composite | None = None
    with section("Composite schedule"):
        if subject.is_past:
            ui.label(_PAST).classes("muted")
        else:
            composite = Composite(subject)
            await composite.begin()

    async def refresh() -> None:
        await installed.refresh()
        if composite:
            await subject.visit.ask(composite.refresh())

    await refresh()
    return refresh


class _Installed:
    """What the station accepted and still holds; a row opens its profile."""

    def __init__(self, subject: Subject) -> None:
        self._subject = subject
        with section("Installed"):
            self._rows = Rows(
                _columns(subject.visit.zone),
                name="Installed charging profiles",
                empty=_EMPTY,
                on_open=self._open,
            )
            if subject.may("operator"):
                self._controls()
            self._outcome = Outcome(subject.visit)

    async def refresh(self) -> None:
        """Read it again."""
        if page := await self._subject.get("charging-profiles"):
            self._rows.show(page["items"])
        await self._outcome.refresh()

    def _controls(self) -> None:
        subject, outcome = self._subject, self._outcome_later
        with ui.row().classes("actions"):
            for icon, label, action in (
                ("add", "Install from the library", actions.install),
                ("data_object", "Install another", actions.install_raw),
            ):
                button = ui.button(label, on_click=lambda act=action: act(subject, outcome()))
                button.props(f"no-caps outline icon={icon}")
            clear = ui.button("Clear", on_click=self._clear)
            clear.props("no-caps outline icon=delete_sweep color=negative")

    def _outcome_later(self) -> Outcome:
        return self._outcome

    async def _clear(self) -> None:
        await actions.clear(self._subject, self._outcome, self._rows.items)

    async def _open(self, item: dict[str, Any]) -> None:
        await actions.inspect(self._subject, self._outcome, item)


def _columns(zone: Zone) -> list[Column]:
    return [
        Column("connector", "Connector", lambda e: cells.opener(place(e["connector_id"]))),
        Column("profile_id", "Profile", _library),
        Column("purpose", "Purpose", lambda e: cells.text(e["purpose"])),
        Column("level", "Stack level", lambda e: cells.text(e["stack_level"]), "right"),
        Column("kind", "Kind", lambda e: cells.text(_kind(e["profile"]))),
        Column("limits", "Limits", lambda e: cells.text(_limits(e["profile"]))),
        Column("valid", "Valid", lambda e: cells.text(_validity(e["profile"], zone))),
        Column("tx", "Transaction", lambda e: cells.transaction(e["transaction_id"])),
        Column("installed_at", "Installed", lambda e: cells.time(e["installed_at"], zone)),
    ]


def place(connector: int) -> str:
    """A connector in words."""
    return "0: the whole station" if connector == 0 else str(connector)


def _library(item: dict[str, Any]) -> cells.Cell:
    number = item["profile_id"]
    return cells.link(f"#{number}", cells.path("charging-profiles", number))


def _kind(profile: dict[str, Any]) -> str:
    recurs = profile.get("recurrencyKind")
    return f"{profile['chargingProfileKind']}{f', {recurs}' if recurs else ''}"


def _limits(profile: dict[str, Any]) -> str:
    schedule = profile["chargingSchedule"]
    limits = [f"{each['limit']:g}" for each in schedule["chargingSchedulePeriod"]]
    more = " …" if len(limits) > _SHOWN else ""
    return f"{' → '.join(limits[:_SHOWN])}{more} {schedule['chargingRateUnit']}"


_SHOWN = 4  # limits that are named in a row


def _validity(profile: dict[str, Any], zone: Zone) -> str:
    begin, end = zone.text(profile.get("validFrom")), zone.text(profile.get("validTo"))
    told = (f"from {begin}" if begin else "", f"until {end}" if end else "")
    return " ".join(filter(None, told)) or "always"
