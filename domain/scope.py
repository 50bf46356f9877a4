"""What a decision may touch while one message is handled: its station's aggregates, the time."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar
from uuid import UUID, uuid5

from domain import wire
from domain.model.aggregate import Aggregate
from domain.model.call import Call
from domain.model.connector import Connector
from domain.model.maintenance import Maintenance
from domain.model.meter import Meter
from domain.model.numbering import Numbering
from domain.model.quarantine import Claim, Kind, Quarantine
from domain.model.security_log import SecurityLog
from domain.model.station import Station
from domain.model.stranger import Stranger
from domain.model.token import Token
from domain.model.transaction import Start, Transaction
from domain.repository import Repository

T = TypeVar("T", bound=Aggregate)

_CALLS = UUID("6b1f0c0e-6f6c-5d8b-9a55-16a7c9d3f0a1")  # the name space of their ids
_AN_HOUR = timedelta(hours=1)
_TIMEOUT = 30  # s


@dataclass(slots=True)
class Scope:
    """One message's view of the model. It was received `at`, and is decided `now`.

    `at` stamps the facts; `now` is only for telling a station the time.
    """

    repository: Repository
    take_number: Callable[[], int]
    station_id: str
    key: str  # of the journal row: what caused the facts
    at: datetime
    now: datetime
    action: str = ""
    message_id: str = ""
    remark: str = ""  # what a wish says beside its payload
    triggered: bool = False  # the station was asked for this message by TriggerMessage
    trigger: str = ""  # the call that asked for it
    deviations: list[str] = field(default_factory=list)
    touched: dict[str, Aggregate] = field(default_factory=dict)
    to_gateways: list[tuple[str, wire.ToGateway]] = field(default_factory=list)  # node, record
    calls: int = 0  # that follow from this message
    seen: dict[str, int] = field(default_factory=dict)  # versions of what others write too

    def station(self) -> Station | None:
        """The station, when anybody ever registered it."""
        return self._touch(self.repository.get(Station, Station.id_of(self.station_id)))

    def connector(self, number: int) -> Connector:
        """A connector of the station; it appears with its first mention."""
        stream = Connector.id_of(self.station_id, number)
        found = self.repository.get(Connector, stream)
        return self._touch(found) or self.add(Connector.appear(self.station_id, number, at=self.at))

    def token(self, id_tag: str) -> Token | None:
        """A token, when anybody ever issued it."""
        return self.find(Token, Token.id_of(id_tag))

    def transaction(self, number: int) -> Transaction | None:
        """A transaction of any station: whose it is, is the caller's to check."""
        stream = Transaction.id_of(number)
        found = self.repository.get(Transaction, stream)
        if found is None or found.station != self.station_id:
            self.seen.setdefault(stream, found.version if found else 0)
        return self._touch(found)

    def numbering(self, start: Start) -> Numbering | None:
        """The number a start was given when it came before."""
        return self._touch(self.repository.get(Numbering, Numbering.id_of(start)))

    def meter(self, stream: str) -> Meter:
        """A log of readings."""
        found = self.repository.get(Meter, stream)
        return self._touch(found) or self.add(Meter.resume(stream, [], at=self.at))

    def security_log(self) -> SecurityLog:
        """The security events of the station."""
        stream = SecurityLog.id_of(self.station_id)
        found = self.repository.get(SecurityLog, stream)
        return self._touch(found) or self.add(SecurityLog.resume(stream, [], at=self.at))

    def maintenance(self) -> Maintenance:
        """What is done to the station's firmware, and asked of its diagnostics."""
        found = self.find(Maintenance, Maintenance.id_of(self.station_id))
        return found or self.add(Maintenance.begin(self.station_id, at=self.at))

    def stranger(self) -> Stranger:
        """Who knocks under the station's name."""
        found = self.repository.get(Stranger, Stranger.id_of(self.station_id))
        return self._touch(found) or self.add(Stranger.notice(self.station_id, at=self.at))

    def call(self, call: str) -> Call | None:
        """A call of any station."""
        return self.find(Call, Call.id_of(call))

    def find(self, kind: type[T], stream: str) -> T | None:
        """An aggregate of any kind, when anything ever happened to it."""
        found = self.repository.get(kind, stream)
        if getattr(kind, "SHARED", False):
            self.seen.setdefault(stream, found.version if found else 0)
        return self._touch(found)

    def find_all(self, kind: type[T], streams: Sequence[str]) -> list[T]:
        """Those that anything ever happened to, with one query at most."""
        self.repository.prefetch_more(streams)
        return [found for stream in streams if (found := self.find(kind, stream))]

    def call_for(
        self,
        action: str,
        payload: str,
        *,
        by: str,
        after: str = "",
        ttl: timedelta = _AN_HOUR,
    ) -> Call | None:
        """Queue a call that follows from what is decided here; None when nobody is registered.

        It may wait for its station for `ttl`. Deciding the record again makes the same call.
        `after`: the station's message whose answer must be written before it.
        """
        station = self.station()
        if station is None or not station.registered:
            return None
        self.calls += 1
        return self.add(
            Call.request(
                str(uuid5(_CALLS, f"{self.station_id} {self.key} {self.calls}")),
                station=self.station_id,
                protocol=station.protocol,
                action=action,
                payload=payload,
                by=by,
                expires_at=self.at + ttl,
                timeout=_TIMEOUT,
                sealed=False,
                after=after,
                at=self.at,
            )
        )

    def add(self, aggregate: T) -> T:
        """Take in an aggregate that was made just now."""
        self.repository.add(aggregate)
        self.touched[aggregate.id] = aggregate
        return aggregate

    def deviate(self, deviation: str) -> None:
        """The message leaves the specification, and is read all the same."""
        self.deviations.append(deviation)

    def quarantine(
        self,
        kind: Kind,
        reason: str,
        *,
        subject: str,
        detail: str = "",
        claim: Claim | None = None,
    ) -> None:
        """Put the message aside for a person; the same subject twice is one case."""
        stream = Quarantine.id_of(self.station_id, subject)
        if self.repository.get(Quarantine, stream) is None:
            self.add(
                Quarantine.keep(
                    stream,
                    station=self.station_id,
                    reason=reason,
                    action=self.action,
                    message_id=self.message_id,
                    frame=self.key,
                    subject=subject,
                    detail=detail,
                    at=self.at,
                    kind=kind,
                    claim=claim,
                )
            )

    def _touch(self, aggregate: T | None) -> T | None:
        if aggregate is not None:
            self.touched[aggregate.id] = aggregate
        return aggregate
