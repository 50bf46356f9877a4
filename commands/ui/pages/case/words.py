"""The kinds of cases and the rulings, in words an operator understands."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from commands.ui.parts import cells

KINDS: Mapping[str, str] = MappingProxyType(
    {
        "orphan-stop": "a stop of an unknown transaction",
        "second-stop": "a second stop with other values",
        "meter-backwards": "a meter that went backwards",
        "late-values": "readings after the end",
        "failed": "a record that could not be handled",
        "poison": "a message that is no record",
    }
)
WHY: Mapping[str, str] = MappingProxyType(
    {
        "orphan-stop": "The station told the stop of a transaction that nobody knows, or that is"
        " another station's. It was answered; nothing was ended by it.",
        "second-stop": "The station told a second stop of a transaction, by other values than the"
        " first. The first one stands.",
        "meter-backwards": "The stop shows less than the start did. The transaction is ended, and"
        " has no energy.",
        "late-values": "These readings were taken after the end of the transaction that they name.",
        "failed": "The program could not handle this record; what went wrong stands below.",
        "poison": "The broker gave this message up after many deliveries, or it is no record.",
    }
)
RULINGS: Mapping[str, str] = MappingProxyType(
    {
        "assign": "Assign: it belongs to a transaction",
        "accept": "Accept: it is as the station says now",
        "reject": "Reject: it is as on record",
        "again": "Again: decide the record once more",
        "dismiss": "Dismiss: leave it",
    }
)
_FOLLOWS: Mapping[str, str] = MappingProxyType(
    {
        "reject": "The record stands as it is. Nothing else changes.",
        "again": "The record is decided once more, by the program of today, as of now; the station"
        " is not answered. When it fails again, the case stays open and tells how.",
        "dismiss": "Nothing is done about it. The case is closed.",
    }
)


def kind(case: Any) -> cells.Cell:
    """What sort of case it is."""
    return cells.text(KINDS.get(case["kind"], case["kind"]), title=case["kind"])


def state(case: Any) -> cells.Cell:
    """Open, or what was decided."""
    if case["state"] == "open":
        return cells.state("open")
    return cells.state(f"decided: {case['ruling']}", "good")


def consequence(
    case: Any,
    ruling: str,
    candidate: Any,
    *,
    meter_wh: int | None,
    energy_wh: int | None,
) -> str:
    """What follows from a ruling; `candidate` is of the transaction it is assigned to, or None."""
    if ruling in _FOLLOWS:
        return _FOLLOWS[ruling]
    if ruling == "assign" and candidate is None:
        return "Choose the transaction that it belongs to."
    number = candidate["transaction"]["id"] if candidate else case["transaction"]
    if ruling == "assign" and case["kind"] == "late-values":
        return _moved(case, number)
    energy = _energy(case, candidate, meter_wh=meter_wh, energy_wh=energy_wh)
    if ruling == "accept":
        return f"Transaction {number} is corrected: it ended as the station says here, {energy}."
    return (
        f"Transaction {number} is stopped, for good, as this stop says: {energy}. Its connector and"
        " its token are free, its charging profiles are over. The readings that came with the stop"
        " are put into its log."
    )


def _moved(case: Any, number: int) -> str:
    if number == case["transaction"]:
        return f"Transaction {number} ends with the last of these readings."
    return (
        f"The readings are put into the log of transaction {number}, and move its end if that is"
        " provisional. They stay where the station had put them, too."
    )


def _energy(
    case: Any,
    candidate: Any,
    *,
    meter_wh: int | None,
    energy_wh: int | None,
) -> str:
    if energy_wh is not None:
        return f"{kwh(energy_wh)} were charged, as you say"
    start = candidate["transaction"]["meter_start_wh"] if candidate else None
    meter = case["meter_wh"] if meter_wh is None else meter_wh
    if meter is None or start is None:
        return "its energy is derived from what is on record"
    if meter < start:
        return (
            f"but its meter would show less than the {kwh(start)} of its start: say what is known"
        )
    return f"{kwh(meter - start)} (meter {kwh(start)} to {kwh(meter)})"


def kwh(wh: int | None) -> str:
    """Wh in words."""
    return str(cells.energy(wh)["text"])


def about(case: Any) -> cells.Cell:
    """Without its moment, which stands for a pointer that rests on it."""
    subject = case["subject"]
    return cells.text(subject.partition(" at ")[0], title=subject)
