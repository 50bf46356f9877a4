"""Events of campaigns and bulk calls."""

from typing import Annotated

import msgspec
from msgspec import Meta

from domain.model.aggregate import Fact
from domain.model.campaign import Campaign
from projections.events import members
from projections.events.public import About, Data, public

Id = Annotated[str, Meta(description="id of the campaign, as in the API")]


class Created(Data):
    """An operator planned to send one call to many stations."""

    campaign: Id
    kind: Annotated[str, Meta(description="campaign or bulk")]
    name: str
    action: Annotated[str, Meta(description="of OCPP")]
    stations: Annotated[int, Meta(description="how many")]


class Released(Data):
    """A wave goes out."""

    campaign: Id
    wave: Annotated[int, Meta(description="1 is the first")]
    size: Annotated[int, Meta(description="stations")]


class MemberDone(Data):
    """What came of one station of a campaign."""

    campaign: Id
    station: str
    call: members.Call
    outcome: Annotated[str, Meta(description="succeeded, failed or cancelled")]


class Moved(Data):
    """A campaign was paused, halted by its failures, resumed, cancelled, or has finished."""

    campaign: Id
    state: Annotated[str, Meta(description="paused, halted, running, cancelled or finished")]


def _id(fact: Fact) -> str:
    return fact.originator_id.removeprefix("campaign:")


def _about(fact: Fact, _: str) -> About:
    return About(f"campaign/{_id(fact)}")


_STATES = (
    (Campaign.Paused, "paused"),
    (Campaign.Halted, "halted"),
    (Campaign.Resumed, "running"),
    (Campaign.Cancelled, "cancelled"),
    (Campaign.Finished, "finished"),
)

PUBLIC = (
    public(
        "campaign.created.v1",
        Campaign.Created,
        Created,
        _about,
        campaign=_id,
        stations=lambda fact: len(msgspec.json.decode(fact.stations)),
    ),
    public("campaign.released.v1", Campaign.Released, Released, _about, campaign=_id),
    public("campaign.member_done.v1", Campaign.Reported, MemberDone, _about, campaign=_id),
    *(
        public("campaign.moved.v1", fact, Moved, _about, campaign=_id, state=lambda _, s=state: s)  # type: ignore[misc]  # each its own
        for fact, state in _STATES
    ),
)
