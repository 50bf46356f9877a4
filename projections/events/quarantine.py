"""Events of what was put aside for a person."""

from typing import Annotated

from msgspec import Meta

from domain.model.quarantine import Quarantine
from projections.events.public import About, Data, public


class Kept(Data):
    """Something was put aside: it could not be understood, or contradicts the record."""

    case: Annotated[str, Meta(description="id of the case")]
    reason: str
    action: Annotated[str, Meta(description="of OCPP")]
    message_id: str
    about: Annotated[str, Meta(description="what it claims to be about")]


def _about(fact: Quarantine.Kept, _: str) -> About:
    return About(f"station/{fact.station}", fact.station)


PUBLIC = (
    public(
        "quarantine.kept.v1",
        Quarantine.Kept,
        Kept,
        _about,
        case=lambda fact: fact.originator_id,
        about=lambda fact: fact.subject,
    ),
)
