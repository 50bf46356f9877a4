"""Small values that several aggregates speak of."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Registration(StrEnum):
    """What BootNotification of a station is answered (OCPP 1.6 section 4.2)."""

    ACCEPTED = "Accepted"
    PENDING = "Pending"
    REJECTED = "Rejected"


class Standing(StrEnum):
    """What is thought of a token (OCPP 1.6 AuthorizationStatus)."""

    ACCEPTED = "Accepted"
    BLOCKED = "Blocked"
    EXPIRED = "Expired"
    INVALID = "Invalid"
    CONCURRENT = "ConcurrentTx"


@dataclass(frozen=True, slots=True)
class Verdict:
    """The outcome of judging a token at a moment."""

    standing: Standing
    expires_at: datetime | None = None
    parent: str = ""


@dataclass(frozen=True, slots=True)
class Profile:
    """What an operator says of a station when registering it."""

    protocols: str = "ocpp1.6"  # comma separated, in no order of preference
    security_profile: int = 0
    registration: Registration = Registration.ACCEPTED
    heartbeat_interval: int = 300  # s
    boot_retry_interval: int = 60  # s, 0: the station chooses
    serial_number: str = ""
    note: str = ""
    credential: str = ""  # id of the password's hash, "" without password
    labels: str = ""  # comma separated, sorted; for choosing many stations at once


@dataclass(frozen=True, slots=True, kw_only=True)
class Socket:
    """A connection of a station, as its gateway tells of it; "" and 0 where nothing is known."""

    connection: int  # grows per station
    node: str
    protocol: str
    remote: str = ""
    profile: int = 0  # security profile that it came with
    credential: str = ""  # id of the password that fitted
    certificate: str = ""  # SHA-256 of its client certificate, hexadecimal


@dataclass(frozen=True, slots=True)
class Boot:
    """What a station tells of itself in BootNotification; "" where it says nothing."""

    vendor: str
    model: str
    charge_point_serial_number: str = ""
    charge_box_serial_number: str = ""
    firmware_version: str = ""
    iccid: str = ""
    imsi: str = ""
    meter_type: str = ""
    meter_serial_number: str = ""


def folded(tag: str) -> str:
    """Id tags are case-insensitive (CiString, OCPP 1.6 errata 3.58): how they are compared."""
    return tag.casefold()
