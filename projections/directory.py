"""The Directory port on the read model of stations."""

import asyncio
from collections import OrderedDict

from sqlalchemy import Connection, Engine, select

from domain.log import Unavailable
from domain.ports import Listing
from projections.credentials import CREDENTIALS
from projections.engines import AWAY
from projections.stations import STATIONS

_REMEMBERED = 100_000
_QUERY = select(
    STATIONS.c.id,
    STATIONS.c.protocols,
    STATIONS.c.security_profile,
    STATIONS.c.credential,
    STATIONS.c.connection,
    CREDENTIALS.c.password_hash,
).outerjoin(CREDENTIALS, CREDENTIALS.c.id == STATIONS.c.credential)


class StationDirectory:
    """Asks the database; while that is away, what was last known of a station stands."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._known: OrderedDict[str, Listing] = OrderedDict()

    async def find(self, station: str) -> Listing | None:
        """The listing; None when nobody registered that station, or its password's hash is gone.

        Raises Unavailable when the database is away and nothing is known of the station.
        """
        try:
            found = await asyncio.to_thread(self._find, station)
        except AWAY as error:
            return self._last_known(station, error)
        self._remember(station, found)
        return found

    def _find(self, station: str) -> Listing | None:
        with self._engine.connect() as connection:
            return _listing(connection, station)

    def _last_known(self, station: str, error: Exception) -> Listing:
        known = self._known.get(station)
        if known is None:
            raise Unavailable("the register of stations is away") from error
        return known

    def _remember(self, station: str, found: Listing | None) -> None:
        self._known.pop(station, None)
        if found is not None:
            self._known[station] = found
        if len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)


# No hash: a station whose password got lost must not come in without one.
_NO_PASSWORD_FITS = "*"  # noqa: S105 - the opposite of a password


def _listing(connection: Connection, station: str) -> Listing | None:
    query = _QUERY.where(STATIONS.c.id == station, STATIONS.c.registered)
    found = connection.execute(query).first()
    if found is None:
        return None
    lost = found.credential and found.password_hash is None
    protocols = tuple(each.strip() for each in found.protocols.split(",") if each.strip())
    return Listing(
        station=found.id,
        protocols=protocols,
        security_profile=found.security_profile,
        password_hash=_NO_PASSWORD_FITS if lost else found.password_hash or "",
        connection=found.connection,
    )
