"""What is to be sent for a list to become as it is wished; blocking, for worker threads."""

from dataclasses import dataclass
from datetime import datetime

from commands.api.local_list_shapes import ListWish, TokensWish
from commands.api.office import Office
from commands.api.problems import Problem
from domain.model import local_entries
from domain.model.local_entries import Entries, Entry, amended, difference
from domain.model.local_list import Trust
from domain.model.values import Standing
from domain.ocpp import times
from domain.ocpp.v16.local_auth_list import payloads
from domain.ocpp.v16.local_auth_list.payloads import UpdateType
from projections import configuration, local_list_entries, local_lists, stations, tokens
from projections.local_lists import LocalListRow
from projections.tokens import TokenRow

_LIMIT = "SendLocalListMaxLength"


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a list."""

    row: LocalListRow
    entries: Entries

    @property
    def confirmed(self) -> bool:
        """Whether a Differential would do: the station has a list, and we know what is on it."""
        return self.row.trust == Trust.CONFIRMED and (self.row.version or 0) > 0

    @property
    def next_version(self) -> int:
        """At least 1, and more than the station ever told or accepted last (rule L1)."""
        return max(self.row.version or 0, self.row.accepted_version, 0) + 1


@dataclass(frozen=True, slots=True)
class ListPlan:
    """An update: no payloads when there is nothing to send."""

    update_type: UpdateType
    changes: tuple[Entry, ...]  # to what is known
    payloads: tuple[str, ...]
    version: int  # of the first part
    part_size: int
    based_on: int | None


def row_of(office: Office, station: str) -> LocalListRow:
    """The list of a station; raises Problem when nobody registered the station."""
    found = office.database.read(stations.find, station)
    if found is None or not found.registered:
        raise Problem(404, f"no station {station} is registered", kind="not-found")
    return office.database.read(local_lists.find, station) or LocalListRow(station=station)


def known_of(office: Office, station: str) -> Known:
    """A list with its entries; raises Problem."""
    row = row_of(office, station)
    return Known(row, office.database.read(local_list_entries.of, station))


def plan_of(office: Office, known: Known, wish: ListWish) -> ListPlan:
    """What fulfils a wish."""
    kind: UpdateType = wish.update_type or ("Differential" if known.confirmed else "Full")
    if wish.entries is not None:
        changes = tuple(entry.entry for entry in wish.entries)
        after = amended({} if wish.update_type else known.entries, changes)
    else:
        after = _wanted(office, wish.tokens or TokensWish())
        changes = difference(known.entries, after)
    if kind == "Full":
        changes = difference(known.entries, after)  # the same said of what goes whole
    sent = tuple(after.values()) if kind == "Full" else changes
    version = wish.version or known.next_version
    size = _part_size(office, known.row.station, wish.part_size)
    explicit = wish.entries is not None and wish.update_type is not None
    nothing = wish.entries is None and kind == "Differential" and not changes
    return ListPlan(
        update_type=kind,
        changes=changes,
        payloads=() if nothing else payloads.parts(kind, sent, version=version, size=size),
        version=version,
        part_size=size,
        based_on=None if explicit or kind == "Full" else known.row.version,
    )


def _wanted(office: Office, wish: TokensWish) -> dict[str, Entry]:
    rows = office.database.read(tokens.of_group, wish.group or "")
    now = office.clock()
    return local_entries.keyed(_entry(row, now) for row in rows)


def _entry(row: TokenRow, now: datetime) -> Entry:
    """A token as it is judged at this moment."""
    over = row.expires_at is not None and row.expires_at <= now
    expired = over and row.standing == Standing.ACCEPTED
    return Entry(
        row.id_tag,
        Standing.EXPIRED.value if expired else row.standing,
        times.write(row.expires_at) if row.expires_at else "",
        row.parent,
    )


def _part_size(office: Office, station: str, wished: int | None) -> int:
    """As wished, else as the station said (rule L4); 0 for any number."""
    if wished is not None:
        return wished
    told = office.database.read(configuration.value_of, station, _LIMIT) or ""
    return int(told) if told.isascii() and told.isdecimal() else 0
