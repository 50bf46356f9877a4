"""What happened at a station, each in a sentence."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from commands.ui.pages.station.feed import body

Happening = Mapping[str, Any]  # an event of the timeline
Body = Mapping[str, Any]

_ICONS: Mapping[str, str] = MappingProxyType(
    {
        "frame": "call_received",
        "call": "call_made",
        "returned": "undo",
        "opened": "link",
        "closed": "link_off",
        "knocked": "door_front",
        "barred": "block",
        "timed_out": "timer_off",
        "wish": "person",
        "due": "schedule",
        "pruned": "inventory_2",
    }
)
KINDS: Mapping[str, str] = MappingProxyType(
    {
        "frame": "from the station",
        "call": "calls of ours",
        "wish": "wishes of people",
        "due": "timers",
        "opened": "connected",
        "closed": "disconnected",
        "knocked": "knocked, unregistered",
        "barred": "turned away",
        "returned": "not delivered",
        "timed_out": "not answered",
        "pruned": "facts of pruned days",
    }
)
_BAD = frozenset({"barred", "returned", "timed_out"})


def icon(happening: Happening) -> str:
    """Of Material Icons."""
    return _ICONS.get(happening["kind"], "circle")


def tone(happening: Happening) -> str:
    """How it is coloured."""
    if happening["kind"] in _BAD or _is_error(happening):
        return "bad"
    said = body(happening["payload"])
    if happening["action"] == "StatusNotification" and said.get("status") == "Faulted":
        return "bad"
    return {"call": "busy", "wish": "busy", "opened": "good", "closed": "warn"}.get(
        happening["kind"], "idle"
    )


def sentence(happening: Happening) -> str:
    """What happened."""
    kind, action = happening["kind"], happening["action"]
    if kind == "frame":
        return _of_frame(happening)
    if kind == "call":
        return f"We called {action}{_told(_ASKED, happening)}"
    if kind == "wish":
        return f"{happening['by'] or 'Somebody'} wished {_spaced(action)}{_wished(happening)}"
    if kind == "due":
        return f"A timer was due: {_spaced(action)}" if action else "A timer was due"
    said = {
        "opened": f"It connected from {happening['payload']}",
        "closed": f"Its connection ended with {happening['payload'] or 'no word'}",
        "knocked": "It knocked and is not registered",
        "barred": f"It was turned away: {happening['payload']}",
        "returned": f"{action or 'A message'} could not be delivered",
        "timed_out": f"{action or 'A call'} was not answered in time",
        "pruned": "The journal of that day is pruned; these facts are left",
    }
    return said.get(kind, str(kind))


def call_of(happening: Happening) -> str:
    """The id of the call of ours that it is about; "" when it is about none."""
    if happening["kind"] == "wish" and happening["action"] == "RequestCall":
        return str(body(happening["payload"]).get("call", ""))
    is_answer = happening["payload"].startswith(("[3", "[4"))
    is_of_call = is_answer or happening["kind"] in {"call", "returned", "timed_out"}
    return str(happening["message_id"]) if is_of_call else ""


def _of_frame(happening: Happening) -> str:
    action = happening["action"] or "a message"
    if happening["payload"].startswith("[3"):
        status = body(happening["payload"]).get("status")
        return f"It answered {action}" + (f": {status}" if status else "")
    if happening["payload"].startswith("[4"):
        return f"It refused {action}: {_words(happening['payload'])}"
    return f"It sent {action}{_told(_SENT, happening)}"


def _is_error(happening: Happening) -> bool:
    return any(happening[each].startswith("[4") for each in ("payload", "answer"))


def _words(frame: str) -> str:
    """Code and description of a CALLERROR."""
    return " ".join(frame.split('"')[3:6:2])


def _told(table: Mapping[str, Callable[[Body], str]], happening: Happening) -> str:
    tell = table.get(happening["action"])
    said = tell(body(happening["payload"])) if tell else ""
    return f": {said}" if said else ""


def _status(said: Body) -> str:
    connector = said.get("connectorId")
    of = f"connector {connector} is" if connector else "the station is"
    error = said.get("errorCode", "NoError")
    return f"{of} {said.get('status')}" + (f" ({error})" if error != "NoError" else "")


def _meter(said: Body) -> str:
    moments = said.get("meterValue")
    count = sum(
        len(each.get("sampledValue", ())) for each in moments or () if isinstance(each, dict)
    )
    of = f" in transaction {said['transactionId']}" if "transactionId" in said else ""
    return f"{count} values of connector {said.get('connectorId')}{of}"


def _members(*names: str) -> Callable[[Body], str]:
    return lambda said: ", ".join(f"{name} {said[name]}" for name in names if name in said)


_SENT: Mapping[str, Callable[[Body], str]] = MappingProxyType(
    {
        "Authorize": _members("idTag"),
        "BootNotification": _members("chargePointVendor", "chargePointModel", "firmwareVersion"),
        "DataTransfer": _members("vendorId", "messageId"),
        "DiagnosticsStatusNotification": _members("status"),
        "FirmwareStatusNotification": _members("status"),
        "LogStatusNotification": _members("status"),
        "MeterValues": _meter,
        "SecurityEventNotification": _members("type"),
        "SignedFirmwareStatusNotification": _members("status"),
        "StartTransaction": _members("connectorId", "idTag", "meterStart"),
        "StatusNotification": _status,
        "StopTransaction": _members("transactionId", "meterStop", "reason"),
    }
)
_ASKED: Mapping[str, Callable[[Body], str]] = MappingProxyType(
    {
        "CancelReservation": _members("reservationId"),
        "ChangeAvailability": _members("connectorId", "type"),
        "ChangeConfiguration": _members("key", "value"),
        "ExtendedTriggerMessage": _members("requestedMessage", "connectorId"),
        "GetCompositeSchedule": _members("connectorId", "duration"),
        "RemoteStartTransaction": _members("idTag", "connectorId"),
        "RemoteStopTransaction": _members("transactionId"),
        "ReserveNow": _members("connectorId", "idTag", "reservationId"),
        "Reset": _members("type"),
        "SendLocalList": _members("updateType", "listVersion"),
        "SetChargingProfile": _members("connectorId"),
        "TriggerMessage": _members("requestedMessage", "connectorId"),
        "UnlockConnector": _members("connectorId"),
    }
)


def _wished(happening: Happening) -> str:
    said = body(happening["payload"])
    refused = body(happening["answer"]).get("refused")
    what = said.get("action") or said.get("transaction") or said.get("key") or ""
    return (f": {what}" if what else "") + (f", refused: {refused}" if refused else "")


def _spaced(name: str) -> str:
    """RequestCall as "request call"."""
    return "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in name).strip()
