"""The charging profiles a station holds, as its own answers tell (OCPP 1.6 section 3.13)."""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Self, TypedDict

from domain.model.aggregate import Aggregate, Birth, Fact
from domain.model.values import folded

PATIENCE = timedelta(minutes=10)  # between a remote start and the transaction it leads to


@dataclass(frozen=True, slots=True)
class Assignment:
    """A profile that a station accepted, and where it is in force."""

    profile: int  # chargingProfileId
    connector: int
    purpose: str
    stack_level: int
    transaction: int | None
    content: str  # the ChargingProfile, JSON as on the wire
    call: str  # that brought it


@dataclass(frozen=True, slots=True)
class Criteria:
    """What a ClearChargingProfile asks for (6.7): what is None does not narrow it."""

    profile: int | None = None
    connector: int | None = None
    purpose: str | None = None
    stack_level: int | None = None


class Held(TypedDict):
    """What a decision needs to know of an installed profile."""

    connector: int
    purpose: str
    stack_level: int
    transaction: int | None
    call: str


class Promise(TypedDict):
    """A profile that came with a remote start: it waits for its transaction."""

    profile: int
    id_tag: str
    connector: int  # 0: any
    stack_level: int
    content: str
    call: str
    made_at: datetime


class Charging(Aggregate):
    """What was accepted is installed; what is replaced, cleared or over is removed (rule C2)."""

    TOPIC = "charging"
    SNAPSHOT_EVERY = 100

    class Begun(Birth):
        """The station accepted a charging profile for the first time."""

        TOPIC = "charging.begun"
        station: str

    class Installed(Fact):
        """The station holds it now."""

        TOPIC = "charging.installed"
        profile: int
        connector: int
        purpose: str
        stack_level: int
        transaction: int | None
        content: str
        call: str

        def apply(self, charging: "Charging") -> None:
            charging.promises = [each for each in charging.promises if each["call"] != self.call]
            charging.installed[self.profile] = Held(
                connector=self.connector,
                purpose=self.purpose,
                stack_level=self.stack_level,
                transaction=self.transaction,
                call=self.call,
            )

    class Removed(Fact):
        """The station holds it no more: replaced, cleared, or transaction ended."""

        TOPIC = "charging.removed"
        profile: int
        reason: str
        call: str  # that did it, "" when a transaction's end did

        def apply(self, charging: "Charging") -> None:
            charging.installed.pop(self.profile, None)

    class Promised(Fact):
        """It accepted to start with this profile; the transaction is not known yet."""

        TOPIC = "charging.promised"
        profile: int
        id_tag: str
        connector: int
        stack_level: int
        content: str
        call: str

        def apply(self, charging: "Charging") -> None:
            promise = Promise(
                profile=self.profile,
                id_tag=self.id_tag,
                connector=self.connector,
                stack_level=self.stack_level,
                content=self.content,
                call=self.call,
                made_at=self.timestamp,
            )
            charging.promises.append(promise)

    class PromiseDropped(Fact):
        """No transaction came for it: replaced by another promise, or lapsed."""

        TOPIC = "charging.promise_dropped"
        profile: int
        call: str
        reason: str

        def apply(self, charging: "Charging") -> None:
            charging.promises = [each for each in charging.promises if each["call"] != self.call]

    def __init__(self, *, station: str) -> None:
        self.station = station
        self.installed: dict[int, Held] = {}  # by chargingProfileId
        self.promises: list[Promise] = []  # the oldest first

    @classmethod
    def id_of(cls, station: str) -> str:
        """The stream of what a station holds."""
        return f"charging:{station}"

    @classmethod
    def begin(cls, station: str, *, at: datetime) -> Self:
        """A station that held no profile so far."""
        return cls._create(cls.Begun, id=cls.id_of(station), station=station, timestamp=at)

    def install(self, given: Assignment, *, at: datetime) -> None:
        """It was accepted: the same id, or the same purpose and level there, is replaced (C2)."""
        same = self.installed.get(given.profile)
        if same and same["call"] == given.call:
            return
        for profile, held in tuple(self.installed.items()):
            if profile == given.profile or _is_same_place(held, given):
                self._remove(profile, "replaced", call=given.call, at=at)
        self.trigger_event(self.Installed, **asdict(given), timestamp=at)

    def clear(self, criteria: Criteria, *, call: str, at: datetime) -> None:
        """All that match are gone; an id makes everything else be ignored (6.7)."""
        for profile, held in tuple(self.installed.items()):
            if _matches(profile, held, criteria):
                self._remove(profile, "cleared", call=call, at=at)

    def promise(
        self,
        profile: int,
        *,
        id_tag: str,
        connector: int,
        stack_level: int,
        content: str,
        call: str,
        at: datetime,
    ) -> None:
        """A remote start with a profile was accepted; `connector` 0: wherever it starts."""
        if any(each["call"] == call for each in self.promises):
            return
        for each in tuple(self.promises):
            if folded(each["id_tag"]) == folded(id_tag) and each["connector"] == connector:
                self._drop(each, "replaced", at=at)
        self._let_lapse(at, at=at)
        self.trigger_event(
            self.Promised,
            profile=profile,
            id_tag=id_tag,
            connector=connector,
            stack_level=stack_level,
            content=content,
            call=call,
            timestamp=at,
        )

    def start(
        self, transaction: int, *, id_tag: str, connector: int, started_at: datetime, at: datetime
    ) -> None:
        """A transaction starts: the promise made for its token and connector is kept."""
        for each in reversed(self.promises):
            if _is_meant(each, id_tag, connector, started_at):
                self.install(_kept(each, transaction, connector), at=at)
                break
        self._let_lapse(started_at, at=at)

    def end(self, transaction: int, *, at: datetime) -> None:
        """A transaction is over, and its own profiles with it (rule C5)."""
        for profile, held in tuple(self.installed.items()):
            if held["purpose"] == "TxProfile" and held["transaction"] == transaction:
                self._remove(profile, "transaction ended", call="", at=at)

    def _remove(self, profile: int, reason: str, *, call: str, at: datetime) -> None:
        self.trigger_event(self.Removed, profile=profile, reason=reason, call=call, timestamp=at)

    def _drop(self, promise: Promise, reason: str, *, at: datetime) -> None:
        profile, call = promise["profile"], promise["call"]
        self.trigger_event(
            self.PromiseDropped, profile=profile, call=call, reason=reason, timestamp=at
        )

    def _let_lapse(self, moment: datetime, *, at: datetime) -> None:
        for each in tuple(self.promises):
            if each["made_at"] + PATIENCE < moment:
                self._drop(each, "lapsed", at=at)


def _is_same_place(held: Held, given: Assignment) -> bool:
    """A TxProfile gives way only to one of its own transaction (rule C10)."""
    return (
        held["connector"] == given.connector
        and held["purpose"] == given.purpose
        and held["stack_level"] == given.stack_level
        and (given.purpose != "TxProfile" or held["transaction"] == given.transaction)
    )


def _matches(profile: int, held: Held, criteria: Criteria) -> bool:
    if criteria.profile is not None:
        return profile == criteria.profile
    return (
        criteria.connector in {None, held["connector"]}
        and criteria.purpose in {None, held["purpose"]}
        and criteria.stack_level in {None, held["stack_level"]}
    )


def _is_meant(promise: Promise, id_tag: str, connector: int, started_at: datetime) -> bool:
    """Whether a start is the promised one. A station's clock may go wrong by minutes."""
    return (
        folded(promise["id_tag"]) == folded(id_tag)
        and promise["connector"] in {0, connector}
        and abs(started_at - promise["made_at"]) <= PATIENCE
    )


def _kept(promise: Promise, transaction: int, connector: int) -> Assignment:
    return Assignment(
        profile=promise["profile"],
        connector=connector,
        purpose="TxProfile",
        stack_level=promise["stack_level"],
        transaction=transaction,
        content=promise["content"],
        call=promise["call"],
    )
