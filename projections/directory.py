"""The Directory port on the read model of stations."""

import asyncio
from collections import OrderedDict

from sqlalchemy import Connection, Engine, select

from domain.log import Unavailable
from domain.ports import Listing, Password
from projections import credentials
from projections.engines import AWAY
from projections.stations import STATIONS, StationRow, offered_to, required_profile
from projections.tables import fetch

_REMEMBERED = 100_000


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
    query = select(STATIONS).where(STATIONS.c.id == station, STATIONS.c.registered)
    row = next(iter(fetch(connection, query, StationRow)), None)
    if row is None:
        return None
    return Listing(
        station=row.id,
        protocols=tuple(each.strip() for each in row.protocols.split(",") if each.strip()),
        security_profile=required_profile(row),
        next_profile=row.next_profile,
        passwords=_passwords(connection, row),
        serial_number=row.serial_number,
        connection=row.connection,
    )


def _passwords(connection: Connection, row: StationRow) -> tuple[Password, ...]:
    """The one it has, then those that it may have; none where none is asked for."""
    if not (required_profile(row) or row.next_profile):
        return ()
    found = credentials.found(connection, [row.credential, *offered_to(row)])
    hashes = ({row.credential: _NO_PASSWORD_FITS} if row.credential else {}) | found
    return tuple(Password(id, hash) for id, hash in hashes.items())
