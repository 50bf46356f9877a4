"""The read model of campaigns and bulk calls: where each stands, and how many came to what."""

from dataclasses import dataclass
from datetime import datetime
from functools import singledispatch

import orjson
from sqlalchemy import Connection, Index, select

from domain.model.aggregate import Fact
from domain.model.campaign import Campaign
from projections.readmodel import Key, Keyed, Row
from projections.tables import fetch, partial_index, table


@dataclass(slots=True, kw_only=True)
class CampaignRow(Row):
    """A campaign. `state`: running, paused, halted, cancelling, cancelled or finished.

    Its stations are `waiting` for their wave, `under_way`, or came to one of the outcomes.
    """

    id: str
    kind: str = ""  # campaign or bulk
    name: str = ""
    state: str = ""
    open: bool = True  # some station has no outcome yet
    reason: str = ""  # why it was halted last
    action: str = ""
    request: str = ""  # JSON; {station} stands for the id of the station
    remark: str = ""  # what was found out before
    canary: int = 0  # stations of the first wave; 0: as many as of any
    wave_size: int = 0  # 0: all that are left
    max_failure_permille: int = 0  # of a wave
    until: str = ""  # answered or completed: when a station is done
    ttl: int = 0  # s
    timeout: int = 0  # s
    deadline: int = 0  # s
    wave: int = 0  # released last
    total: int = 0  # stations
    waiting: int = 0
    under_way: int = 0
    succeeded: int = 0
    failed: int = 0
    cancelled: int = 0
    created_at: datetime | None = None
    created_by: str = ""
    changed_at: datetime | None = None  # by an operator, or by itself
    changed_by: str = ""  # "" when by itself
    finished_at: datetime | None = None


CAMPAIGNS = table(
    "campaigns_v2",
    CampaignRow,
    partial_index("campaigns_v2_open", "first_position", where="open"),
    Index("campaigns_v2_order", "kind", "first_position"),
    key=["id"],
)


@singledispatch
def _effect(fact: Fact, row: CampaignRow) -> None:
    """Facts that do not concern this view pass by."""


@_effect.register
def _(fact: Campaign.Created, row: CampaignRow) -> None:
    row.kind, row.name, row.state = fact.kind, fact.name, "running"
    row.action, row.request, row.remark = fact.action, fact.payload, fact.remark
    row.canary, row.wave_size = fact.canary, fact.wave_size
    row.max_failure_permille, row.until = fact.max_failure_permille, fact.until
    row.ttl, row.timeout, row.deadline = fact.ttl, fact.timeout, fact.deadline
    row.total = row.waiting = len(orjson.loads(fact.stations))
    row.created_at, row.created_by = fact.timestamp, fact.by


@_effect.register
def _(fact: Campaign.Released, row: CampaignRow) -> None:
    row.wave = fact.wave
    row.waiting -= fact.size
    row.under_way += fact.size


@_effect.register
def _(fact: Campaign.Reported, row: CampaignRow) -> None:
    row.under_way -= 1
    setattr(row, fact.outcome, getattr(row, fact.outcome) + 1)


@_effect.register
def _(fact: Campaign.Paused, row: CampaignRow) -> None:
    _turn(row, "paused", fact.timestamp, fact.by)


@_effect.register
def _(fact: Campaign.Halted, row: CampaignRow) -> None:
    row.reason = fact.reason
    _turn(row, "halted", fact.timestamp, "")


@_effect.register
def _(fact: Campaign.Resumed, row: CampaignRow) -> None:
    _turn(row, "running", fact.timestamp, fact.by)


@_effect.register
def _(fact: Campaign.Cancelled, row: CampaignRow) -> None:
    row.cancelled, row.waiting = row.cancelled + row.waiting, 0
    _turn(row, "cancelling", fact.timestamp, fact.by)


@_effect.register
def _(fact: Campaign.Finished, row: CampaignRow) -> None:
    row.state = "cancelled" if row.state == "cancelling" else "finished"
    row.open, row.finished_at = False, fact.timestamp


def _turn(row: CampaignRow, state: str, at: datetime, by: str) -> None:
    row.state, row.changed_at, row.changed_by = state, at, by


def _key(fact: Fact) -> Key:
    return (fact.originator_id.removeprefix("campaign:"),)


MODEL = Keyed("campaigns", CampaignRow, CAMPAIGNS, key=_key, effect=_effect, version=2)
VIEW = select(CAMPAIGNS)


def find(connection: Connection, campaign: str) -> CampaignRow | None:
    """A campaign or bulk call."""
    query = VIEW.where(CAMPAIGNS.c.id == campaign)
    return next(iter(fetch(connection, query, CampaignRow)), None)


def listed(
    connection: Connection, *, kind: str, before: int = 0, limit: int = 100
) -> list[CampaignRow]:
    """Those of a kind, the newest first, of a `first_position` before `before` (0: any)."""
    query = VIEW.where(CAMPAIGNS.c.kind == kind)
    if before:
        query = query.where(CAMPAIGNS.c.first_position < before)
    query = query.order_by(CAMPAIGNS.c.first_position.desc()).limit(limit)
    return fetch(connection, query, CampaignRow)


def unfinished(connection: Connection) -> list[CampaignRow]:
    """Those that are not over, the oldest first."""
    query = VIEW.where(CAMPAIGNS.c.open).order_by(CAMPAIGNS.c.first_position)
    return fetch(connection, query, CampaignRow)
