"""Events of what was put aside for a person, and what was decided of it."""

from typing import Annotated

from msgspec import Meta

from domain.model.aggregate import Fact
from domain.model.quarantine import Quarantine
from projections.events.public import About, Data, public

Case = Annotated[str, Meta(description="id of the case")]


class Kept(Data):
    """Something was put aside: it could not be understood, or contradicts the record."""

    case: Case
    kind: Annotated[str, Meta(description="orphan-stop, second-stop, late-values, …")]
    reason: str
    action: Annotated[str, Meta(description="of OCPP")]
    message_id: str


class Resolved(Data):
    """A person decided of it."""

    case: Case
    ruling: Annotated[str, Meta(description="assign, accept, reject, again or dismiss")]
    transaction: Annotated[int | None, Meta(description="that it was assigned to, or corrected")]


class Reopened(Data):
    """A person took the decision back."""

    case: Case


def _case(fact: Fact) -> str:
    return fact.originator_id


def _about(fact: Fact, station: str) -> About:
    whose = getattr(fact, "station", station)
    return About(f"station/{whose}", whose)


PUBLIC = (
    public("quarantine.kept.v1", Quarantine.Kept, Kept, _about, case=_case),
    public(
        "quarantine.resolved.v1",
        Quarantine.Resolved,
        Resolved,
        _about,
        case=_case,
        transaction=lambda fact: fact.transaction or None,
    ),
    public("quarantine.reopened.v1", Quarantine.Reopened, Reopened, _about, case=_case),
)
