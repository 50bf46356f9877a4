"""What begins a job of a station: forms for diagnostics, logs and firmware."""

from typing import Any

from nicegui import ui

from commands.ui.pages.station.profile_actions import needed
from commands.ui.pages.station.subject import Subject
from commands.ui.parts import asking
from commands.ui.parts.asking import Dialog
from commands.ui.parts.outcome import WAIT, Outcome
from commands.ui.parts.sizes import size

_MOST = 500  # images that are offered
_UPLOAD = (
    "The station uploads when it likes; what it says of it stands in the job, and the file below."
)
_FLASH = (
    "The station fetches the image, installs it and restarts, which ends or suspends what is"
    " charging. What it says of it stands in the job."
)
_NO_IMAGE = "There is no image here yet: upload one under Firmware first."
_LOGS = {"security": "Security log", "diagnostics": "Diagnostics log"}


async def diagnostics(subject: Subject, outcome: Outcome) -> None:
    """GetDiagnostics."""
    form = Dialog(subject.visit, f"Have {subject.station} upload its diagnostics", hint=_UPLOAD)
    with form.within():
        begin = form.field("start_time", asking.moment("From"))
        end = form.field("stop_time", asking.moment("Until"))
        tries = _tries(form)
        where = _location(form)

    async def send() -> object:
        wish = {
            "start_time": asking.written(begin, subject.visit.zone),
            "stop_time": asking.written(end, subject.visit.zone),
            "location": where.value or None,
            **_retries(tries),
        }
        return await _post(subject, "diagnostics", wish)

    await _follow(outcome, "GetDiagnostics", await form.asked("Ask for them", send))


async def log(subject: Subject, outcome: Outcome) -> None:
    """GetLog of the security extension."""
    form = Dialog(subject.visit, f"Have {subject.station} upload a log", hint=_UPLOAD)
    with form.within():
        kind = form.field("type", ui.select(_LOGS, label="Log", value="security"))
        begin = form.field("oldest", asking.moment("From"))
        end = form.field("latest", asking.moment("Until"))
        tries = _tries(form)
        where = _location(form)

    async def send() -> object:
        wish = {
            "type": kind.value,
            "oldest": asking.written(begin, subject.visit.zone),
            "latest": asking.written(end, subject.visit.zone),
            "location": where.value or None,
            **_retries(tries),
        }
        return await _post(subject, "logs", wish)

    await _follow(outcome, "GetLog", await form.asked("Ask for it", send))


async def firmware(subject: Subject, outcome: Outcome) -> None:
    """UpdateFirmware."""
    if not (images := await _images(subject, signed=False)):
        return
    form = Dialog(subject.visit, f"Update the firmware of {subject.station}", hint=_FLASH)
    with form.within():
        image = form.field("firmware_id", ui.select(images, label="Image"))
        begin = form.field("retrieve_date", asking.moment("Fetch it not before"))
        tries = _tries(form)

    async def send() -> object:
        wish = {
            "firmware_id": needed(image.value, "Choose an image."),
            "retrieve_date": asking.written(begin, subject.visit.zone),
            **_retries(tries),
        }
        return await _post(subject, "firmware-updates", wish)

    await _follow(outcome, "UpdateFirmware", await form.asked("Update it", send))


async def signed_firmware(subject: Subject, outcome: Outcome) -> None:
    """SignedUpdateFirmware of the security extension."""
    if not (images := await _images(subject, signed=True)):
        return
    title = f"Update the firmware of {subject.station}, signed"
    form = Dialog(subject.visit, title, hint=f"{_FLASH} It checks the signature first.")
    with form.within():
        image = form.field("firmware_id", ui.select(images, label="Image"))
        begin = form.field("retrieve_date", asking.moment("Fetch it not before"))
        install = form.field("install_date", asking.moment("Install it not before"))
        tries = _tries(form)
        verify = ui.checkbox("Verify signature and certificate here before it is sent", value=True)

    async def send() -> object:
        wish = {
            "firmware_id": needed(image.value, "Choose an image."),
            "retrieve_date": asking.written(begin, subject.visit.zone),
            "install_date": asking.written(install, subject.visit.zone),
            "verify": verify.value,
            **_retries(tries),
        }
        return await _post(subject, "signed-firmware-updates", wish)

    await _follow(outcome, "SignedUpdateFirmware", await form.asked("Update it", send))


def _tries(form: Dialog) -> tuple[ui.number, ui.number]:
    retries = form.field("retries", ui.number("Further attempts", min=0, precision=0))
    interval = form.field("retry_interval", ui.number("Seconds between them", min=0, precision=0))
    return retries, interval


def _retries(fields: tuple[ui.number, ui.number]) -> dict[str, Any]:
    retries, interval = fields
    return {
        "retries": asking.number(retries.value),
        "retry_interval": asking.number(interval.value),
    }


def _location(form: Dialog) -> ui.input:
    field = form.field("location", ui.input("Bring it elsewhere"))
    field.props('hint="a directory: ftp, ftps, http or https; empty: here"')
    return field


async def _images(subject: Subject, *, signed: bool) -> dict[str, str]:
    """By id, the newest first; none is said."""
    listed = subject.visit.api.items("/api/v1/firmware", most=_MOST)
    found = [each async for each in listed]
    fits = [each for each in found if each["signed"] or not signed]
    if not fits:
        ui.notify(_NO_IMAGE if not found else "No image here has a signature yet.")
    zone = subject.visit.zone
    return {
        each["id"]: f"{each['name']} · {size(each['size'])} · {zone.text(each['created_at'])}"
        for each in fits
    }


async def _post(subject: Subject, what: str, wish: dict[str, Any]) -> Any:
    given = {name: value for name, value in wish.items() if value is not None}
    return await subject.visit.api.post(subject.path(what), given, wait=WAIT)


async def _follow(outcome: Outcome, action: str, job: Any) -> None:
    """A job has the id of its call."""
    if job is not None:
        await outcome.look(action, job["id"])
