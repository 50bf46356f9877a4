"""Events of reservations: asked of a station, kept by it, over."""

from typing import Annotated

from msgspec import Meta

from domain.model.aggregate import Fact
from domain.model.reservation import Reservation
from projections.events import members
from projections.events.public import About, Data, public

Number = Annotated[int, Meta(description="number of the reservation at its station")]


class Asked(Data):
    """A station is asked to keep a connector for a token."""

    reservation: Number
    call: members.Call
    connector: members.Connector
    token: members.Token
    expires_at: members.Time


class Accepted(Data):
    """A station keeps a connector for a token."""

    reservation: Number
    connector: members.Connector
    token: members.Token
    expires_at: members.Time


class Refused(Data):
    """A station does not keep it, or did not say."""

    reservation: Number
    call: members.Call
    outcome: Annotated[str, Meta(description="declined, failed or unanswered: it may stand")]


class Ended(Data):
    """A reservation stands no more."""

    reservation: Number
    outcome: Annotated[str, Meta(description="used, cancelled, expired or ended")]
    transaction: Annotated[int | None, Meta(description="that used it")]


def _place(fact: Fact) -> tuple[str, int]:
    station, _, number = fact.originator_id.removeprefix("reservation:").rpartition(":")
    return station, int(number)


def _about(fact: Fact, _: str) -> About:
    station, number = _place(fact)
    return About(f"reservation/{station}/{number}", station)


def _number(fact: Fact) -> int:
    return _place(fact)[1]


def _name(fact: Fact) -> str:
    return type(fact).__name__.lower()


PUBLIC = (
    public(
        "reservation.asked.v1",
        Reservation.Requested,
        Asked,
        _about,
        reservation=_number,
        token=lambda fact: fact.id_tag,
    ),
    public(
        "reservation.accepted.v1",
        Reservation.Accepted,
        Accepted,
        _about,
        reservation=_number,
        token=lambda fact: fact.id_tag,
    ),
    *(
        public("reservation.refused.v1", fact, Refused, _about, reservation=_number, outcome=_name)
        for fact in (Reservation.Declined, Reservation.Failed, Reservation.Unanswered)
    ),
    *(
        public(
            "reservation.ended.v1",
            fact,
            Ended,
            _about,
            reservation=_number,
            outcome=_name,
            transaction=lambda fact: getattr(fact, "transaction", None),
        )
        for fact in (
            *(Reservation.Used, Reservation.Cancelled),
            *(Reservation.Expired, Reservation.Ended),
        )
    ),
)
