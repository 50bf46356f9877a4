"""A charging station: what an operator registered, and what it told of itself."""

from dataclasses import asdict, fields
from datetime import datetime
from types import MappingProxyType
from typing import Any, Self

from domain.model import trigger
from domain.model.aggregate import Aggregate, Birth, Fact, Refused
from domain.model.values import Boot, Profile, Registration, Socket


class Station(Aggregate):
    """Registered by an operator or adopted by policy; then it connects, boots, goes away."""

    TOPIC = "station"
    SNAPSHOT_EVERY = 100
    ADDED = MappingProxyType(
        {"labels": "", "reservations": {}, "charging_managed": False, "triggers": []}
    )

    class Registered(Birth):
        """The station was made known."""

        TOPIC = "station.registered"
        by: str

    class Configured(Fact):
        """How an operator wants the station to be treated."""

        TOPIC = "station.configured"
        class_version = 2  # 2: labels
        protocols: str
        security_profile: int
        registration: str
        heartbeat_interval: int
        boot_retry_interval: int
        serial_number: str
        note: str
        credential: str
        labels: str
        by: str

        @staticmethod
        def upcast_v1_v2(state: dict[str, Any]) -> None:
            """Stations had no labels."""
            state["labels"] = ""

        def apply(self, station: "Station") -> None:
            for field in fields(Profile):
                setattr(station, field.name, getattr(self, field.name))

    class Removed(Fact):
        """An operator took the station out of the register."""

        TOPIC = "station.removed"
        by: str

        def apply(self, station: "Station") -> None:
            station.registered = False

    class Restored(Fact):
        """A removed station was registered again."""

        TOPIC = "station.restored"
        by: str

        def apply(self, station: "Station") -> None:
            station.registered = True

    class Connected(Fact):
        """A socket of the station became the current one."""

        TOPIC = "station.connected"
        class_version = 2  # 2: profile, credential, certificate
        connection: int
        node: str
        protocol: str
        remote: str
        profile: int
        credential: str
        certificate: str

        @staticmethod
        def upcast_v1_v2(state: dict[str, Any]) -> None:
            """Gateways told nothing of how a station proved itself."""
            state.update(profile=0, credential="", certificate="")

        def apply(self, station: "Station") -> None:
            station.connection, station.node = self.connection, self.node
            station.protocol, station.online = self.protocol, True

    class Disconnected(Fact):
        """The current socket ended."""

        TOPIC = "station.disconnected"
        connection: int
        code: int
        reason: str

        def apply(self, station: "Station") -> None:
            station.online = False

    class DisconnectWished(Fact):
        """An operator wants the current socket closed."""

        TOPIC = "station.disconnect_wished"
        connection: int
        by: str

    class Booted(Fact):
        """The station sent a BootNotification, and what it was answered."""

        TOPIC = "station.booted"
        status: str
        vendor: str
        model: str
        charge_point_serial_number: str
        charge_box_serial_number: str
        firmware_version: str
        iccid: str
        imsi: str
        meter_type: str
        meter_serial_number: str

        def apply(self, station: "Station") -> None:
            if self.firmware_version != station.firmware_version:
                station.firmware_version = self.firmware_version
                station.deviations = []

    class Deviated(Fact):
        """A message left the specification and was read all the same; told once per firmware."""

        TOPIC = "station.deviated"
        action: str
        deviation: str

        def apply(self, station: "Station") -> None:
            station.deviations.append(f"{self.action}: {self.deviation}")

    class Reserved(Fact):
        """A reservation stands here, at this connector (0: any)."""

        TOPIC = "station.reserved"
        number: int
        connector: int

        def apply(self, station: "Station") -> None:
            station.reservations[self.number] = self.connector

    class Unreserved(Fact):
        """It stands no more."""

        TOPIC = "station.unreserved"
        number: int

        def apply(self, station: "Station") -> None:
            del station.reservations[self.number]

    class ChargingManaged(Fact):
        """It accepted a charging profile: from now on starts and stops look for what it holds."""

        TOPIC = "station.charging_managed"

        def apply(self, station: "Station") -> None:
            station.charging_managed = True

    class TriggerAccepted(Fact):
        """The station will send a message that TriggerMessage asked for."""

        TOPIC = "station.trigger_accepted"
        call: str
        message: str
        connector: int | None

        def apply(self, station: "Station") -> None:
            new = trigger.accepted(self.call, self.message, self.connector, at=self.timestamp)
            station.triggers = [*trigger.kept(station.triggers, at=self.timestamp), new]

    class Triggered(Fact):
        """It sent such a message."""

        TOPIC = "station.triggered"
        call: str
        message_id: str
        action: str
        connector: int | None

        def apply(self, station: "Station") -> None:
            station.triggers = trigger.fulfilled(station.triggers, self.call, self.connector)

    class TriggersLapsed(Fact):
        """The time is over in which messages could come of some triggers."""

        TOPIC = "station.triggers_lapsed"

        def apply(self, station: "Station") -> None:
            station.triggers = trigger.live(station.triggers, at=self.timestamp)

    def __init__(self) -> None:
        self.registered, self.registration, self.protocols = True, "", ""
        self.security_profile, self.heartbeat_interval, self.boot_retry_interval = 0, 0, 0
        self.serial_number, self.note, self.credential, self.labels = "", "", "", ""
        self.connection, self.node, self.online = 0, "", False
        self.protocol = "ocpp1.6"  # of the current or last connection
        self.firmware_version, self.charging_managed = "", False
        self.deviations: list[str] = []
        self.triggers: list[trigger.Trigger] = []  # accepted; some may have lapsed
        self.reservations: dict[int, int] = {}  # that stand: number, connector

    @classmethod
    def id_of(cls, station: str) -> str:
        """The stream of a station."""
        return f"station:{station}"

    @classmethod
    def register(cls, station: str, profile: Profile, *, by: str, at: datetime) -> Self:
        """Make a station known."""
        made = cls._create(cls.Registered, id=cls.id_of(station), by=by, timestamp=at)
        made.configure(profile, by=by, at=at)
        return made

    def configure(self, profile: Profile, *, by: str, at: datetime) -> None:
        """Change how the station is treated; brings a removed one back."""
        if not self.registered:
            self.trigger_event(self.Restored, by=by, timestamp=at)
        wanted = asdict(profile)
        if any(getattr(self, name) != value for name, value in wanted.items()):
            self.trigger_event(self.Configured, **wanted, by=by, timestamp=at)

    def remove(self, *, by: str, at: datetime) -> None:
        """Take the station out of the register; what it did stays on record."""
        if not self.registered:
            raise Refused("this station is not registered", Refused.NOT_FOUND)
        self.trigger_event(self.Removed, by=by, timestamp=at)

    def connect(self, socket: Socket, *, at: datetime) -> None:
        """The newest socket wins; the current one may be found alive after it was given up."""
        found_alive = socket.connection == self.connection and not self.online
        if socket.connection > self.connection or found_alive:
            self.trigger_event(self.Connected, **asdict(socket), timestamp=at)

    def disconnect(self, connection: int, *, code: int, reason: str, at: datetime) -> None:
        """Only the end of the current socket takes the station offline."""
        if self.online and connection == self.connection:
            self.trigger_event(
                self.Disconnected, connection=connection, code=code, reason=reason, timestamp=at
            )

    def wish_disconnect(self, *, by: str, at: datetime) -> None:
        """Have the current socket closed."""
        if not self.online:
            raise Refused("this station is not connected", Refused.NOT_CONNECTED)
        self.trigger_event(self.DisconnectWished, connection=self.connection, by=by, timestamp=at)

    def boot(self, boot: Boot, *, at: datetime) -> tuple[Registration, int]:
        """What BootNotification is answered: the status and the interval in seconds (4.2)."""
        self.trigger_event(self.Booted, status=self.registration, **asdict(boot), timestamp=at)
        status = Registration(self.registration)
        accepted = status is Registration.ACCEPTED
        return status, self.heartbeat_interval if accepted else self.boot_retry_interval

    def deviate(self, action: str, deviation: str, *, at: datetime) -> None:
        """Remember a departure from the specification; the hundredth kind is the last one told."""
        deviation = deviation[:200]
        if f"{action}: {deviation}" not in self.deviations and len(self.deviations) < 100:
            self.trigger_event(self.Deviated, action=action, deviation=deviation, timestamp=at)

    def reserve(self, number: int, connector: int, *, at: datetime) -> None:
        """Remember a reservation that stands, so that statuses find it."""
        if self.reservations.get(number) != connector:
            self.trigger_event(self.Reserved, number=number, connector=connector, timestamp=at)

    def unreserve(self, number: int, *, at: datetime) -> None:
        """It stands no more."""
        if number in self.reservations:
            self.trigger_event(self.Unreserved, number=number, timestamp=at)

    def manage_charging(self, *, at: datetime) -> None:
        """It holds a charging profile for the first time."""
        if not self.charging_managed:
            self.trigger_event(self.ChargingManaged, timestamp=at)

    def accept_trigger(
        self, call: str, message: str, connector: int | None, *, at: datetime
    ) -> None:
        """It will send the message, at once (5.17)."""
        self.trigger_event(
            self.TriggerAccepted, call=call, message=message, connector=connector, timestamp=at
        )

    def follow_trigger(self, call: str, message: trigger.Message, *, at: datetime) -> None:
        """A message came of a trigger: `trigger.cause` told of which."""
        self.trigger_event(self.Triggered, call=call, **message._asdict(), timestamp=at)

    def lapse_triggers(self, *, at: datetime) -> None:
        """Forget those whose time is over: without a connector none is ever fulfilled."""
        if len(trigger.live(self.triggers, at=at)) < len(self.triggers):
            self.trigger_event(self.TriggersLapsed, timestamp=at)
