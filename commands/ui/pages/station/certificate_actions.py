"""What can be done about certificates of a station: roots, renewal, requests."""

from functools import partial
from typing import Any

from nicegui import ui

from commands.ui.pages.station.profile_actions import needed, ready
from commands.ui.pages.station.subject import Subject
from commands.ui.parts import asking, cells
from commands.ui.parts.dialogs import confirmed
from commands.ui.parts.outcome import WAIT, Outcome
from commands.ui.parts.sheet import doing, sheet, written

USES = {
    "CentralSystemRootCertificate": "Central system",
    "ManufacturerRootCertificate": "Manufacturer",
}
_SOURCES = {
    "pem": "A certificate in PEM",
    "ecdsa": "The root of our authority (ECDSA)",
    "rsa": "The root of our authority (RSA)",
}
_INSTALL = "The station trusts whoever shows a certificate that this root vouches for."
_ASK = "GetInstalledCertificateIds: the station names all that it trusts of a kind."
_RENEW = "Have it ask for a new certificate"
_RENEWAL = (
    "ExtendedTriggerMessage: the station makes a new key and sends a request, which is signed by"
    " itself or waits for an administrator, as the installation is set. The old one stays good."
)
_DELETE = (
    "It no longer trusts what this root vouches for. If that is the root of our own certificate,"
    " it cannot connect any more once it is gone."
)


async def ask(subject: Subject, outcome: Outcome) -> None:
    """What it trusts."""
    form = asking.Dialog(subject.visit, f"Ask {subject.station} what it trusts", hint=_ASK)
    with form.within():
        use = form.field("type", ui.select(USES, label="Kind", value=next(iter(USES))))

    async def send() -> object:
        path = subject.path("certificates", "ask")
        return await subject.visit.api.post(path, {"type": use.value}, wait=WAIT)

    if (call := await form.asked("Ask", send)) is not None:
        await outcome.follow("GetInstalledCertificateIds", ready(call))


async def install(subject: Subject, outcome: Outcome) -> None:
    """A root, ours or another."""
    form = asking.Dialog(subject.visit, f"Install a root at {subject.station}", hint=_INSTALL)
    with form.within():
        use = form.field("type", ui.select(USES, label="For", value=next(iter(USES))))
        source = form.field("ca", ui.select(_SOURCES, label="Which", value="pem"))
        text = form.field("certificate", ui.textarea("Certificate, PEM"))
        text.props("input-class=code autogrow")
        text.bind_visibility_from(source, "value", value="pem")

    async def send() -> object:
        given = {"certificate": text.value} if source.value == "pem" else {"ca": source.value}
        path = subject.path("certificates", "install")
        return await subject.visit.api.post(path, {"type": use.value, **given}, wait=WAIT)

    if (call := await form.asked("Install", send)) is not None:
        await outcome.follow("InstallCertificate", ready(call))


async def renew(subject: Subject, outcome: Outcome) -> None:
    """Have it send a request."""
    title = f"Have {subject.station} ask for a new certificate?"
    if await confirmed(title, _RENEWAL, verb=_RENEW, danger=False):
        path = subject.path("calls", "ExtendedTriggerMessage")
        wish = {"requestedMessage": "SignChargePointCertificate"}
        asked = subject.visit.api.post(path, wish, wait=WAIT)
        await outcome.follow("ExtendedTriggerMessage", asked)


async def open_root(subject: Subject, outcome: Outcome, root: dict[str, Any]) -> None:
    """All of a root, and a way to have it dropped."""
    zone, name = subject.visit.zone, root["common_name"] or root["type"]
    shown = {
        "For": cells.text(USES.get(root["type"], root["type"])),
        "Issuer": cells.text(root["issuer"]),
        "Serial number": cells.code(root["serial_number"]),
        "Fingerprint (SHA-256)": cells.code(root["fingerprint"]),
        "Valid from": cells.time(root["not_before"], zone),
        "Valid until": cells.time(root["not_after"], zone),
        **{key: cells.code(value) for key, value in (root["hash_data"] or {}).items()},
    }

    with sheet(f"Root {name} at {subject.station}", shown) as dialog:
        if root["certificate"]:
            written(root["certificate"])
        if subject.may("operator") and root["hash_data"]:
            drop = partial(_delete, subject, outcome, name, root["hash_data"])
            doing(dialog, "Have it dropped", drop).props("outline color=negative")


async def _delete(
    subject: Subject, outcome: Outcome, name: str, hashed: dict[str, Any] | None
) -> None:
    if await confirmed(f"Have {subject.station} drop {name}?", _DELETE, verb="Drop it"):
        path = subject.path("certificates", "delete")
        wish = subject.visit.api.post(path, needed(hashed, "Its name is not known."), wait=WAIT)
        await outcome.follow("DeleteCertificate", wish)
