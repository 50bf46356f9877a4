"""What the certificate authority is to do: sign requests, and revoke certificates."""

from typing import NamedTuple

from sqlalchemy import Connection, Engine, and_, or_, select

from domain.model.signing_request import State
from projections.certificate_requests import REQUESTS
from projections.client_certificates import CERTIFICATES
from projections.progress import Trust
from projections.stations import STATIONS
from projections.tables import fetch

_MOST = 20  # of each kind at a time
_PROVED = 2  # security profile: TLS, and it proved who it is; others could be anybody


class ToSign(NamedTuple):
    """A request, and what the station is registered as."""

    request: str
    station: str
    serial_number: str
    csr: str
    position: int  # where it came to be due

    @property
    def occasion(self) -> str:
        """What it is once: one that is approved again is another."""
        return f"sign:{self.request}:{self.position}"


class ToRevoke(NamedTuple):
    """A certificate of a station."""

    certificate: str
    station: str
    serial_number: str  # of the certificate
    position: int

    @property
    def occasion(self) -> str:
        """As of what is to be signed."""
        return f"revoke:{self.station}:{self.certificate}:{self.position}"


Work = ToSign | ToRevoke

_TO_SIGN = (
    select(
        REQUESTS.c.id.label("request"),
        REQUESTS.c.station,
        STATIONS.c.serial_number,
        REQUESTS.c.csr,
        REQUESTS.c.last_position.label("position"),
    )
    .join(STATIONS, and_(STATIONS.c.id == REQUESTS.c.station, STATIONS.c.registered))
    .where(REQUESTS.c.waiting)
    .order_by(REQUESTS.c.first_position)
    .limit(_MOST)
)
_TO_REVOKE = (
    select(
        CERTIFICATES.c.fingerprint.label("certificate"),
        CERTIFICATES.c.station,
        CERTIFICATES.c.serial_number,
        CERTIFICATES.c.revoking_position.label("position"),
    )
    .where(CERTIFICATES.c.revoking)
    .order_by(CERTIFICATES.c.first_position)
    .limit(_MOST)
)


class AuthorityQueue:
    """What the signing desk asks."""

    def __init__(self, engine: Engine, trust: Trust, *, automatic: bool) -> None:
        """`trust` is over the read models asked.

        `automatic`: nobody need approve the request of a station that came by security profile 2
        or 3, on the connection that it came by: what came before could be anybody's, and would make
        him the station for as long as it is valid.
        """
        self._engine, self._trust, self._automatic = engine, trust, automatic

    def next(self) -> list[Work]:
        """What is due, the oldest first; nothing while the rows cannot be trusted."""
        with self._engine.connect() as connection:
            return self._due(connection) if self._trust.holds(connection) else []

    def forget(self) -> None:
        """Another process asks now."""
        self._trust.forget()

    def _due(self, connection: Connection) -> list[Work]:
        decided = REQUESTS.c.state == State.APPROVED.value
        if self._automatic:
            proved = STATIONS.c.connected_profile >= _PROVED
            decided = or_(decided, and_(proved, REQUESTS.c.requested_at >= STATIONS.c.connected_at))
        return [
            *fetch(connection, _TO_SIGN.where(decided), ToSign),
            *fetch(connection, _TO_REVOKE, ToRevoke),
        ]
