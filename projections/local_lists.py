"""The read model of local lists: the version a station confirmed, and the update under way."""

import json
from dataclasses import dataclass
from datetime import datetime
from functools import singledispatch

from sqlalchemy import Connection, select

from domain.model.aggregate import Fact
from domain.model.list_update import ListUpdate
from domain.model.local_list import LocalList, Trust
from projections.readmodel import Key, Keyed, Row
from projections.tables import fetch, table


@dataclass(slots=True, kw_only=True)
class LocalListRow(Row):
    """The list of a station, and its last update of several parts.

    `trust`: unknown, confirmed, uncertain or unsupported; `update_state`: under_way, finished or
    abandoned, "" when none was ever sent.
    """

    station: str
    version: int | None = None  # the station's word; 0: empty, -1: it has none
    accepted_version: int = 0  # of the last update that was accepted, 0 for none
    trust: str = Trust.UNKNOWN.value
    supported: bool | None = None  # None: nothing that the station said shows it
    entries: int = 0  # on the list, as far as it is known
    changed_at: datetime | None = None  # the last update that was accepted
    told_at: datetime | None = None
    failed_at: datetime | None = None
    failure: str = ""  # status of the last update that was not accepted
    failed_version: int | None = None
    failed_call: str = ""
    conflict_at: datetime | None = None
    conflict_connector: int | None = None
    automatic: bool = False  # a Full follows a Differential that failed
    update_id: str = ""
    update_state: str = ""
    update_part: int = 0  # whose turn it is, or was at the end
    update_parts: int = 0
    update_reason: str = ""  # why it was abandoned
    update_by: str = ""


LISTS = table("local_lists_v1", LocalListRow, key=["station"])


@singledispatch
def _effect(fact: Fact, row: LocalListRow) -> None:
    """Facts that do not concern this view pass by."""


@_effect.register
def _(fact: LocalList.Replaced, row: LocalListRow) -> None:
    row.version, row.trust, row.supported = fact.version, Trust.CONFIRMED.value, True
    row.accepted_version = fact.version
    row.entries, row.changed_at = len(json.loads(fact.entries)), fact.timestamp


@_effect.register
def _(fact: LocalList.Amended, row: LocalListRow) -> None:
    row.version, row.trust, row.supported = fact.version, fact.trust, True
    row.accepted_version = fact.version
    row.entries, row.changed_at = fact.size, fact.timestamp


@_effect.register
def _(fact: LocalList.Told, row: LocalListRow) -> None:
    row.version, row.trust, row.supported = fact.version, fact.trust, fact.version >= 0
    row.told_at = fact.timestamp
    if fact.version <= 0:
        row.entries = 0


@_effect.register
def _(fact: LocalList.Failed, row: LocalListRow) -> None:
    row.trust, row.failure, row.failed_at = fact.trust, fact.status, fact.timestamp
    row.failed_version, row.failed_call = fact.version, fact.call
    if fact.status == "NotSupported":
        row.supported = False


@_effect.register
def _(_fact: LocalList.Doubted, row: LocalListRow) -> None:
    row.trust = Trust.UNCERTAIN.value


@_effect.register
def _(fact: LocalList.Conflicted, row: LocalListRow) -> None:
    row.conflict_at, row.conflict_connector = fact.timestamp, fact.connector


@_effect.register
def _(fact: LocalList.FallbackSwitched, row: LocalListRow) -> None:
    row.automatic = fact.on


@_effect.register
def _(fact: ListUpdate.Planned, row: LocalListRow) -> None:
    row.update_id, row.update_state, row.update_by = fact.update, "under_way", fact.by
    row.update_part, row.update_parts = 1, len(json.loads(fact.payloads))
    row.update_reason = ""


@_effect.register
def _(fact: ListUpdate.Advanced, row: LocalListRow) -> None:
    row.update_part = fact.part


@_effect.register
def _(_fact: ListUpdate.Finished, row: LocalListRow) -> None:
    row.update_state = "finished"


@_effect.register
def _(fact: ListUpdate.Abandoned, row: LocalListRow) -> None:
    row.update_state, row.update_reason = "abandoned", fact.reason


def _key(fact: Fact) -> Key:
    return (fact.originator_id.partition(":")[2],)


MODEL = Keyed("local_lists", LocalListRow, LISTS, key=_key, effect=_effect)
VIEW = select(LISTS)


def find(connection: Connection, station: str) -> LocalListRow | None:
    """The list of a station, when it was ever spoken of."""
    return next(iter(fetch(connection, VIEW.where(LISTS.c.station == station), LocalListRow)), None)
