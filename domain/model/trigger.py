"""What TriggerMessage asked of a station (OCPP 1.6 section 5.17), and which messages come of it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

WINDOW = timedelta(seconds=60)  # what comes later comes of itself
_MOST = 10  # of a station
_BY_CONNECTOR = frozenset({"MeterValues", "StatusNotification"})

Trigger = dict[str, Any]  # call, message, connector or None, until; and the connectors seen


class Message(NamedTuple):
    """A message of a station."""

    message_id: str
    action: str
    connector: int | None  # that it names


def live(triggers: Sequence[Trigger], *, at: datetime) -> list[Trigger]:
    """Those that may still be followed."""
    return [each for each in triggers if at <= each["until"]]


def kept(triggers: Sequence[Trigger], *, at: datetime) -> list[Trigger]:
    """The same, and few enough that one more has room."""
    return live(triggers, at=at)[1 - _MOST :]


def accepted(call: str, message: str, connector: int | None, *, at: datetime) -> Trigger:
    """The station said that it will send the message."""
    until = at + WINDOW
    return {"call": call, "message": message, "connector": connector, "until": until, "seen": []}


def cause(triggers: Sequence[Trigger], message: Message, *, at: datetime) -> str:
    """The call that made the station send a message, the oldest first; "" when none did."""
    return next((each["call"] for each in triggers if _fits(each, message, at)), "")


def fulfilled(triggers: Sequence[Trigger], call: str, connector: int | None) -> list[Trigger]:
    """What is still to come after a message.

    Without a connector, one message of each of them is asked for: nobody knows how many there are.
    """
    rest = []
    for each in triggers:
        if each["call"] != call:
            rest.append(each)
        elif each["connector"] is None and each["message"] in _BY_CONNECTOR:
            rest.append(each | {"seen": [*each["seen"], connector]})
    return rest


def _fits(trigger: Trigger, message: Message, at: datetime) -> bool:
    wanted, connector = trigger["connector"], message.connector
    here = wanted is None or connector is None or connector == wanted
    fresh = connector not in trigger["seen"] and at <= trigger["until"]
    return trigger["message"] == message.action and here and fresh
