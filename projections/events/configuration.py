"""Events of configuration: which keys; what they hold may be a secret or a tag, and is not told."""

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from domain.model.configuration import Configuration
from projections.events import members
from projections.events.public import Data, of_station, public

_ABOUT = of_station("configuration:")


class Reported(Data):
    """A station told its configuration."""

    keys: Annotated[tuple[str, ...], Meta(description="that it told the value of")]
    unknown: Annotated[tuple[str, ...], Meta(description="that it does not have")]
    complete: Annotated[bool, Meta(description="it was asked for all keys")]


class Changed(Data):
    """A station answered to the change of a key."""

    call: members.Call
    key: str
    status: Annotated[str, Meta(description="OCPP 1.6 section 7.21: Accepted, …")]


class TookEffect(Data):
    """A change counts since the station has booted."""

    key: str


class Desired(Data):
    """An operator says what a key should be."""

    key: str


def _keys(fact: Configuration.Reported) -> tuple[str, ...]:
    told: list[dict[str, Any]] = msgspec.json.decode(fact.keys)
    return tuple(each["key"] for each in told)


PUBLIC = (
    public(
        "configuration.reported.v1",
        Configuration.Reported,
        Reported,
        _ABOUT,
        keys=_keys,
        unknown=lambda fact: tuple(msgspec.json.decode(fact.unknown)),
    ),
    public("configuration.changed.v1", Configuration.Changed, Changed, _ABOUT),
    public("configuration.took_effect.v1", Configuration.TookEffect, TookEffect, _ABOUT),
    public("configuration.desired.v1", Configuration.Desired, Desired, _ABOUT),
)
