"""A configuration key as the API shows it."""

from pydantic import BaseModel, Field, StrictBool

from commands.api.shapes import Page, Text, Time


class Key(BaseModel, from_attributes=True):
    """A configuration key of a station: as reported, as desired, as changed last."""

    station: str
    key: str = Field(description="as the station spells it; it is compared in any case")
    value: str | None = Field(description="null: not known, or the station does not tell it")
    readonly: bool | None
    reported_at: Time | None = Field(description="when the station last spoke of it")
    unknown: bool = Field(description="the station says that it has no such key")
    desired: str | None
    desired_by: str
    desired_at: Time | None
    drift: bool = Field(description="what is desired is not known to be so")
    change_value: str | None = Field(description="of the last ChangeConfiguration")
    change_status: str = Field(
        description="requested; Accepted, Rejected, RebootRequired, NotSupported; or refused,"
        " timed_out, expired, cancelled"
    )
    changed_at: Time | None
    pending_reboot: bool = Field(description="accepted; in effect when the station has booted")


class Configuration(Page[Key]):
    """Keys of a station."""

    automatic: bool = Field(description="drift is put right without asking; off by default")


class Automation(BaseModel, from_attributes=True):
    """Whether drift from the desired configuration is put right without asking."""

    station: str
    automatic: bool
    set_by: str
    set_at: Time | None


class Applied(BaseModel):
    """What was placed to put drift right."""

    calls: list[str] = Field(description="ids; they wait an hour for the station at most")


class ValueWish(BaseModel, extra="forbid"):
    """A value, as text whatever the key is of (OCPP 1.6 section 6.9)."""

    value: Text = Field(max_length=500)


class Question(BaseModel, extra="forbid"):
    """Which keys are asked for."""

    keys: list[Text] = Field([], description="none: all of them")


class AutomationWish(BaseModel, extra="forbid"):
    """What the automation is to do."""

    automatic: StrictBool
