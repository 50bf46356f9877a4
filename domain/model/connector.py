"""A connector of a station (0 is the station's own controller): its status and who uses it."""

from datetime import datetime
from typing import Self

from domain.model.aggregate import Aggregate, Birth, Fact


class Connector(Aggregate):
    """Appears with the first message that names it; reports its status; is taken and freed."""

    TOPIC = "connector"
    SNAPSHOT_EVERY = 200

    class Appeared(Birth):
        """A message named this connector for the first time."""

        TOPIC = "connector.appeared"
        station: str
        number: int

    class StatusReported(Fact):
        """A StatusNotification. `current` is False when it tells of the past (rule S2)."""

        TOPIC = "connector.status_reported"
        status: str
        error_code: str
        info: str
        vendor_id: str
        vendor_error_code: str
        reported_at: datetime  # the station's clock; our own when it gave none
        current: bool

        def apply(self, connector: "Connector") -> None:
            if self.current:
                connector.status, connector.error_code = self.status, self.error_code
                connector.details = [self.info, self.vendor_id, self.vendor_error_code]
                connector.reported_at = self.reported_at

    class Taken(Fact):
        """A transaction started here. `current` is False when another one goes on meanwhile."""

        TOPIC = "connector.taken"
        transaction: int
        current: bool

        def apply(self, connector: "Connector") -> None:
            place = len(connector.transactions) if self.current else 0
            connector.transactions.insert(place, self.transaction)

    class Freed(Fact):
        """The transaction that ran here is over."""

        TOPIC = "connector.freed"
        transaction: int

        def apply(self, connector: "Connector") -> None:
            connector.transactions.remove(self.transaction)

    def __init__(self, *, station: str, number: int) -> None:
        self.station, self.number = station, number
        self.status, self.error_code = "", ""
        self.details = ["", "", ""]
        self.reported_at: datetime | None = None
        self.transactions: list[int] = []  # open ones, the current one last

    @classmethod
    def id_of(cls, station: str, number: int) -> str:
        """The stream of a connector."""
        return f"connector:{station}:{number}"

    @classmethod
    def appear(cls, station: str, number: int, *, at: datetime) -> Self:
        """A connector nobody declared: stations tell of them in any message (rule S6)."""
        stream = cls.id_of(station, number)
        return cls._create(cls.Appeared, id=stream, station=station, number=number, timestamp=at)

    def report(
        self,
        status: str,
        error_code: str,
        details: list[str],
        *,
        reported_at: datetime | None,
        at: datetime,
    ) -> bool:
        """Any transition is stored without veto (rule S5); `details`: info, vendor id and code.

        Returns whether it tells of now.
        """
        told = [status, error_code, details]
        happened = reported_at or at
        current = self.reported_at is None or happened >= self.reported_at
        if told == [self.status, self.error_code, self.details] and not self._moves(reported_at):
            return current
        self.trigger_event(
            self.StatusReported,
            status=status,
            error_code=error_code,
            info=details[0],
            vendor_id=details[1],
            vendor_error_code=details[2],
            reported_at=happened,
            current=current,
            timestamp=at,
        )
        return current

    def _moves(self, reported_at: datetime | None) -> bool:
        """Whether the same status is told of a later moment: what is older is then of the past."""
        known = self.reported_at
        return reported_at is not None and known is not None and reported_at > known

    @property
    def transaction(self) -> int:
        """The current transaction, 0 when there is none."""
        return self.transactions[-1] if self.transactions else 0

    def take(self, transaction: int, *, current: bool = True, at: datetime) -> None:
        """A transaction starts here; who was here before is the caller's to close."""
        if transaction not in self.transactions:
            self.trigger_event(self.Taken, transaction=transaction, current=current, timestamp=at)

    def free(self, transaction: int, *, at: datetime) -> None:
        """A transaction has ended; only one that is here frees the connector."""
        if transaction in self.transactions:
            self.trigger_event(self.Freed, transaction=transaction, timestamp=at)
