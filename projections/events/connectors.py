"""Events of connectors."""

from typing import Annotated

from msgspec import Meta

from domain.model.aggregate import Fact
from domain.model.connector import Connector
from projections.events import members
from projections.events.public import About, Data, public


class Appeared(Data):
    """A station spoke of a connector for the first time."""

    connector: members.Connector


class StatusReported(Data):
    """A station told the status of a connector, and it differs from the one before."""

    connector: members.Connector
    status: Annotated[str, Meta(description="OCPP 1.6 section 7.7")]
    error_code: Annotated[str, Meta(description="OCPP 1.6 section 7.6")]
    info: Annotated[str, Meta(description="the station's words, as are the next two")]
    vendor_id: str
    vendor_error_code: str
    reported_at: Annotated[members.Time, Meta(description="by the station's clock")]
    current: Annotated[bool, Meta(description="false: it tells of what is past, late")]


def _place(fact: Fact) -> tuple[str, int]:
    station, _, number = fact.originator_id.removeprefix("connector:").rpartition(":")
    return station, int(number)


def _about(fact: Fact, _: str) -> About:
    station, number = _place(fact)
    return About(f"connector/{station}/{number}", station)


def _number(fact: Fact) -> int:
    return _place(fact)[1]


PUBLIC = (
    public("connector.appeared.v1", Connector.Appeared, Appeared, _about, connector=_number),
    public(
        "connector.status_reported.v1",
        Connector.StatusReported,
        StatusReported,
        _about,
        connector=_number,
    ),
)
