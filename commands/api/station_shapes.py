"""A station as the API shows it."""

from pydantic import BaseModel, Field

from commands.api.shapes import Page, Time
from projections.stations import StationSeen, required_profile
from projections.strangers import StrangerRow


class Connection(BaseModel):
    """The newest socket of a station."""

    id: int = Field(description="grows with every connection of the station")
    node: str = Field(description="the gateway that holds or held it")
    protocol: str
    remote: str
    security_profile: int = Field(description="that it came with")
    certificate: str | None = Field(description="SHA-256 of its client certificate, hexadecimal")
    connected_at: Time | None
    disconnected_at: Time | None
    code: int | None = Field(description="RFC 6455 section 7.4")
    reason: str


class Boot(BaseModel, from_attributes=True):
    """What the station said in its last BootNotification, and what it was answered."""

    status: str = Field(validation_alias="boot_status")
    at: Time = Field(validation_alias="booted_at")
    vendor: str
    model: str
    charge_point_serial_number: str
    charge_box_serial_number: str
    firmware_version: str
    iccid: str
    imsi: str
    meter_type: str
    meter_serial_number: str


class Station(BaseModel):
    """A registered station."""

    id: str
    protocols: list[str]
    security_profile: int = Field(description="that it must come with")
    next_profile: int | None = Field(
        description="higher one, of an upgrade that is under way: it may come with that too"
    )
    has_password: bool
    password_changing: bool = Field(
        description="a new password is on its way, or was not answered: the old one fits as well"
    )
    registration: str
    heartbeat_interval: int
    boot_retry_interval: int
    serial_number: str
    note: str
    labels: list[str]
    registered_at: Time | None
    online: bool
    last_frame_at: Time | None
    connection: Connection | None
    boot: Boot | None


class Stranger(BaseModel):
    """A station nobody registered that asked to connect."""

    id: str
    protocols: list[str] = Field(description="what it offered last")
    remote: str
    knocks: int
    first_at: Time | None
    last_at: Time | None


class StrangerPage(Page[Stranger]):
    """Some of those that nobody registered."""

    total: int = Field(description="how many there are, on all pages")


def station_of(row: StationSeen) -> Station:
    return Station(
        id=row.id,
        protocols=row.protocols.split(","),
        security_profile=required_profile(row),
        next_profile=row.next_profile or None,
        has_password=bool(row.credential),
        password_changing=bool(row.offered),
        registration=row.registration,
        heartbeat_interval=row.heartbeat_interval,
        boot_retry_interval=row.boot_retry_interval,
        serial_number=row.serial_number,
        note=row.note,
        labels=[label for label in row.labels.split(",") if label],
        registered_at=row.registered_at,
        online=row.online,
        last_frame_at=row.last_frame_at,
        connection=_connection(row) if row.connection else None,
        boot=_boot(row),
    )


def _connection(row: StationSeen) -> Connection:
    return Connection(
        id=row.connection,
        node=row.node,
        protocol=row.protocol,
        remote=row.remote,
        security_profile=row.connected_profile,
        certificate=row.certificate or None,
        connected_at=row.connected_at,
        disconnected_at=None if row.online else row.disconnected_at,
        code=None if row.online else row.disconnect_code,
        reason="" if row.online else row.disconnect_reason,
    )


def _boot(row: StationSeen) -> Boot | None:
    return Boot.model_validate(row) if row.booted_at else None


def stranger_of(row: StrangerRow) -> Stranger:
    return Stranger(
        id=row.id,
        protocols=row.protocol.split(","),
        remote=row.remote,
        knocks=row.knocks,
        first_at=row.first_knocked_at,
        last_at=row.last_knocked_at,
    )
