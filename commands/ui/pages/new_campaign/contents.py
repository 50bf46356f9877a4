"""The fields of each kind of campaign; what is returned says what they hold."""

from collections.abc import Callable
from typing import Any

from nicegui import ui

from commands.ui.pages.new_campaign.fields import Fields
from commands.ui.pages.new_campaign.wish import Wish, checked, filled
from commands.ui.parts.asking import moment, number, written
from commands.ui.visit import Visit

_CAMPAIGNS, _RENEWALS = "/api/v1/campaigns", "/api/v1/certificates/renewals"
_IMAGES = 500  # offered
_ACTIONS = (
    *("CancelReservation", "CertificateSigned", "ChangeAvailability", "ChangeConfiguration"),
    *("ClearCache", "ClearChargingProfile", "DataTransfer", "DeleteCertificate"),
    *("ExtendedTriggerMessage", "GetCompositeSchedule", "GetConfiguration", "GetDiagnostics"),
    *("GetInstalledCertificateIds", "GetLocalListVersion", "GetLog", "InstallCertificate"),
    *("RemoteStartTransaction", "RemoteStopTransaction", "ReserveNow", "Reset", "SendLocalList"),
    *("SetChargingProfile", "SignedUpdateFirmware", "TriggerMessage", "UnlockConnector"),
    "UpdateFirmware",
)
_PAYLOAD = 'A JSON object by the names of OCPP, sent as it is written here, e.g. {"type": "Soft"}.'
_LOCATION = "In a location of your own, {station} stands for the id of each station."

Said = Callable[[], Wish]


async def firmware(visit: Visit, fields: Fields) -> Said:
    """UpdateFirmware."""
    image = await _image(visit, fields, "firmware")
    location = fields.put("firmware.location", ui.input("Or a location elsewhere"))
    _hint(_LOCATION)
    retrieve = fields.put("firmware.retrieve_date", moment("Fetch not before"))
    retries = fields.put("firmware.retries", ui.number("Retries", min=0))
    interval = fields.put("firmware.retry_interval", ui.number("Seconds between them", min=0))

    def said() -> Wish:
        members = filled(
            firmware_id=image.value,
            location=location.value,
            retrieve_date=written(retrieve, visit.zone),
            retries=number(retries.value),
            retry_interval=number(interval.value),
        )
        return Wish(_CAMPAIGNS, {"firmware": members})

    return said


async def signed_firmware(visit: Visit, fields: Fields) -> Said:
    """SignedUpdateFirmware."""
    name = "signed_firmware"
    image = await _image(visit, fields, name)
    location = fields.put(f"{name}.location", ui.input("Or a location elsewhere"))
    signature = fields.put(f"{name}.signature", ui.textarea("Signature, base64"))
    pem = fields.put(f"{name}.signing_certificate", ui.textarea("Signing certificate, PEM"))
    _hint("Left empty, both are as they are kept with the image.")
    retrieve = fields.put(f"{name}.retrieve_date", moment("Fetch not before"))
    install = fields.put(f"{name}.install_date", moment("Install not before"))
    retries = fields.put(f"{name}.retries", ui.number("Retries", min=0))
    interval = fields.put(f"{name}.retry_interval", ui.number("Seconds between them", min=0))
    verify = ui.checkbox("Verify signature and certificate before anything is sent", value=True)

    def said() -> Wish:
        members = filled(
            firmware_id=image.value,
            location=location.value,
            signature=signature.value,
            signing_certificate=pem.value,
            retrieve_date=written(retrieve, visit.zone),
            install_date=written(install, visit.zone),
            retries=number(retries.value),
            retry_interval=number(interval.value),
        )
        return Wish(_CAMPAIGNS, {name: members | {"verify": verify.value}})

    return said


async def configuration(_: Visit, fields: Fields) -> Said:
    """ChangeConfiguration."""
    key = fields.put("payload.key", ui.input("Key, e.g. HeartbeatInterval"))
    value = fields.put("payload.value", ui.input("Value"))
    _hint("What a station says to it is its outcome; RebootRequired is a success.")

    def said() -> Wish:
        payload = {"key": key.value, "value": value.value}
        return Wish(_CAMPAIGNS, {"action": "ChangeConfiguration", "payload": payload})

    return said


async def action(visit: Visit, fields: Fields) -> Said:
    """Whatever OCPP has."""
    named = ui.input("Action", value=visit.query.get("action", ""), autocomplete=list(_ACTIONS))
    name = fields.put("action", named)
    payload = fields.put("payload", ui.textarea("Payload", value="{}"))
    payload.classes("code").props("spellcheck=false")
    _hint(_PAYLOAD)

    def said() -> Wish:
        return Wish(_CAMPAIGNS, {"action": name.value}, checked(payload.value))

    return said


async def renewal(visit: Visit, fields: Fields) -> Said:
    """ExtendedTriggerMessage, to those whose certificates end."""
    given = visit.query.get("within_days", "")
    soon = int(given) if given.isascii() and given.isdecimal() else 30
    days = fields.put(
        "within_days", ui.number("Only stations whose certificate ends within days", value=soon)
    )
    _hint(
        "Each is asked to make a new key and to request a certificate for it. Unless requests are"
        " signed by themselves, they wait under Certificates."
    )

    def said() -> Wish:
        return Wish(_RENEWALS, filled(within_days=number(days.value)))

    return said


def _hint(text: str) -> None:
    ui.label(text).classes("muted whole")


async def _image(visit: Visit, fields: Fields, within: str) -> Any:
    images = [each async for each in visit.api.items("/api/v1/firmware", most=_IMAGES)]
    options = {"": "none"} | {
        each["id"]: f"{each['name']} · {visit.zone.text(each['created_at'])}"
        + (" · signed" if each["signed"] else "")
        for each in images
    }
    asked = visit.query.get("firmware_id", "")
    chosen = asked if asked in options else ""
    made = ui.select(options, label="Image", value=chosen)
    if not images:
        ui.link("No image is uploaded yet: upload one first", "/firmware")
    return fields.put(f"{within}.firmware_id", made)
