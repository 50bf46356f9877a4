"""Events of stations: known, here, gone, and how they present themselves."""

from typing import Annotated

from msgspec import Meta

from domain.model.access import Access
from domain.model.station import Station
from domain.model.stranger import Stranger
from projections.events.public import Data, of_station, public

_ABOUT, _OF_ACCESS = of_station("station:"), of_station("access:")


class Registered(Data):
    """An operator made a station known, or the policy for strangers did."""


class Configured(Data):
    """How an operator wants a station to be treated."""

    protocols: Annotated[str, Meta(description="OCPP versions it may speak, by commas")]
    security_profile: Annotated[int, Meta(description="0 to 3")]
    registration: Annotated[str, Meta(description="what BootNotification is answered with")]
    heartbeat_interval: Annotated[int, Meta(description="s")]
    labels: Annotated[str, Meta(description="by commas")]


class Removed(Data):
    """An operator took a station out of the register."""


class Restored(Data):
    """A removed station was registered again."""


class Connected(Data):
    """A socket of a station became the current one."""

    connection: Annotated[int, Meta(description="grows with each socket of this station")]
    protocol: str
    security_profile: Annotated[int, Meta(description="that it came with")]


class Disconnected(Data):
    """The current socket of a station ended."""

    connection: int
    code: Annotated[int, Meta(description="RFC 6455 section 7.4; 1006: it broke")]
    reason: str


class Booted(Data):
    """A station sent a BootNotification."""

    status: Annotated[str, Meta(description="what it was answered")]
    vendor: str
    model: str
    serial_number: Annotated[str, Meta(description="of the charge point")]
    firmware_version: str
    meter_type: str
    meter_serial_number: str


class ProfileChanged(Data):
    """The security profile that a station must come with is another one now."""

    security_profile: Annotated[int, Meta(description="0 to 3")]


class PasswordChanged(Data):
    """A station has another password now."""


class Knocked(Data):
    """A station that nobody registered asked for a connection and was refused."""

    protocol: Annotated[str, Meta(description="that it offered")]


PUBLIC = (
    public("station.registered.v1", Station.Registered, Registered, _ABOUT),
    public("station.configured.v1", Station.Configured, Configured, _ABOUT),
    public("station.removed.v1", Station.Removed, Removed, _ABOUT),
    public("station.restored.v1", Station.Restored, Restored, _ABOUT),
    public(
        "station.connected.v1",
        Station.Connected,
        Connected,
        _ABOUT,
        security_profile=lambda fact: fact.profile,
    ),
    public("station.disconnected.v1", Station.Disconnected, Disconnected, _ABOUT),
    public(
        "station.booted.v1",
        Station.Booted,
        Booted,
        _ABOUT,
        serial_number=lambda fact: fact.charge_point_serial_number,
    ),
    *(
        public(
            "station.security_profile_changed.v1",
            fact,
            ProfileChanged,
            _OF_ACCESS,
            security_profile=lambda fact: fact.profile,
        )
        for fact in (Access.ProfileSet, Access.Upgraded)
    ),
    *(
        public("station.password_changed.v1", fact, PasswordChanged, _OF_ACCESS)
        for fact in (Access.PasswordSet, Access.Adopted)
    ),
    public("station.knocked.v1", Stranger.Knocked, Knocked, of_station("stranger:")),
)
