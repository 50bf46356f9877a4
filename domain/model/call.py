"""A call to a station: wished, sent, and what came of it."""

from datetime import datetime
from typing import Any, Self

from domain.model.aggregate import Aggregate, Birth, Fact, Refused

WAITING = frozenset({"queued", "sent"})


class Call(Aggregate):
    """One CALL with its own life; its id is also the message id on the wire.

    queued → sent → answered | refused | timed_out; queued → expired | cancelled; sent → queued when
    it could not be written after all. One that a campaign wants may be rejected at once.
    """

    TOPIC = "call"

    class Requested(Birth):
        """An operator wants it sent. Secrets in `payload` are masked; the vault has them."""

        TOPIC = "call.requested"
        class_version = 3  # 2: campaign; 3: credential, after
        station: str
        protocol: str
        action: str
        payload: str  # JSON exactly as it goes on the wire, but for masked secrets
        by: str
        expires_at: datetime
        timeout: int  # s
        sealed: bool  # the payload to send is in the vault
        campaign: str  # "" when it is nobody's part
        credential: str  # id of the hash of the password that it sets, "" when it sets none
        after: str  # the station's message whose answer must be written first, "" for none

        @staticmethod
        def upcast_v1_v2(state: dict[str, Any]) -> None:
            """Before campaigns, calls were wished one by one."""
            state["campaign"] = ""

        @staticmethod
        def upcast_v2_v3(state: dict[str, Any]) -> None:
            """Passwords were rotated by hand; no call waited for an answer."""
            state["credential"], state["after"] = "", ""

    class Rejected(Fact):
        """A campaign wanted it sent, and it cannot be: why."""

        TOPIC = "call.rejected"
        reason: str

        def apply(self, call: "Call") -> None:
            call.state = "rejected"

    class Sent(Fact):
        """It was written to the station's socket."""

        TOPIC = "call.sent"
        connection: int

        def apply(self, call: "Call") -> None:
            call.state = "sent"
            call.connections.append(self.connection)

    class Returned(Fact):
        """It could not be written: it waits for the next connection."""

        TOPIC = "call.returned"
        connection: int
        reason: str

        def apply(self, call: "Call") -> None:
            call.state = "queued"

    class Answered(Fact):
        """The station answered with a CALLRESULT."""

        TOPIC = "call.answered"
        response: str  # JSON as received, secrets masked
        deviations: str  # what the answer departs from the specification in, "" when nothing

        def apply(self, call: "Call") -> None:
            call.state = "answered"

    class Refused(Fact):
        """The station answered with a CALLERROR."""

        TOPIC = "call.refused"
        code: str
        description: str
        details: str

        def apply(self, call: "Call") -> None:
            call.state = "refused"

    class TimedOut(Fact):
        """No answer in time, or the socket ended first."""

        TOPIC = "call.timed_out"
        reason: str

        def apply(self, call: "Call") -> None:
            call.state = "timed_out"

    class AnsweredLate(Fact):
        """An answer after the time-out: on record, and no other call's answer."""

        TOPIC = "call.answered_late"
        class_version = 2  # 2: refused
        response: str
        refused: bool  # it was a CALLERROR: `response` is its code and description

        @staticmethod
        def upcast_v1_v2(state: dict[str, Any]) -> None:
            """Nothing followed from a late CALLERROR."""
            state["refused"] = False

        def apply(self, call: "Call") -> None:
            call.late, call.refused_late = True, self.refused

    class Expired(Fact):
        """Its time to live passed before it could be sent."""

        TOPIC = "call.expired"

        def apply(self, call: "Call") -> None:
            call.state = "expired"

    class Cancelled(Fact):
        """An operator took it back before it was sent."""

        TOPIC = "call.cancelled"
        by: str

        def apply(self, call: "Call") -> None:
            call.state = "cancelled"

    def __init__(
        self,
        *,
        station: str,
        protocol: str,
        action: str,
        payload: str,
        sealed: bool,
        by: str,
        campaign: str,
        credential: str,
    ) -> None:
        self.station, self.protocol, self.sealed = station, protocol, sealed
        self.by, self.campaign, self.credential = by, campaign, credential
        self.action, self.payload = action, payload
        self.state, self.late, self.refused_late = "queued", False, False
        self.connections: list[int] = []  # it was written on these

    @classmethod
    def id_of(cls, call: str) -> str:
        """The stream of a call."""
        return f"call:{call}"

    @classmethod
    def request(
        cls,
        call: str,
        *,
        station: str,
        protocol: str,
        action: str,
        payload: str,
        by: str,
        expires_at: datetime,
        timeout: int,
        sealed: bool,
        campaign: str = "",
        credential: str = "",
        after: str = "",
        at: datetime,
    ) -> Self:
        """Queue a call, without veto."""
        return cls._create(
            cls.Requested,
            id=cls.id_of(call),
            station=station,
            protocol=protocol,
            action=action,
            payload=payload,
            by=by,
            expires_at=expires_at,
            timeout=timeout,
            sealed=sealed,
            campaign=campaign,
            credential=credential,
            after=after,
            timestamp=at,
        )

    @property
    def name(self) -> str:
        """Its id without the prefix of the stream: what everybody knows it by."""
        return self.id.removeprefix("call:")

    @property
    def outcome(self) -> str:
        """What came of it: its state, but what came late counts like what comes in time."""
        late = "refused" if self.refused_late else "answered"
        return late if self.late else self.state

    @property
    def done(self) -> bool:
        """Whether nothing more can come but a late answer."""
        return self.state not in WAITING

    @property
    def _ended(self) -> bool:
        """Whether the station has had its say. What was taken back may have gone out meanwhile."""
        return self.state in {"answered", "refused", "timed_out"}

    def reject(self, reason: str, *, at: datetime) -> None:
        """It cannot go to this station: on record, for its campaign to count."""
        if self.state == "queued":
            self.trigger_event(self.Rejected, reason=reason, timestamp=at)

    def send(self, connection: int, *, at: datetime) -> bool:
        """It went out; whether that is news: told twice of one connection it is one sending."""
        if self._ended or connection in self.connections:
            return False
        self.trigger_event(self.Sent, connection=connection, timestamp=at)
        return True

    def give_back(self, connection: int, reason: str, *, at: datetime) -> None:
        """It could not be written on that connection."""
        if not self.done:
            self.trigger_event(self.Returned, connection=connection, reason=reason, timestamp=at)

    def answer(self, response: str, deviations: str, *, at: datetime) -> bool:
        """A CALLRESULT came; returns whether it is the first: a late one counts too."""
        if not self._ended:
            self.trigger_event(
                self.Answered, response=response, deviations=deviations, timestamp=at
            )
            return True
        return self._late(response, refused=False, at=at)

    def refuse(self, code: str, description: str, details: str, *, at: datetime) -> bool:
        """A CALLERROR came: an ordinary negative outcome (rule C9).

        Returns whether it is the first answer: a late one counts too.
        """
        if self._ended:
            return self._late(f"{code}: {description}", refused=True, at=at)
        self.trigger_event(
            self.Refused, code=code, description=description, details=details, timestamp=at
        )
        return True

    def time_out(self, reason: str, *, at: datetime) -> bool:
        """Nobody answers any more; whether that ends the call."""
        if self.done:
            return False
        self.trigger_event(self.TimedOut, reason=reason, timestamp=at)
        return True

    def expire(self, *, at: datetime) -> bool:
        """The time to live is over; a call that is out already is not touched."""
        if self.state != "queued":
            return False
        self.trigger_event(self.Expired, timestamp=at)
        return True

    def cancel(self, *, by: str, at: datetime) -> None:
        """Take back a call that has not gone out."""
        if self.state != "queued":
            raise Refused(f"this call is {self.state.replace('_', ' ')}: it cannot be cancelled")
        self.trigger_event(self.Cancelled, by=by, timestamp=at)

    def _late(self, response: str, *, refused: bool, at: datetime) -> bool:
        if self.state != "timed_out" or self.late:
            return False
        self.trigger_event(self.AnsweredLate, response=response, refused=refused, timestamp=at)
        return True
