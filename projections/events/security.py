"""Security events: for those who watch over many systems."""

from typing import Annotated

from msgspec import Meta

from domain.model.security_log import SecurityLog
from projections.events import members
from projections.events.public import Data, of_station, public


class Recorded(Data):
    """A station told of its security, or something was refused to it."""

    source: Annotated[str, Meta(description="station: it told so; csms: it was refused here")]
    type: Annotated[str, Meta(description="by the names of OCPP's security white paper")]
    severity: Annotated[str, Meta(description="critical or ordinary")]
    occurred_at: Annotated[members.Time, Meta(description="by the clock of the source")]
    tech_info: Annotated[str, Meta(description="the words of the source")]


PUBLIC = (
    public(
        "security_event.recorded.v1", SecurityLog.Recorded, Recorded, of_station("security_log:")
    ),
)
