"""A reservation: what an operator asked a station to keep, and what came of it (rules R1-R6)."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Self

from domain.model.aggregate import Aggregate, Birth, Fact
from domain.model.questions import TIMED_OUT, Questions

ACCEPTED, REJECTED = "Accepted", "Rejected"
ANSWERS = (ACCEPTED, "Faulted", "Occupied", REJECTED, "Unavailable")  # OCPP 1.6 section 7.42
_LONGEST_REASON = 50


@dataclass(frozen=True, slots=True)
class Terms:
    """What is asked of the station (ReserveNow.req, 6.37)."""

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
            reservation.asked.ask(self.call)
            reservation.used, reservation.cancelled_at = False, None

    class Accepted(Fact):
        """The station keeps it on these terms."""

        TOPIC = "reservation.accepted"
        call: str
        connector: int
        id_tag: str
        parent: str
        expires_at: datetime

        def apply(self, reservation: "Reservation") -> None:
            reservation.asked.settle(self.call)
            _stand(reservation, self)

    class Declined(Fact):
        """The station does not: Faulted, Occupied, Rejected or Unavailable, a normal result."""

        TOPIC = "reservation.declined"
        call: str
        answer: str
        reason: str  # what it said, when that was another word: as good as Rejected

        def apply(self, reservation: "Reservation") -> None:
            _drop(reservation, self.call)

    class Failed(Fact):
        """A CALLERROR came, or it was taken back, perhaps too late: then an answer counts."""

        TOPIC = "reservation.failed"
        call: str
        reason: str

        def apply(self, reservation: "Reservation") -> None:
            if not reservation.asked.fail(self.call, self.reason):
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
            reservation.asked.fail(self.call, TIMED_OUT)
            if not reservation.certain:
                _stand(reservation, self)

    class CancelRequested(Fact):
        """A CancelReservation was queued."""

        TOPIC = "reservation.cancel_requested"
        call: str
        by: str

        def apply(self, reservation: "Reservation") -> None:
            reservation.asked.ask(self.call, cancels=True)

    class CancelAnswered(Fact):
        """What the station said to that: Accepted, or Rejected, which changes nothing."""

        TOPIC = "reservation.cancel_answered"
        call: str
        answer: str

        def apply(self, reservation: "Reservation") -> None:
            if self.answer != ACCEPTED:
                reservation.asked.drop(self.call)
                return
            reservation.asked.settle(self.call)
            if not reservation.asked.calls:
                reservation.cancelled_at = self.timestamp

    class CancelFailed(Fact):
        """No answer to that: how the call ended. Unless by a CALLERROR, a late answer counts."""

        TOPIC = "reservation.cancel_failed"
        call: str
        reason: str

        def apply(self, reservation: "Reservation") -> None:
            reservation.asked.fail(self.call, self.reason)

    class Used(Fact):
        """A transaction began with it, by this token or another of its parent (R4, R5)."""

        TOPIC = "reservation.used"
        transaction: int
        id_tag: str

        def apply(self, reservation: "Reservation") -> None:
            for call in reservation.asked.past(reservation.held):
                reservation.asked.drop(call)
            _end(reservation)
            reservation.used = True

    class Cancelled(Fact):
        """The station took it back when it was asked to: it said so, or let it go."""

        TOPIC = "reservation.cancelled"
        call: str

        def apply(self, reservation: "Reservation") -> None:
            _end(reservation)
            reservation.cancelled_at = self.timestamp

    class Expired(Fact):
        """Its time came."""

        TOPIC = "reservation.expired"

        def apply(self, reservation: "Reservation") -> None:
            if reservation.certain or not reservation.asked.until(reservation.held):
                _end(reservation)
            else:  # its late answer settles what was asked before it
                reservation.lapsed, reservation.held = reservation.held, ""

    class Ended(Fact):
        """Its connector went out of service, or the station let it go before its time (S7)."""

        TOPIC = "reservation.ended"
        reason: str  # "faulted", "unavailable" or "released"

        def apply(self, reservation: "Reservation") -> None:
            _end(reservation)

    def __init__(self, *, station: str, number: int) -> None:
        self.station, self.number = station, number
        self.asked = Questions()
        self.held = ""  # the call that what stands came of
        self.lapsed = ""  # the call whose reservation expired last without an answer
        self.since: datetime | None = None  # what stands or stood last was known to
        self.connector = 0  # of what stands
        self.expires_at: datetime | None = None  # of what stands or stood last
        self.used = False  # what was asked for last
        self.cancelled_at: datetime | None = None  # the same

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
            if call == self.lapsed:
                self.expire(clock=at, at=at)
            return
        answer, reason = (status, "") if status in ANSWERS else (REJECTED, status[:_LONGEST_REASON])
        self.trigger_event(self.Declined, call=call, answer=answer, reason=reason, timestamp=at)

    def fail(self, call: str, terms: Terms, *, reason: str, at: datetime) -> None:
        """No answer came; `reason` is how the call ended."""
        if call not in self.asked or self.asked.failed(call, reason):
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
        earlier = self.held not in self.asked or self.held in self.asked.until(call)
        self.trigger_event(self.CancelAnswered, call=call, answer=status, timestamp=at)
        if status == ACCEPTED and self.held and earlier:
            self.trigger_event(self.Cancelled, call=call, timestamp=at)

    def fail_cancel(self, call: str, *, reason: str, at: datetime) -> None:
        """No answer came to that; `reason` is how the call ended."""
        if call in self.asked and not self.asked.failed(call, reason):
            self.trigger_event(self.CancelFailed, call=call, reason=reason, timestamp=at)

    def use(self, transaction: int, *, id_tag: str, began: datetime, at: datetime) -> None:
        """A transaction began with it: it stood, whatever we heard, and is used once."""
        cancelled = self.cancelled_at is not None and began >= self.cancelled_at
        if self.held or not (self.used or cancelled):
            self.trigger_event(self.Used, transaction=transaction, id_tag=id_tag, timestamp=at)

    def expire(self, *, clock: datetime, at: datetime) -> None:
        """Its time has come, by `clock`; earlier, nothing happens."""
        if self.held and self.expires_at is not None and clock >= self.expires_at:
            self.trigger_event(self.Expired, timestamp=at)

    def end(self, reason: str, *, at: datetime) -> None:
        """It cannot stand any more."""
        if self.held:
            self.trigger_event(self.Ended, reason=reason, timestamp=at)

    def release(self, *, told: datetime, clock: datetime, at: datetime) -> None:
        """The station let it go: in time, when it was asked to, or by itself."""
        if self.since is not None and told < self.since:
            return  # another stood there then
        self.expire(clock=clock, at=at)
        if self.held and (cancel := self.asked.cancel_of(self.held)):
            self.trigger_event(self.Cancelled, call=cancel, timestamp=at)
        self.end("released", at=at)


def _drop(reservation: Reservation, call: str) -> None:
    reservation.asked.drop(call)
    if reservation.held == call:
        reservation.held = ""


def _stand(reservation: Reservation, fact: Reservation.Accepted | Reservation.Unanswered) -> None:
    reservation.held, reservation.since = fact.call, fact.timestamp
    reservation.connector, reservation.expires_at = fact.connector, fact.expires_at
    reservation.used, reservation.cancelled_at = False, None


def _end(reservation: Reservation) -> None:
    reservation.asked.drop(reservation.held)  # its answer says nothing any more
    reservation.held = ""
