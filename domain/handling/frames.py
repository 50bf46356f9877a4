"""Frames from stations: their calls are decided and answered, their answers end our calls."""

import traceback
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import msgspec

from domain import frames, wire
from domain.handling import calling
from domain.handling.message import Handled, put_aside
from domain.log import Unavailable
from domain.model import trigger
from domain.model.call import Call
from domain.model.station import Station
from domain.model.values import Registration
from domain.ocpp import reading
from domain.ocpp.action import Incoming, Outgoing
from domain.ocpp.errors import Violation
from domain.ocpp.version import Version, Versions
from domain.scope import Scope

_LONGEST_NAME = 50  # characters of an action
_MASKED = b'"***"'
_NUL, _REPLACEMENT = b"\\u0000", b"\\ufffd"


def prepare(
    record: wire.Received, versions: Versions
) -> "StationCall | StationAnswer | Unreadable":
    """Read a frame as far as it can be read without the model."""
    version = versions[record.protocol]
    frame = frames.parse(_printable(record.frame))
    if isinstance(frame, frames.Call):
        name = frame.action[:_LONGEST_NAME]
        return _prepare_call(record, frames.Call(frame.id, name, frame.payload), version)
    if isinstance(frame, frames.Malformed):
        return Unreadable(record, frame.id[: frames.MAX_MESSAGE_ID], frame.reason)
    if len(frame.id) > frames.MAX_MESSAGE_ID:
        return Unreadable(record, frame.id[: frames.MAX_MESSAGE_ID], "an answer to no id of ours")
    return StationAnswer(record, frame, versions)


def _printable(text: bytes) -> bytes:
    """No NUL: databases refuse it in text. The journal keeps the frame as it came."""
    return text.replace(_NUL, _REPLACEMENT) if _NUL in text else text


def _prepare_call(record: wire.Received, frame: frames.Call, version: Version) -> "StationCall":
    try:
        action = version.incoming(frame.action)
        request, deviations = reading.read(action.Request, frame.payload, defaults=action.defaults)
    except Violation as violation:
        return StationCall(record, frame, None, None, (), violation)
    return StationCall(record, frame, action, request, deviations, None)


@dataclass(frozen=True, slots=True)
class StationCall:
    """A CALL of a station: what it asks, or why it cannot be read."""

    record: wire.Received
    frame: frames.Call
    action: Incoming | None
    request: Any
    deviations: tuple[str, ...]
    violation: Violation | None

    @property
    def needs(self) -> Iterable[str]:
        """The station, and what the action reads."""
        yield Station.id_of(self.record.station)
        if self.action is not None:
            yield from self.action.needs(self.record.station, self.request)

    def decide(self, scope: Scope) -> Handled:
        """Answer with a CALLRESULT, or with the CALLERROR that says what is wrong."""
        scope.action, scope.message_id = self.frame.action, str(self.frame.id)
        scope.deviations.extend(self.deviations)
        if isinstance(self.frame.id, frames.Number):
            scope.deviate("the message id is a number")
        try:
            return self._handled(frames.result(self.frame.id, self._response(scope)))
        except Violation as violation:
            scope.deviate(f"{violation.code}: {violation.description}")
            return self._handled(frames.error(self.frame.id, violation.code, violation.description))

    def fail(self, scope: Scope, trace: str) -> Handled:
        """InternalError, but silence for a transaction message: the station retries (rule T10)."""
        silent = self.action is not None and self.action.transactional
        description = "the message is kept and will be looked at"
        error = frames.error(self.frame.id, Violation.INTERNAL, description)
        return put_aside(scope, self._handled(b"" if silent else error), trace)

    def _response(self, scope: Scope) -> bytes:
        if self.action is None:
            raise self.violation or Violation(Violation.INTERNAL, "unreadable")
        station = scope.station()
        asked = self._asked(station, scope) if station and station.triggers else None
        self._admit(self.action, station, triggered=asked is not None)
        if station is not None and asked is not None:
            station.follow_trigger(*asked, at=scope.at)
            scope.triggered, scope.trigger = True, asked[0]
        return reading.write(self.action.decide(self.request, scope))

    def _asked(self, station: Station, scope: Scope) -> tuple[str, trigger.Message] | None:
        """The call that made the station send this, and what it is; None when none did."""
        station.lapse_triggers(at=scope.at)
        connector = getattr(self.request, "connectorId", None)
        message = trigger.Message(self.frame.id, self.frame.action, connector)
        cause = trigger.cause(station.triggers, message, at=scope.at)
        return (cause, message) if cause else None

    def _admit(self, action: Incoming, station: Station | None, *, triggered: bool) -> None:
        """Before acceptance only BootNotification is heard (OCPP-J errata 3.10).

        While Pending, what we asked for is heard as well; a transaction message too: refusing it
        would lose money (T10).
        """
        if action.name == "BootNotification" and station is not None and station.registered:
            return
        status = station.registration if station and station.registered else Registration.REJECTED
        heard = status == Registration.ACCEPTED or (
            status == Registration.PENDING and (action.transactional or triggered)
        )
        if not heard:
            raise Violation(Violation.SECURITY, "the station is not accepted")

    def _handled(self, answer: bytes) -> Handled:
        return Handled(self.frame.action, str(self.frame.id), self.record.frame, answer)


@dataclass(frozen=True, slots=True)
class StationAnswer:
    """A CALLRESULT or CALLERROR: it belongs to the call of the same id, or to none."""

    record: wire.Received
    frame: frames.CallResult | frames.CallError
    versions: Versions

    @property
    def needs(self) -> Iterable[str]:
        """The station and the call."""
        return (Station.id_of(self.record.station), Call.id_of(self.frame.id))

    def decide(self, scope: Scope) -> Handled:
        """End the call; an answer to nothing is on record and changes nothing."""
        scope.message_id = self.frame.id
        call = scope.call(self.frame.id)
        if call is None or call.station != self.record.station:
            scope.deviate("an answer to no call of ours")
            return Handled("", self.frame.id, self.record.frame)
        scope.action = call.action
        if isinstance(self.frame, frames.CallError):
            return self._refuse(call, self.frame, scope)
        action = self.versions[call.protocol].outgoing(call.action)
        return self._answer(call, action, self.frame, scope)

    def fail(self, scope: Scope, trace: str) -> Handled:
        """Nobody waits for an answer to an answer; but the call is over."""
        call = scope.call(self.frame.id)
        if call is None or call.station != self.record.station:
            return put_aside(scope, Handled("", self.frame.id, self.record.frame), trace)
        trace += self._give_up(call, scope)
        action = self.versions[call.protocol].outgoing(call.action)
        raw = self.record.frame
        if action is None or action.secret_names:
            raw = frames.result(self.frame.id, _MASKED)
        return put_aside(scope, Handled(call.action, self.frame.id, raw), trace)

    def _give_up(self, call: Call, scope: Scope) -> str:
        """End the call for whoever follows it; the trace of a second defect, which hides no first.

        What was decided until then stands: each fact is whole.
        """
        first = call.refuse(Violation.INTERNAL, "the answer was not handled", "{}", at=scope.at)
        try:
            if first:
                calling.failed(self.versions, call, scope)
        except Unavailable:
            raise
        except Exception:  # noqa: BLE001 - the first defect is what is put aside
            return traceback.format_exc()
        return ""

    def _refuse(self, call: Call, frame: frames.CallError, scope: Scope) -> Handled:
        description, raw = frame.description, self.record.frame
        details = bytes(frame.details).decode(errors="replace")
        if call.sealed:  # it may be quoted
            description, details = "", "{}"
            raw = frames.error(frame.id, frame.code, description)
        if call.refuse(frame.code, description, details, at=scope.at):
            calling.failed(self.versions, call, scope)
        return Handled(call.action, frame.id, raw)

    def _answer(
        self, call: Call, action: Outgoing | None, frame: frames.CallResult, scope: Scope
    ) -> Handled:
        payload, raw = bytes(frame.payload), self.record.frame
        if action is not None and action.secret_names:
            payload = _masked(action, payload)
            raw = frames.result(frame.id, payload)
        response = self._read(action, msgspec.Raw(payload), scope)  # what is on record is decided
        if call.sealed and scope.deviations:  # what leaves the specification may quote the secret
            payload, response = _MASKED, None
            raw = frames.result(frame.id, _MASKED)
            scope.deviations[:] = ["the answer leaves the specification"]
        told = "; ".join(scope.deviations)
        counts = call.answer(payload.decode(), told, at=scope.at)
        if counts and response is None:
            calling.failed(self.versions, call, scope)
        elif counts and action is not None and response is not None:
            calling.answered(action, call, response, scope)
        return Handled(call.action, frame.id, raw)

    def _read(
        self, action: Outgoing | None, payload: msgspec.Raw, scope: Scope
    ) -> msgspec.Struct | None:
        if action is None:
            return None
        try:
            response, deviations = reading.read(action.Response, payload)
        except Violation as violation:
            scope.deviate(f"{violation.code}: {violation.description}")
            return None
        scope.deviations.extend(deviations)
        return response


def _masked(action: Outgoing, payload: bytes) -> bytes:
    """A payload without its secrets; one that cannot be read is a secret as a whole."""
    try:
        return msgspec.json.encode(action.mask(msgspec.json.decode(payload)))
    except (msgspec.MsgspecError, RecursionError):
        return _MASKED


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Not a frame. The gateway has answered what can be answered; it is on record."""

    record: wire.Received
    message_id: str
    reason: str

    @property
    def needs(self) -> Iterable[str]:
        """The station, to remember the deviation."""
        return (Station.id_of(self.record.station),)

    def decide(self, scope: Scope) -> Handled:
        """Remember that this station sends such things."""
        scope.deviate(self.reason.partition(":")[0])
        return Handled("", self.message_id, self.record.frame)

    def fail(self, scope: Scope, trace: str) -> Handled:
        """Nobody waits for an answer."""
        return put_aside(scope, Handled("", self.message_id, self.record.frame), trace)
