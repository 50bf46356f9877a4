"""The fields of how a station is treated: all that registering one can say."""

from typing import Any

from nicegui import ui

from commands.ui.parts.asking import Dialog, number

_PROFILES = {
    "0": "0: no authentication",
    "1": "1: password",
    "2": "2: TLS and password",
    "3": "3: TLS with client certificate",
}
_KEEP, _MAKE, _TYPE, _NONE = "keep", "make", "type", "none"
_PASSWORDS = {
    _KEEP: "as it is",
    _MAKE: "make a new one and show it once",
    _TYPE: "type one",
    _NONE: "none",
}
_REGISTRATIONS = ["Accepted", "Pending", "Rejected"]


class Treatment:
    """Of a station as the API shows it, or of a new one (None)."""

    def __init__(self, form: Dialog, station: Any) -> None:
        self._form, self._is_new = form, station is None
        known = station or {}
        self._access(known)
        self._registration = form.field(
            "registration",
            ui.select(
                _REGISTRATIONS,
                label="What its BootNotification is answered",
                value=known.get("registration", "Accepted"),
            ),
        )
        self._numbers(known)
        self._words(known)

    def _access(self, known: Any) -> None:
        field = self._form.field
        protocols = known.get("protocols", ["ocpp1.6"])
        choice = ui.select(["ocpp1.6"], label="Protocols", value=protocols, multiple=True)
        self._protocols = field("protocols", choice)
        is_now = (
            "as fits the password" if self._is_new else f"as it is: {known['security_profile']}"
        )
        profiles = {"": is_now, **_PROFILES}
        self._profile = field(
            "security_profile", ui.select(profiles, label="Security profile", value="")
        )
        passwords = {k: v for k, v in _PASSWORDS.items() if k != _KEEP or not self._is_new}
        self._password = field(
            "password",
            ui.select(passwords, label="Password", value=_MAKE if self._is_new else _KEEP),
        )
        self._typed = ui.input("The password; 32 to 40 hex digits stand for bytes", password=True)
        self._typed.props("outlined dense autocomplete=new-password").classes("w-full")
        self._typed.bind_visibility_from(
            self._password, "value", backward=lambda value: value == _TYPE
        )

    def _numbers(self, known: Any) -> None:
        field = self._form.field
        self._heartbeat = field(
            "heartbeat_interval",
            ui.number(
                "Seconds between heartbeats; empty: as usual here",
                value=known.get("heartbeat_interval"),
                min=1,
            ),
        )
        self._retry = field(
            "boot_retry_interval",
            ui.number(
                "Seconds until one not accepted boots again; 0: it chooses",
                value=known.get("boot_retry_interval", 60),
                min=0,
            ),
        )

    def _words(self, known: Any) -> None:
        field = self._form.field
        self._serial = field(
            "serial_number",
            ui.input(
                "Serial number its client certificate names; empty: its id",
                value=known.get("serial_number", ""),
            ),
        )
        labels = " ".join(known.get("labels", ()))
        self._labels = field("labels", ui.input("Labels, separated by spaces", value=labels))
        self._note = field(
            "note", ui.textarea("Note", value=known.get("note", "")).props("autogrow")
        )

    def wish(self, made: str) -> tuple[dict[str, object], bool]:
        """As the API takes it, and whether it has `made` as the password; raises ValueError."""
        said: dict[str, object] = {
            "protocols": self._protocols.value,
            "registration": self._registration.value,
            "heartbeat_interval": number(self._heartbeat.value),
            "serial_number": self._serial.value or "",
            "labels": (self._labels.value or "").replace(",", " ").split(),
            "note": self._note.value or "",
        }
        if (retry := number(self._retry.value)) is not None:
            said["boot_retry_interval"] = retry
        if self._profile.value:
            said["security_profile"] = int(self._profile.value)
        kind = self._password.value
        if kind == _TYPE and not self._typed.value:
            raise ValueError("Type a password, or have one made.")
        if kind != _KEEP:
            said["password"] = {_MAKE: made, _TYPE: self._typed.value, _NONE: None}[kind]
        return said, kind == _MAKE
