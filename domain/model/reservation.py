"""A reservation: what an operator asked a station to keep, and what came of it (rules R1-R6)."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Self

from domain.model.aggregate import Aggregate, Birth, Fact

ACCEPTED, TIMED_OUT = "Accepted", "timed_out"


@dataclass(frozen=True, slots=True)
class Terms:
    """What is asked of the station (ReserveNow.req, OCPP 1.6 section 6.37)."""

    connector: int  # 0: any
    id_tag: str
    parent: str  # a token of this group may use it too; "" when none
    expires_at: datetime


class Reservation(Aggregate):
    """One number at one station; asked again, it replaces what stands once that is accepted (R1).

    What stands was accepted, or nobody answered and it may stand. It ends once: used, cancelled,
    expired or ended. A station takes calls in the order they were asked in: what it accepts settles
    all that was asked before, and a late answer to that says nothing any more.
    """

    TOPIC = "reservation"

    class Named(Birth):
        """The number was asked for at this station for the first time."""

        TOPIC = "reservation.named"
        station: str
        number: int

    class Requested(Fact):
        """A ReserveNow was queued."""

        TOPIC = "reservation.requested"
        call: str
        connector: int
        id_tag: str
        parent: str
        expires_at: datetime
        by: str

        def apply(self, reservation: "Reservation") -> None:
            reservation.asked[self.call] = False

    class Accepted(Fact):
        """The station keeps it on these terms."""

        TOPIC = "reservation.accepted"
        call: str
        connector: int
        id_tag: str
        parent: str
        expires_at: datetime

        def apply(self, reservation: "Reservation") -> None:
            _settle(reservation, self.call)
            _stand(reservation, self.call, self.connector, self.expires_at)

    class Declined(Fact):
        """The station does not: Faulted, Occupied, Rejected or Unavailable, a normal result."""

        TOPIC = "reservation.declined"
        call: str
        answer: str

        def apply(self, reservation: "Reservation") -> None:
            _drop(reservation, self.call)

    class Failed(Fact):
        """A CALLERROR came, or it never went out: how the call ended."""

        TOPIC = "reservation.failed"
        call: str
        reason: str

        def apply(self, reservation: "Reservation") -> None:
            _drop(reservation, self.call)

    class Unanswered(Fact):
        """It may stand on these terms: the station did not say. A late answer counts."""

        TOPIC = "reservation.unanswered"
        call: str
        connector: int
        id_tag: str
        parent: str
        expires_at: datetime

        def apply(self, reservation: "Reservation") -> None:
            reservation.asked[self.call] = True
            if not reservation.certain:
                _stand(reservation, self.call, self.connector, self.expires_at)

    class CancelRequested(Fact):
        """A CancelReservation was queued."""

        TOPIC = "reservation.cancel_requested"
        call: str
        by: str

        def apply(self, reservation: "Reservation") -> None:
            reservation.asked[self.call] = False

    class CancelAnswered(Fact):
        """What the station said to that: Accepted, or Rejected, which changes nothing."""

        TOPIC = "reservation.cancel_answered"
        call: str
        answer: str

        def apply(self, reservation: "Reservation") -> None:
            if self.answer == ACCEPTED:
                _settle(reservation, self.call)
            else:
                del reservation.asked[self.call]

    class CancelFailed(Fact):
        """No answer to that: how the call ended. When it timed out, a late answer counts."""

        TOPIC = "reservation.cancel_failed"
        call: str
        reason: str

        def apply(self, reservation: "Reservation") -> None:
            if self.reason == TIMED_OUT:
                reservation.asked[self.call] = True
            else:
                del reservation.asked[self.call]

    class Used(Fact):
        """A transaction began with it, by this token or another of its parent (R4, R5)."""

        TOPIC = "reservation.used"
        transaction: int
        id_tag: str

        def apply(self, reservation: "Reservation") -> None:
            late = [call for call, is_late in reservation.asked.items() if is_late]
            for call in late:  # whichever the transaction began with, they are past
                del reservation.asked[call]
            _end(reservation, None)

    class Cancelled(Fact):
        """The station took it back when it was asked to."""

        TOPIC = "reservation.cancelled"
        call: str

        def apply(self, reservation: "Reservation") -> None:
            _end(reservation, self.timestamp)

    class Expired(Fact):
        """Its time came."""

        TOPIC = "reservation.expired"

        def apply(self, reservation: "Reservation") -> None:
            _end(reservation, reservation.expires_at)

    class Ended(Fact):
        """Its connector went out of service, or the station let it go before its time (S7)."""

        TOPIC = "reservation.ended"
        reason: str  # "faulted", "unavailable" or "released"

        def apply(self, reservation: "Reservation") -> None:
            _end(reservation, self.timestamp)

    def __init__(self, *, station: str, number: int) -> None:
        self.station, self.number = station, number
        self.asked: dict[str, bool] = {}  # calls in order: whether only a late answer may come
        self.held = ""  # the call that what stands came of
        self.connector = 0  # of what stands
        self.expires_at: datetime | None = None  # of what stands or stood last
        self.over_at: datetime | None = None  # when what stood last was over, unused

    @classmethod
    def id_of(cls, station: str, number: int) -> str:
        """The stream of a reservation."""
        return f"reservation:{station}:{number}"

    @classmethod
    def name(cls, station: str, number: int, *, at: datetime) -> Self:
        """A number that was never asked for at this station."""
        stream = cls.id_of(station, number)
        return cls._create(cls.Named, id=stream, station=station, number=number, timestamp=at)

    @property
    def certain(self) -> bool:
        """Whether the station said that it keeps it."""
        return bool(self.held) and self.held not in self.asked

    def request(self, call: str, terms: Terms, *, by: str, at: datetime) -> None:
        """Ask for it, or for other terms."""
        if call not in self.asked:
            self.trigger_event(self.Requested, call=call, **asdict(terms), by=by, timestamp=at)

    def answer(self, call: str, terms: Terms, *, status: str, at: datetime) -> None:
        """The station has answered, in time or late."""
        if call not in self.asked:
            return
        if status == ACCEPTED:
            self.trigger_event(self.Accepted, call=call, **asdict(terms), timestamp=at)
        else:
            self.trigger_event(self.Declined, call=call, answer=status, timestamp=at)

    def fail(self, call: str, terms: Terms, *, reason: str, at: datetime) -> None:
        """No answer came; `reason` is how the call ended."""
        if call not in self.asked:
            return
        if reason == TIMED_OUT:
            self.trigger_event(self.Unanswered, call=call, **asdict(terms), timestamp=at)
        else:
            self.trigger_event(self.Failed, call=call, reason=reason, timestamp=at)

    def request_cancel(self, call: str, *, by: str, at: datetime) -> None:
        """Ask the station to take it back, whatever is known of it here."""
        if call not in self.asked:
            self.trigger_event(self.CancelRequested, call=call, by=by, timestamp=at)

    def answer_cancel(self, call: str, *, status: str, at: datetime) -> None:
        """The station has answered that; what was asked for later is not cancelled."""
        if call not in self.asked:
            return
        calls = list(self.asked)
        later = calls[calls.index(call) :]
        self.trigger_event(self.CancelAnswered, call=call, answer=status, timestamp=at)
        if status == ACCEPTED and self.held and self.held not in later:
            self.trigger_event(self.Cancelled, call=call, timestamp=at)

    def fail_cancel(self, call: str, *, reason: str, at: datetime) -> None:
        """No answer came to that; `reason` is how the call ended."""
        if call in self.asked:
            self.trigger_event(self.CancelFailed, call=call, reason=reason, timestamp=at)

    def use(self, transaction: int, *, id_tag: str, began: datetime, at: datetime) -> None:
        """A transaction began with it, perhaps before it was over: the news came late."""
        if self.held or (self.over_at is not None and began < self.over_at):
            self.trigger_event(self.Used, transaction=transaction, id_tag=id_tag, timestamp=at)

    def expire(self, *, clock: datetime, at: datetime) -> None:
        """Its time has come, by `clock`; earlier, nothing happens."""
        if self.held and self.expires_at is not None and clock >= self.expires_at:
            self.trigger_event(self.Expired, timestamp=at)

    def end(self, reason: str, *, at: datetime) -> None:
        """It cannot stand any more."""
        if self.held:
            self.trigger_event(self.Ended, reason=reason, timestamp=at)

    def release(self, *, clock: datetime, at: datetime) -> None:
        """The station let it go by itself: its time had come, or not yet."""
        self.expire(clock=clock, at=at)
        self.end("released", at=at)


def _settle(reservation: Reservation, call: str) -> None:
    """What was asked up to this call is answered, or will never be."""
    calls = list(reservation.asked)
    for settled in calls[: calls.index(call) + 1]:
        del reservation.asked[settled]


def _drop(reservation: Reservation, call: str) -> None:
    del reservation.asked[call]
    if reservation.held == call:
        reservation.held = ""


def _stand(reservation: Reservation, call: str, connector: int, expires_at: datetime) -> None:
    reservation.held, reservation.connector = call, connector
    reservation.expires_at, reservation.over_at = expires_at, None


def _end(reservation: Reservation, over_at: datetime | None) -> None:
    reservation.asked.pop(reservation.held, None)  # its answer says nothing any more
    reservation.held, reservation.over_at = "", over_at
