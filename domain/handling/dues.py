"""Timers that fired: what was to happen at a time, unless it has been overtaken."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

from domain import wire
from domain.handling import calling
from domain.handling.message import Handled, put_aside
from domain.model.call import Call
from domain.model.reservation import Reservation
from domain.ocpp import reserving
from domain.ocpp.version import Versions
from domain.scope import Scope


class Due(NamedTuple):
    """A kind of timer: the stream it is about, and what is done about its subject."""

    stream: Callable[[str, str], str]  # of the key and the subject
    act: Callable[[str, Versions, Scope], None]


@dataclass(frozen=True, slots=True)
class Firing:
    """One timer. It may come late, and more than once under other ids."""

    record: wire.Due
    versions: Versions

    @property
    def needs(self) -> Iterable[str]:
        """What it is about."""
        return (DUES[self.record.name].stream(self.record.key, self.record.subject),)

    def decide(self, scope: Scope) -> Handled:
        """What has been overtaken is left alone."""
        DUES[self.record.name].act(self.record.subject, self.versions, scope)
        return self._handled()

    def fail(self, scope: Scope, trace: str) -> Handled:
        """Nobody waits for an answer."""
        return put_aside(scope, self._handled(), trace)

    def _handled(self) -> Handled:
        return Handled(action=self.record.name, message_id=self.record.subject)


def _expire_call(call_id: str, versions: Versions, scope: Scope) -> None:
    """The time to live of a call is over."""
    call = scope.call(call_id)
    if call and call.expire(at=scope.at):
        calling.failed(versions, call, scope)


def _expire_reservation(number: str, _versions: Versions, scope: Scope) -> None:
    """The time of a reservation has come."""
    reserving.expire(int(number), scope)


DUES: Mapping[str, Due] = MappingProxyType(
    {
        "expire_call": Due(lambda _, call: Call.id_of(call), _expire_call),
        "expire_reservation": Due(
            lambda station, number: Reservation.id_of(station, int(number)), _expire_reservation
        ),
    }
)
