"""What can be done with charging profiles at a station: install, clear, look at one."""

import json
from collections.abc import Callable
from typing import Any

from nicegui import ui

from commands.ui.pages.station.subject import Subject
from commands.ui.parts.asking import Dialog, number
from commands.ui.parts.dialogs import confirmed
from commands.ui.parts.outcome import WAIT, Outcome

_PURPOSES = ("ChargePointMaxProfile", "TxDefaultProfile", "TxProfile")
_MOST = 500  # profiles of the library that are offered
_EXAMPLE: dict[str, Any] = {
    "connectorId": 1,
    "csChargingProfiles": {
        "chargingProfileId": 900001,
        "stackLevel": 1,
        "chargingProfilePurpose": "TxDefaultProfile",
        "chargingProfileKind": "Absolute",
        "chargingSchedule": {
            "chargingRateUnit": "A",
            "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 16.0}],
        },
    },
}
_INSTALL = (
    "Counts once the station accepts it. One with the same id, or with the same purpose and stack"
    " level at the same place, is replaced."
)
_RAW = "Sent exactly as it stands here, and kept in no library. " + _INSTALL
_CLEAR = "The station drops what fits all that is given here; nothing given clears all."
_AWAY = {0: "it is refused", 3600: "it waits, an hour at most", 86_400: "it waits, a day at most"}


async def install(subject: Subject, outcome: Outcome) -> None:
    """A profile of the library."""
    library = await subject.visit.ask(_library(subject))
    if not library:
        if library is not None:
            ui.notify("The library is empty: draw a profile under Charging profiles first.")
        return
    form = Dialog(subject.visit, f"Install a profile at {subject.station}", hint=_INSTALL)
    with form.within():
        profile = form.field("profile_id", ui.select(library, label="Profile", with_input=True))
        where = form.field("connector", _connector(await connectors(subject)))
        transaction = form.field("transaction_id", ui.number("Transaction", min=1, precision=0))
        transaction.props('hint="of a TxProfile; empty: the one that is open there"')
        away = form.field("ttl", ui.select(_AWAY, label="If the station is away", value=0))

    async def send() -> object:
        wish = {
            "profile_id": needed(profile.value, "Choose a profile."),
            "transaction_id": number(transaction.value),
        }
        path = subject.path("connectors", where.value, "charging-profiles")
        return await subject.visit.api.post(path, wish, wait=_wait(away.value), ttl=away.value)

    if (call := await form.asked("Install", send)) is not None:
        await outcome.follow(f"SetChargingProfile at connector {where.value}", ready(call))


async def install_raw(subject: Subject, outcome: Outcome) -> None:
    """A profile as somebody writes it."""
    form = Dialog(subject.visit, f"Install another profile at {subject.station}", hint=_RAW)
    with form.within():
        text = ui.textarea("SetChargingProfile", value=json.dumps(_EXAMPLE, indent=2))
        form.field("payload", text).props("autogrow input-class=code")

    async def send() -> object:
        path = subject.path("calls", "SetChargingProfile")
        return await subject.visit.api.post(path, _read(text.value), wait=WAIT)

    if (call := await form.asked("Install", send)) is not None:
        await outcome.follow("SetChargingProfile", ready(call))


async def clear(subject: Subject, outcome: Outcome, held: list[dict[str, Any]]) -> None:
    """Those that fit a filter; what it fits is told before anything is sent."""
    form = Dialog(subject.visit, f"Clear profiles at {subject.station}", hint=_CLEAR)
    query = _filter(form, held, {"": "any", **await connectors(subject)})

    async def send() -> object:
        path = subject.path("charging-profiles")
        return await subject.visit.api.delete(path, **query(), wait=WAIT)

    if (call := await form.asked("Clear", send, danger=True)) is not None:
        await outcome.follow("ClearChargingProfile", ready(call))


def _filter(
    form: Dialog, held: list[dict[str, Any]], places: dict[Any, str]
) -> Callable[[], dict[str, object]]:
    """The fields of a filter, and below them what it fits; returned is what they say."""
    with form.within():
        id = form.field("profile_id", ui.number("Profile id", precision=0))
        where = form.field("connector", _connector(places, value=""))
        purposes = {"": "any", **dict(zip(_PURPOSES, _PURPOSES, strict=True))}
        purpose = form.field("purpose", ui.select(purposes, label="Purpose", value=""))
        level = form.field("stack_level", ui.number("Stack level", precision=0))
        fits = ui.label().classes("pre-line").props("role=status")

    def query() -> dict[str, object]:
        return {
            "profile_id": number(id.value),
            "connector": where.value,
            "purpose": purpose.value,
            "stack_level": number(level.value),
        }

    def tell() -> None:
        fits.text = _consequence(held, query())

    for field in (id, where, purpose, level):
        field.on_value_change(tell)
    tell()
    return query


async def inspect(subject: Subject, outcome: Outcome, item: dict[str, Any]) -> None:
    """All of one, and a way to clear just that."""
    number, connector = item["profile_id"], item["connector_id"]
    with ui.dialog() as dialog, ui.card().classes("dialog"):
        dialog.props(f'aria-label="Profile {number} at connector {connector}"')
        ui.label(f"Profile {number} at connector {connector}").classes("dialog-title")
        with ui.element("pre").classes("code"):
            ui.label(json.dumps(item["profile"], indent=2))
        with ui.row().classes("w-full justify-end"):
            ui.link("The call that brought it", f"/calls/{item['call']}")
            ui.button("Close", on_click=lambda: dialog.submit(None)).props("flat no-caps")
            if subject.may("operator"):
                drop = ui.button("Clear this one", on_click=lambda: dialog.submit("clear"))
                drop.props("no-caps outline color=negative")
    wish = await dialog
    dialog.delete()
    if not wish:
        return
    title = f"Clear profile {number} at {subject.station}?"
    then = f"Connector {connector} is limited by what else is installed, or by nothing."
    if await confirmed(title, then, verb="Clear"):
        path = subject.path("charging-profiles")
        asked = subject.visit.api.delete(path, profile_id=number, wait=WAIT)
        await outcome.follow("ClearChargingProfile", asked)


async def connectors(subject: Subject) -> dict[Any, str]:
    """What the station has named, and the station as a whole."""
    asked = subject.visit.api.get("/api/v1/connectors", station=subject.station, limit=100)
    page = await subject.visit.ask(asked)
    numbers = [each["connector"] for each in page["items"]] if page else []
    found = {each: f"Connector {each}" for each in numbers if each}
    return {0: "The whole station (0)", **found}


def needed(value: object, message: str) -> object:
    """What has to be chosen; raises ValueError."""
    if value in (None, ""):
        raise ValueError(message)
    return value


async def ready(answer: object) -> object:
    """What is known already, for who awaits."""
    return answer


def _connector(places: dict[Any, str], value: object = None) -> ui.select:
    first = value if value is not None else next((each for each in places if each), 0)
    return ui.select(places, label="Connector", value=first)


def _wait(ttl: int) -> int:
    """Whoever lets a call wait for a station does not wait for it here."""
    return 0 if ttl else WAIT


async def _library(subject: Subject) -> dict[int, str]:
    listed = subject.visit.api.items("/api/v1/charging-profiles", most=_MOST)
    return {each["id"]: described(each) async for each in listed}


def described(profile: dict[str, Any]) -> str:
    """A profile of the library, in a line."""
    named = f" {profile['description']}" if profile["description"] else ""
    return f"#{profile['id']}{named}: {profile['purpose']}, level {profile['stack_level']}"


def _read(text: str) -> Any:
    """Raises ValueError for what is no JSON, in words."""
    try:
        return json.loads(text)
    except ValueError as error:
        raise ValueError(f"This is no JSON: {error}") from None


def _consequence(held: list[dict[str, Any]], query: dict[str, object]) -> str:
    """Which of those that are installed a filter fits."""
    names = {"connector": "connector_id"}
    given = {names.get(n, n): v for n, v in query.items() if v not in (None, "")}
    gone = [each for each in held if given.items() <= each.items()]
    if not gone:
        return "Nothing that is known to be installed fits this."
    told = [
        f"#{each['profile_id']} ({each['purpose']}) at connector {each['connector_id']}"
        for each in gone
    ]
    return f"Of {len(held)} installed this clears {len(gone)}:\n" + "\n".join(told)
