"""What several messages of OCPP 1.6 share (section 7), members in the order given there."""

from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta, Raw, Struct

from domain.model.values import Verdict

LARGEST = 2**53 - 1  # what every JSON reader keeps exactly

Integer = Annotated[int, Meta(ge=-LARGEST, le=LARGEST)]
Time = Annotated[datetime, Meta(tz=True)]
Text20 = Annotated[str, Meta(max_length=20)]
Text25 = Annotated[str, Meta(max_length=25)]
Text50 = Annotated[str, Meta(max_length=50)]
Text255 = Annotated[str, Meta(max_length=255)]
Text500 = Annotated[str, Meta(max_length=500)]
Text512 = Annotated[str, Meta(max_length=512)]

AuthorizationStatus = Literal["Accepted", "Blocked", "Expired", "Invalid", "ConcurrentTx"]
AcceptedOrRejected = Literal["Accepted", "Rejected"]


class Record(Struct, forbid_unknown_fields=True, omit_defaults=True):
    """What all records share: nothing unknown comes in, nothing empty goes out."""


class Empty(Record):
    """A message without members."""


class IdTagInfo(Record, kw_only=True):
    """What is thought of an idTag (7.27)."""

    expiryDate: Time | None = None
    parentIdTag: Text20 | None = None
    status: AuthorizationStatus


def id_tag_info(verdict: Verdict) -> IdTagInfo:
    """A verdict as stations are told it."""
    return IdTagInfo(
        expiryDate=verdict.expires_at,
        parentIdTag=verdict.parent or None,
        status=verdict.standing.value,
    )


# --- meter values (7.33, 7.43) ---

ReadingContext = Literal[
    "Interruption.Begin",
    "Interruption.End",
    "Other",
    "Sample.Clock",
    "Sample.Periodic",
    "Transaction.Begin",
    "Transaction.End",
    "Trigger",
]
ValueFormat = Literal["Raw", "SignedData"]
Measurand = Literal[
    "Current.Export",
    "Current.Import",
    "Current.Offered",
    "Energy.Active.Export.Interval",
    "Energy.Active.Export.Register",
    "Energy.Active.Import.Interval",
    "Energy.Active.Import.Register",
    "Energy.Reactive.Export.Interval",
    "Energy.Reactive.Export.Register",
    "Energy.Reactive.Import.Interval",
    "Energy.Reactive.Import.Register",
    "Frequency",
    "Power.Active.Export",
    "Power.Active.Import",
    "Power.Factor",
    "Power.Offered",
    "Power.Reactive.Export",
    "Power.Reactive.Import",
    "RPM",
    "SoC",
    "Temperature",
    "Voltage",
]
Phase = Literal["L1", "L2", "L3", "N", "L1-N", "L2-N", "L3-N", "L1-L2", "L2-L3", "L3-L1"]
Location = Literal["Body", "Cable", "EV", "Inlet", "Outlet"]
UnitOfMeasure = Literal[
    "Wh", "kWh", "varh", "kvarh", "W", "kW", "VA", "kVA", "var", "kvar", "A", "V",
    "Celcius", "Celsius",  # the specification spells it both ways (OCPP-J errata 2.1)
    "Fahrenheit", "K", "Percent",
    "Hertz",  # in the official schema, not in the text
]  # fmt: skip


class SampledValue(Record):
    """One value; what is absent is as the specification says it is then."""

    value: str
    context: ReadingContext = "Sample.Periodic"
    format: ValueFormat = "Raw"
    measurand: Measurand = "Energy.Active.Import.Register"
    phase: Phase | None = None
    location: Location = "Outlet"
    unit: UnitOfMeasure | None = None  # Wh when an energy


SampledValues = Annotated[tuple[SampledValue, ...], Meta(min_length=1)]


class MeterValue(Record):
    """Values sampled at one moment; they stay raw, to be stored exactly as sent."""

    timestamp: Time | None
    sampledValue: Raw


# --- charging profiles (7.8, 7.13, 7.14) ---


def _one_decimal(name: str, value: float | None) -> None:
    if value is not None and round(value, 1) != value:
        raise ValueError(f"{name} has more than one decimal")


class ChargingSchedulePeriod(Record):
    """The limit from `startPeriod` seconds on, in the schedule's unit."""

    startPeriod: Integer
    limit: float
    numberPhases: Integer | None = None

    def __post_init__(self) -> None:
        """Raise ValueError for what the schema forbids with `multipleOf` (rule R17)."""
        _one_decimal("limit", self.limit)


class ChargingSchedule(Record, kw_only=True):
    """Limits over time, in amperes per phase or watts."""

    duration: Integer | None = None
    startSchedule: Time | None = None
    chargingRateUnit: Literal["A", "W"]
    chargingSchedulePeriod: tuple[ChargingSchedulePeriod, ...]
    minChargingRate: float | None = None

    def __post_init__(self) -> None:
        """Raise ValueError for what the schema forbids with `multipleOf` (rule R17)."""
        _one_decimal("minChargingRate", self.minChargingRate)


class ChargingProfile(Record, kw_only=True):
    """How fast a station may charge, for what and when."""

    chargingProfileId: Integer
    transactionId: Integer | None = None
    stackLevel: Integer
    chargingProfilePurpose: Literal["ChargePointMaxProfile", "TxDefaultProfile", "TxProfile"]
    chargingProfileKind: Literal["Absolute", "Recurring", "Relative"]
    recurrencyKind: Literal["Daily", "Weekly"] | None = None
    validFrom: Time | None = None
    validTo: Time | None = None
    chargingSchedule: ChargingSchedule
