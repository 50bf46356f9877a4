"""A charging transaction: started, judged, stopped or closed, each on record whatever comes."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Self

from domain.model.aggregate import Aggregate, Birth, Fact, Refused
from domain.model.end import End
from domain.model.values import Standing, Verdict


@dataclass(frozen=True, slots=True)
class Start:
    """What a station says when a transaction starts."""

    station: str
    connector: int
    id_tag: str
    meter_wh: int
    started_at: datetime  # the station's clock
    reservation: int | None = None


@dataclass(frozen=True, slots=True)
class Stop:
    """What a station says when a transaction stops."""

    meter_wh: int
    stopped_at: datetime  # the station's clock
    reason: str = "Local"  # OCPP 1.6 section 6.49: absent is Local
    id_tag: str = ""
    verdict: Verdict | None = None  # what is thought of `id_tag`, when there is one


class Transaction(Aggregate):
    """Number n > 0 is unique over the whole CSMS (rule T2)."""

    TOPIC = "transaction"

    class Started(Birth):
        """The station started it. Recorded whatever is thought of the token (rule T1)."""

        TOPIC = "transaction.started"
        number: int
        station: str
        connector: int
        id_tag: str
        meter_start_wh: int
        started_at: datetime
        reservation: int | None

    class Judged(Fact):
        """What the station was told of the token."""

        TOPIC = "transaction.judged"
        standing: str
        expires_at: datetime | None
        parent: str

        def apply(self, transaction: "Transaction") -> None:
            transaction.standing, transaction.expires_at = self.standing, self.expires_at
            transaction.parent = self.parent

    class Stopped(Fact):
        """The station stopped it. `energy_wh` is None when the meter went backwards.

        `standing` and what follows is what it was told of `id_tag`; "" when it named none.
        """

        TOPIC = "transaction.stopped"
        meter_stop_wh: int
        stopped_at: datetime
        reason: str
        id_tag: str
        energy_wh: int | None
        standing: str
        expires_at: datetime | None
        parent: str

        def apply(self, transaction: "Transaction") -> None:
            transaction.state = "stopped"
            transaction.meter_stop_wh, transaction.stopped_at = self.meter_stop_wh, self.stopped_at
            transaction.stop_standing = self.standing
            transaction.stop_expires_at, transaction.stop_parent = self.expires_at, self.parent
            transaction.end = End(
                state="stopped",
                meter_wh=self.meter_stop_wh,
                ended_at=self.stopped_at,
                energy_wh=self.energy_wh,
                reason=self.reason,
                id_tag=self.id_tag,
            )
            transaction.corrected.clear()  # of its provisional end: there is nothing to take back

    class Closed(Fact):
        """Ended without a stop of the station; a stop that comes later still counts."""

        TOPIC = "transaction.closed"
        reason: str  # "superseded", or an operator's words
        by: str
        meter_wh: int | None  # last known reading
        energy_wh: int | None

        def apply(self, transaction: "Transaction") -> None:
            transaction.state = "closed"
            transaction.end = End(
                state="closed",
                meter_wh=self.meter_wh,
                ended_at=self.timestamp,
                energy_wh=self.energy_wh,
                reason=self.reason,
            )

    class Corrected(Fact):
        """A person decided how it ended, by a case of the quarantine.

        `restores`: what that case had corrected is as before. One that was open is closed then.
        """

        TOPIC = "transaction.corrected"
        state: str  # as of `End`
        meter_wh: int | None
        ended_at: datetime
        energy_wh: int | None
        reason: str
        id_tag: str
        case: str
        by: str
        restores: bool

        def apply(self, transaction: "Transaction") -> None:
            transaction.correct_end(self)

    def __init__(
        self,
        *,
        number: int,
        station: str,
        connector: int,
        id_tag: str,
        meter_start_wh: int,
        started_at: datetime,
    ) -> None:
        self.number, self.station, self.connector = number, station, connector
        self.id_tag, self.meter_start_wh, self.started_at = id_tag, meter_start_wh, started_at
        self.state = "open"  # then "closed" (provisional) or "stopped" (final)
        self.standing, self.parent = "", ""
        self.expires_at: datetime | None = None
        self.meter_stop_wh = 0
        self.stopped_at: datetime | None = None
        self.stop_standing, self.stop_parent = "", ""
        self.stop_expires_at: datetime | None = None
        self.end: End | None = None
        self.corrected: list[tuple[str, End | None]] = []  # by which case, the end before

    @classmethod
    def id_of(cls, number: int) -> str:
        """The stream of a transaction."""
        return f"transaction:{number}"

    @classmethod
    def start(cls, number: int, start: Start, *, at: datetime) -> Self:
        """Record a start."""
        return cls._create(
            cls.Started,
            id=cls.id_of(number),
            number=number,
            station=start.station,
            connector=start.connector,
            id_tag=start.id_tag,
            meter_start_wh=start.meter_wh,
            started_at=start.started_at,
            reservation=start.reservation,
            timestamp=at,
        )

    @property
    def open(self) -> bool:
        """Whether neither the station nor anybody else has ended it."""
        return self.state == "open"

    @property
    def verdict(self) -> Verdict:
        """What the station was told at the start: a retry is told the same."""
        return Verdict(Standing(self.standing), self.expires_at, self.parent)

    @property
    def stop_verdict(self) -> Verdict | None:
        """What the station was told at the stop, when that named a token."""
        if not self.stop_standing:
            return None
        return Verdict(Standing(self.stop_standing), self.stop_expires_at, self.stop_parent)

    def judge(self, verdict: Verdict, *, at: datetime) -> None:
        """Record what the station is told of the token; the first verdict stands."""
        if not self.standing:
            self.trigger_event(
                self.Judged,
                standing=verdict.standing.value,
                expires_at=verdict.expires_at,
                parent=verdict.parent,
                timestamp=at,
            )

    def stop(self, stop: Stop, *, at: datetime) -> str:
        """Record a stop; returns why it must be looked at by a person, "" when all is well.

        The first stop stands: a repeat changes nothing, another one is for the quarantine.
        """
        if self.state == "stopped":
            return "" if self.is_stopped_by(stop) else "a second stop with other values"
        energy = self.energy(stop.meter_wh)
        verdict = stop.verdict
        self.trigger_event(
            self.Stopped,
            meter_stop_wh=stop.meter_wh,
            stopped_at=stop.stopped_at,
            reason=stop.reason,
            id_tag=stop.id_tag,
            energy_wh=energy,
            standing=verdict.standing.value if verdict else "",
            expires_at=verdict.expires_at if verdict else None,
            parent=verdict.parent if verdict else "",
            timestamp=at,
        )
        return "" if energy is not None else "the meter went backwards"

    def close(self, *, reason: str, by: str, meter_wh: int | None, at: datetime) -> None:
        """End it without the station, provisionally."""
        if not self.open:
            raise Refused("this transaction is not open")
        energy = None if meter_wh is None else self.energy(meter_wh)
        self.trigger_event(
            self.Closed, reason=reason, by=by, meter_wh=meter_wh, energy_wh=energy, timestamp=at
        )

    def correct(self, end: End, *, case: str, by: str, at: datetime) -> None:
        """A person says how it ended."""
        self._trigger_correction(end, case=case, by=by, restores=False, at=at)

    def restore(self, *, case: str, by: str, register_wh: int | None, at: datetime) -> None:
        """Take back what a case corrected last. `register_wh`: the last reading known."""
        if not self.corrected or self.corrected[-1][0] != case:
            raise Refused("another case has corrected this transaction since: reopen that first")
        end = self.corrected[-1][1] or End(
            state="closed",
            meter_wh=register_wh,
            ended_at=at,
            energy_wh=None if register_wh is None else self.energy(register_wh),
            reason="its stop was taken back",
        )
        self._trigger_correction(end, case=case, by=by, restores=True, at=at)

    def correct_end(self, fact: "Transaction.Corrected") -> None:
        """What a correction does; the station's own stop stays known for its repeats."""
        if fact.restores:
            self.corrected.pop()
        else:
            self.corrected.append((fact.case, self.end))
        if fact.state == "stopped" and self.state != "stopped" and fact.meter_wh is not None:
            self.meter_stop_wh = fact.meter_wh
        self.state, self.stopped_at = fact.state, fact.ended_at
        self.end = End(
            state=fact.state,
            meter_wh=fact.meter_wh,
            ended_at=fact.ended_at,
            energy_wh=fact.energy_wh,
            reason=fact.reason,
            id_tag=fact.id_tag,
        )

    def _trigger_correction(
        self, end: End, *, case: str, by: str, restores: bool, at: datetime
    ) -> None:
        self.trigger_event(
            self.Corrected,
            **asdict(end),
            case=case,
            by=by,
            restores=restores,
            timestamp=at,
        )

    def is_stopped_by(self, stop: Stop) -> bool:
        """Whether that stop is the one on record: the meter tells, clocks may have been set."""
        return stop.meter_wh == self.meter_stop_wh

    def energy(self, meter_wh: int) -> int | None:
        """What was charged up to a reading; None when the meter went backwards."""
        energy = meter_wh - self.meter_start_wh
        return energy if energy >= 0 else None
