"""The local list of a station, as the station confirmed it (OCPP 1.6 section 3.5.2)."""

from datetime import datetime
from enum import StrEnum
from typing import Self

from domain.model.aggregate import Aggregate, Birth, Fact
from domain.model.local_entries import Entry, amended, keyed, read, written

# After anything else that is not Accepted, the update may have been taken all the same.
_NO = frozenset({"Failed", "NotSupported", "VersionMismatch", "refused", "expired", "cancelled"})


class Trust(StrEnum):
    """How well we know what is on the list."""

    UNKNOWN = "unknown"  # it was never told as a whole
    CONFIRMED = "confirmed"
    UNCERTAIN = "uncertain"  # it was known, then something happened that we cannot see
    UNSUPPORTED = "unsupported"  # the station says that it has none


class LocalList(Aggregate):
    """Changes only when the station accepts (rule L6), whoever sent the update.

    `call` in a fact is the id of the call whose answer, or whose silence, led to it.
    """

    TOPIC = "local_list"
    SNAPSHOT_EVERY = 50

    class Begun(Birth):
        """The list was spoken of for the first time."""

        TOPIC = "local_list.begun"
        station: str

    class Replaced(Fact):
        """The station accepted a Full update."""

        TOPIC = "local_list.replaced"
        call: str
        version: int
        entries: str  # JSON: [[id tag, status, expiry date, parent], …]

        def apply(self, local_list: "LocalList") -> None:
            local_list.list_version, local_list.trust = self.version, Trust.CONFIRMED.value
            local_list.hold(keyed(read(self.entries)))
            local_list.lost = ""

    class Amended(Fact):
        """The station accepted a Differential update."""

        TOPIC = "local_list.amended"
        call: str
        version: int  # after the update
        changes: str  # JSON like `entries`, status "" where an entry was removed
        size: int  # of the list after it, in entries
        trust: str

        def apply(self, local_list: "LocalList") -> None:
            local_list.list_version, local_list.trust = self.version, self.trust
            local_list.hold(amended(local_list.entries, read(self.changes)))
            local_list.lost = ""

    class Told(Fact):
        """The station told the version of its list: 0 when it is empty, -1 when it has none."""

        TOPIC = "local_list.told"
        call: str
        version: int
        trust: str

        def apply(self, local_list: "LocalList") -> None:
            if self.version <= 0:
                local_list.hold({})
            if self.version <= 0 or self.version != local_list.list_version:
                local_list.lost = ""
            local_list.list_version, local_list.trust = self.version, self.trust

    class Failed(Fact):
        """An update was not accepted: `status` is the station's, or what became of the call."""

        TOPIC = "local_list.failed"
        call: str
        update_type: str
        version: int  # that was tried
        status: str
        trust: str

        def apply(self, local_list: "LocalList") -> None:
            if self.status not in _NO:
                local_list.lost, local_list.trust_before = self.call, local_list.trust
            elif self.call == local_list.lost:
                local_list.lost = ""
            local_list.trust = self.trust

    class Doubted(Fact):
        """An update was accepted so late that nobody knows what came after what."""

        TOPIC = "local_list.doubted"
        call: str

        def apply(self, local_list: "LocalList") -> None:
            local_list.trust = Trust.UNCERTAIN.value

    class Conflicted(Fact):
        """The station reports that its list contradicts what it was told of a token (rule L7)."""

        TOPIC = "local_list.conflicted"
        connector: int

    class FallbackSwitched(Fact):
        """Whether a Differential that failed is followed by a Full, unasked (rule L5)."""

        TOPIC = "local_list.fallback_switched"
        on: bool
        by: str

        def apply(self, local_list: "LocalList") -> None:
            local_list.fallback = self.on

    def __init__(self, *, station: str) -> None:
        self.station = station
        self.list_version: int | None = None  # the station's own word
        self.trust = Trust.UNKNOWN.value
        self.rows: dict[str, list[str]] = {}  # the values of entries, by folded tag
        self.lost = ""  # the last update without an answer, nothing having been confirmed since
        self.trust_before = Trust.UNKNOWN.value  # before it was lost
        self.fallback = False

    @classmethod
    def id_of(cls, station: str) -> str:
        """The stream of a station's list."""
        return f"local_list:{station}"

    @classmethod
    def begin(cls, station: str, *, at: datetime) -> Self:
        """A list of which nothing is known."""
        stream = cls.id_of(station)
        return cls._create(cls.Begun, id=stream, station=station, timestamp=at)

    @property
    def entries(self) -> dict[str, Entry]:
        """What is on the list, as far as we know."""
        return {tag: Entry(*values) for tag, values in self.rows.items()}

    def hold(self, entries: dict[str, Entry]) -> None:
        """Take this for what is on the list."""
        self.rows = {tag: list(entry) for tag, entry in entries.items()}

    # --- what the station says ---

    def replace(
        self, call: str, version: int, entries: tuple[Entry, ...], *, late: bool, at: datetime
    ) -> None:
        """The station has taken a Full update.

        Late counts, unless something was confirmed in the meantime: which was first?
        """
        if late and call != self.lost:
            self._doubt(call, at=at)
            return
        text = written(keyed(entries).values())
        self.trigger_event(self.Replaced, call=call, version=version, entries=text, timestamp=at)

    def amend(
        self, call: str, version: int, changes: tuple[Entry, ...], *, late: bool, at: datetime
    ) -> None:
        """The station has taken a Differential update; late as in `replace`."""
        if late and call != self.lost:
            self._doubt(call, at=at)
            return
        trust = self.trust_before if call == self.lost else self.trust
        self.trigger_event(
            self.Amended,
            call=call,
            version=version,
            changes=written(changes),
            size=len(amended(self.entries, changes)),
            trust=Trust.UNKNOWN.value if trust == Trust.UNSUPPORTED else trust,
            timestamp=at,
        )

    def fail(self, call: str, update_type: str, version: int, status: str, *, at: datetime) -> None:
        """An update was not taken, or nobody answered: what the station did is not known then."""
        found = call == self.lost  # a late no: it is as it was
        trust = self.trust_before if found else self.trust
        if status not in _NO and trust == Trust.CONFIRMED:
            trust = Trust.UNCERTAIN.value
        self.trigger_event(
            self.Failed,
            call=call,
            update_type=update_type,
            version=version,
            status=status,
            trust=trust,
            timestamp=at,
        )

    def tell(self, call: str, version: int, *, late: bool, at: datetime) -> None:
        """The station told its version (section 5.10); a late answer tells of the past."""
        if late:
            return
        trust = self._trust_in(version).value
        self.trigger_event(self.Told, call=call, version=version, trust=trust, timestamp=at)

    def conflict(self, connector: int, *, at: datetime) -> None:
        """The station reports LocalListConflict."""
        self.trigger_event(self.Conflicted, connector=connector, timestamp=at)

    # --- what operators want ---

    def switch_fallback(self, *, on: bool, by: str, at: datetime) -> None:
        """Have a failed Differential followed by a Full, or not."""
        if on != self.fallback:
            self.trigger_event(self.FallbackSwitched, on=on, by=by, timestamp=at)

    def _doubt(self, call: str, *, at: datetime) -> None:
        if self.trust == Trust.CONFIRMED:
            self.trigger_event(self.Doubted, call=call, timestamp=at)

    def _trust_in(self, told: int) -> Trust:
        """What a version that the station tells means for what we know."""
        if told <= 0:
            return Trust.UNSUPPORTED if told < 0 else Trust.CONFIRMED
        if told == self.list_version:
            return Trust(self.trust)
        known = self.trust in {Trust.CONFIRMED, Trust.UNCERTAIN}
        return Trust.UNCERTAIN if known else Trust.UNKNOWN
