"""Who lives: the gateways that renew their lease, and when each station spoke last."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from domain import wire
from projections.tables import among, table, upsert


@dataclass(slots=True, kw_only=True)
class Presence:
    """The last sign of life of a station, and on which connection."""

    station: str
    connection: int
    last_seen: datetime


@dataclass(slots=True, kw_only=True)
class Gateway:
    """A gateway lives until `until`, by its own clock."""

    node: str
    until: datetime


PRESENCE = table("presence_v1", Presence, key=["station"])
GATEWAYS = table("gateways_v1", Gateway, key=["node"])


def record(connection: Connection, leases: Iterable[wire.Lease]) -> None:
    """Take in leases, in any order and as often as they come: the latest time stands."""
    gateways: dict[str, Gateway] = {}
    seen: dict[str, Presence] = {}
    for lease in leases:
        _keep_gateway(gateways, lease)
        for station, number, at in lease.seen:
            if station not in seen or seen[station].last_seen < at:
                seen[station] = Presence(station=station, connection=number, last_seen=at)
    upsert(connection, GATEWAYS, _newer_gateways(connection, gateways))
    upsert(connection, PRESENCE, _newer_presence(connection, seen))


def forget_gateways(connection: Connection, *, before: datetime) -> None:
    """Drop the leases that ended before an instant."""
    connection.execute(GATEWAYS.delete().where(GATEWAYS.c.until < before))


def _keep_gateway(gateways: dict[str, Gateway], lease: wire.Lease) -> None:
    known = gateways.get(lease.node)
    if known is None or known.until < lease.until:
        gateways[lease.node] = Gateway(node=lease.node, until=lease.until)


def _newer_gateways(connection: Connection, gateways: dict[str, Gateway]) -> list[Gateway]:
    query = GATEWAYS.select().where(among(connection, GATEWAYS.c.node, list(gateways)))
    until = {row.node: row.until for row in connection.execute(query)}
    return [new for node, new in gateways.items() if node not in until or until[node] < new.until]


def _newer_presence(connection: Connection, seen: dict[str, Presence]) -> list[Presence]:
    query = PRESENCE.select().where(among(connection, PRESENCE.c.station, list(seen)))
    last = {row.station: row.last_seen for row in connection.execute(query)}
    return [new for name, new in seen.items() if name not in last or last[name] < new.last_seen]
