"""Whether the meter signed what is billed, whether that holds, and the proof to take along."""

from typing import Any

from nicegui import ui

from commands.ui.client import Refused
from commands.ui.pages.transaction.subject import Subject
from commands.ui.parts import cells
from commands.ui.parts.asking import Dialog
from commands.ui.parts.cells import Cell
from commands.ui.parts.details import Details
from commands.ui.parts.heading import section
from commands.ui.visit import Visit

_VERIFIED, _FAILED = "verified", "failed"
_ABSENT = 404


class Proof:
    """`check` takes a while: it reads the log, and judges each signature."""

    def __init__(self, subject: Subject) -> None:
        self._subject = subject
        self._row: Any = None
        with section("Signed values and proof"):
            self._details = Details()
            with ui.row().classes("items-center"):
                self._link("Proof (JSON)", "proof", f"transaction-{subject.number}-proof.json")
                self._link("Proof (page)", "proof.html", f"transaction-{subject.number}-proof.html")
                self._again = ui.button("Check again", on_click=self._check_again)
                self._again.props("flat no-caps dense")
                self._key = ui.button("Enter the meter's key", on_click=self._enter)
                self._key.props("flat no-caps dense").set_visibility(subject.visit.may("admin"))

    async def check(self, row: Any) -> None:
        """Have it judged, as it stands."""
        self._row = row
        self._details.show({"Signed values": cells.state("being checked …", "idle")})
        try:
            made = await self._subject.visit.api.get(self._subject.path("proof"))
        except Refused as refused:
            self._details.show(
                {
                    "Signed values": cells.state("no proof", "bad"),
                    "Why": cells.text(f"{refused.detail} ({refused.request})"),
                }
            )
            return
        proof = made["proof"]
        key = await _key_of(self._subject.visit, row)
        self._details.show(
            {
                **judged(proof["account"]["signed_values"]),
                "Key of the meter": key,
                "Log": cells.text(proof["unchained"] or "under a signed checkpoint"),
                "Proof signed with": cells.code(made["signature"]["key_id"]),
            }
        )

    def _link(self, text: str, segment: str, name: str) -> None:
        link = ui.link(text, self._subject.path(segment))
        link.props["download"] = name

    async def _check_again(self) -> None:
        self._again.props("loading")
        await self.check(self._row)
        self._again.props(remove="loading")

    async def _enter(self) -> None:
        row, visit = self._row, self._subject.visit
        if row is None:
            return
        where = f"connector {row['connector']} of {row['station']}"
        hint = "Signed values of the connector are verified with it from now on."
        form = Dialog(visit, f"Key of the meter at {where}", hint=hint)
        with form.within():
            field = form.field("public_key", ui.textarea("Public key, DER or point, hex or base64"))
        path = _path_of_key(row)
        sent = await form.asked(
            "Enter", lambda: visit.api.put(path, {"public_key": field.value or ""})
        )
        if sent:
            ui.notify("The key is entered", type="positive")
            await self.check(row)


def judged(signed: list[Any]) -> dict[str, Cell]:
    """One verdict for all of them, and each with its reason."""
    if not signed:
        why = cells.text("The station sent no signed meter values for it.")
        return {"Signed values": cells.state("unsigned", "idle"), "Why": why}
    verdicts = [each["judgement"]["verdict"] for each in signed]
    if all(each == _VERIFIED for each in verdicts):
        cell = cells.state("verified", "good")
    else:
        cell = cells.state("not verified", "bad" if _FAILED in verdicts else "warn")
    told = {
        f"{place}. {each['judgement']['format']} {each['context']}": cells.text(
            f"{each['judgement']['verdict']}: {each['judgement']['why']}"
        )
        for place, each in enumerate(signed, 1)
    }
    return {"Signed values": cell, **told}


async def _key_of(visit: Visit, row: Any) -> Cell:
    try:
        found = await visit.api.get(_path_of_key(row))
    except Refused as refused:
        if refused.status != _ABSENT:
            visit.tell(refused)
        return cells.text("none was entered; one that the station tells itself counts too")
    return cells.code(f"{found['public_key'][:24]}… of {found['source']}")


def _path_of_key(row: Any) -> str:
    station, connector = row["station"], row["connector"]
    return "/api/v1" + cells.path("stations", station, "connectors", connector, "meter-key")
