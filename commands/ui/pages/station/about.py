"""Who a station is, whether it is there, and what concerns its connection."""

from typing import Any

from nicegui import ui

from commands.ui.pages.station.outcomes import Outcomes
from commands.ui.pages.station.subject import Refresh, Subject
from commands.ui.parts import cells, dialogs
from commands.ui.parts.cells import Cell
from commands.ui.parts.details import Details
from commands.ui.parts.heading import section

_HIGHEST = 3  # security profile
_PROFILES = {
    1: "a password, no TLS",
    2: "a password, over TLS",
    3: "a certificate of its own, over TLS",
}


async def build(subject: Subject, outcomes: Outcomes) -> Refresh:
    """Identity and presence."""
    with ui.element("div").classes("halves"):
        with section("Presence"):
            presence = Details()
            if subject.may("operator"):
                _Connection(subject, outcomes).buttons()
        with section("Identity"):
            identity = Details()

    async def refresh() -> None:
        if found := await subject.get():
            presence.show(_presence(subject, found))
            identity.show(_identity(subject, found))

    await refresh()
    return refresh


def _presence(subject: Subject, station: dict[str, Any]) -> dict[str, Cell]:
    zone, is_online = subject.visit.zone, station["online"]
    connection = station["connection"] or {}
    since = connection.get("connected_at" if is_online else "disconnected_at")
    shown = {
        "Presence": cells.state("online" if is_online else "offline"),
        "Since": cells.time(since, zone),
        "Last heard of": cells.time(station["last_frame_at"], zone),
        "Gateway node": cells.text(connection.get("node")),
        "From": cells.text(connection.get("remote")),
        "Protocol": cells.text(connection.get("protocol")),
        "Security profile": cells.text(_profile(station)),
        "It came with profile": cells.text(connection.get("security_profile")),
        "Client certificate": _certificate(connection.get("certificate")),
        "Password": cells.text(_password(station)),
    }
    if not is_online and connection:
        ended = f"{connection['code'] or ''} {connection['reason']}".strip()
        shown["Connection ended with"] = cells.text(ended)
    return shown


def _identity(subject: Subject, station: dict[str, Any]) -> dict[str, Cell]:
    zone, boot = subject.visit.zone, station["boot"] or {}
    return {
        "Station": cells.code(station["id"]),
        "Registration": cells.state(station["registration"]),
        "Note": cells.text(station["note"]),
        "Labels": cells.text(station["labels"]),
        "Vendor": cells.text(boot.get("vendor")),
        "Model": cells.text(boot.get("model")),
        "Firmware": cells.text(boot.get("firmware_version")),
        "Serial number (register)": cells.text(station["serial_number"]),
        "Charge point serial number": cells.text(boot.get("charge_point_serial_number")),
        "Charge box serial number": cells.text(boot.get("charge_box_serial_number")),
        "ICCID": cells.text(boot.get("iccid")),
        "IMSI": cells.text(boot.get("imsi")),
        "Meter": cells.text(boot.get("meter_type")),
        "Meter serial number": cells.text(boot.get("meter_serial_number")),
        "Last boot": cells.time(boot.get("at"), zone),
        "Boot was answered": cells.state(boot.get("status")),
        "Protocols allowed": cells.text(station["protocols"]),
        "Heartbeat": cells.text(f"every {station['heartbeat_interval']} s"),
        "Boot is tried again": cells.text(f"after {station['boot_retry_interval']} s"),
        "Registered": cells.time(station["registered_at"], zone),
    }


def _profile(station: dict[str, Any]) -> str:
    wanted = f"{station['security_profile']}"
    return (
        f"{wanted}, on its way to {station['next_profile']}" if station["next_profile"] else wanted
    )


def _password(station: dict[str, Any]) -> str:
    if station["password_changing"]:
        return "a new one is on its way"
    return "it has one" if station["has_password"] else "none"


def _certificate(fingerprint: str | None) -> Cell:
    if not fingerprint:
        return cells.text(None)
    return cells.link(f"{fingerprint[:16]}…", cells.path("certificates", fingerprint))


class _Connection:
    """What an operator can do about it."""

    def __init__(self, subject: Subject, outcomes: Outcomes) -> None:
        self._subject, self._outcomes = subject, outcomes
        self._visit = subject.visit

    def buttons(self) -> None:
        """Draw them."""
        with ui.row().classes("actions"):
            _button("Disconnect", "link_off", self._disconnect)
            _button("Rotate password", "password", self._rotate)
            _button("Raise security profile", "enhanced_encryption", self._upgrade)

    async def _disconnect(self) -> None:
        name = self._subject.station
        said = "Its socket is closed. It connects again by itself; running transactions go on."
        if await dialogs.confirmed(f"Disconnect {name}", said, verb="Disconnect", danger=False):
            await self._visit.do(
                self._visit.api.post(self._subject.path("disconnect")), f"{name} is disconnected"
            )

    async def _rotate(self) -> None:
        name = self._subject.station
        said = (
            f"{name} is given 20 random bytes as its new password, which nobody is shown. The old"
            " one is void as soon as it accepts; without an answer both fit until one is used."
        )
        if await dialogs.confirmed(f"New password for {name}", said, verb="Give a new password"):
            await self._sent(self._visit.api.post(self._subject.path("password", "rotate")))

    async def _upgrade(self) -> None:
        found = await self._subject.get()
        if found is None:
            return
        higher = {
            each: f"{each}: {what}"
            for each, what in _PROFILES.items()
            if each > found["security_profile"]
        }
        if not higher:
            ui.notify(f"Security profile {_HIGHEST} is the highest there is.")
            return
        chosen = await _profile_chosen(self._subject.station, higher)
        if chosen is not None:
            path = self._subject.path("security-profile")
            await self._sent(self._visit.api.post(path, {"profile": chosen}))

    async def _sent(self, placed: Any) -> None:
        call = await self._visit.ask(placed)
        if call is not None:
            self._outcomes.add(call)


async def _profile_chosen(station: str, higher: dict[int, str]) -> int | None:
    with ui.dialog() as dialog, ui.card().classes("dialog"):
        dialog.props["aria-label"] = f"Raise the security profile of {station}"
        ui.label(f"Raise the security profile of {station}").classes("dialog-title")
        ui.label(
            "It must come with the higher one from then on; until it has, the old one is good too."
            " Some stations want a hard Reset afterwards. It cannot be lowered from afar: a station"
            " that is not prepared for it stays away until somebody goes there."
        ).classes("warning")
        choice = ui.radio(higher, value=min(higher))
        with ui.row().classes("w-full justify-end"):
            ui.button("Cancel", on_click=lambda: dialog.submit(None)).props("flat no-caps")
            sure = ui.button("Raise it", on_click=lambda: dialog.submit(choice.value))
            sure.props("no-caps unelevated color=negative")
    chosen: int | None = await dialog
    dialog.delete()
    return chosen


def _button(name: str, icon: str, act: Any) -> None:
    ui.button(name, icon=icon, on_click=act).props("outline no-caps dense")
