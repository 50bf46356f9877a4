"""Events of transactions: what was charged, and whether it counts."""

from typing import Annotated

from msgspec import Meta

from domain.model.aggregate import Fact
from domain.model.transaction import Transaction
from projections.events import members
from projections.events.public import About, Data, public

_SUPERSEDED = "superseded"


class Started(Data):
    """A station started a transaction. On record whatever is thought of the token."""

    transaction: members.Transaction
    connector: members.Connector
    token: members.Token
    meter_start_wh: members.Energy
    started_at: Annotated[members.Time, Meta(description="by the station's clock")]
    reservation: Annotated[int | None, Meta(description="that it used, by its number")]


class Judged(Data):
    """What the station was told of the token of a transaction."""

    transaction: members.Transaction
    standing: Annotated[str, Meta(description="OCPP 1.6 section 7.2: Accepted, Blocked, …")]
    expires_at: members.Time | None
    parent: Annotated[str, Meta(description="pseudonym of the parent token")]


class Stopped(Data):
    """A station stopped a transaction: what it says is final."""

    transaction: members.Transaction
    token: Annotated[members.Token, Meta(description="that stopped it, a pseudonym")]
    meter_stop_wh: members.Energy
    energy_wh: Annotated[int | None, Meta(description="Wh; null: the meter went backwards")]
    stopped_at: Annotated[members.Time, Meta(description="by the station's clock")]
    reason: Annotated[str, Meta(description="OCPP 1.6 section 7.36")]


class Closed(Data):
    """A transaction was ended without its station: a stop that comes later still counts."""

    transaction: members.Transaction
    reason: Annotated[str, Meta(description="superseded: by the next one there; or operator")]
    meter_wh: Annotated[int | None, Meta(description="the last reading known, Wh")]
    energy_wh: Annotated[int | None, Meta(description="Wh up to there")]


class Corrected(Data):
    """A person decided how a transaction ended, by a case of the quarantine."""

    transaction: members.Transaction
    state: Annotated[str, Meta(description="closed: provisional; stopped: final")]
    meter_wh: Annotated[int | None, Meta(description="at its end, Wh")]
    energy_wh: Annotated[int | None, Meta(description="Wh")]
    ended_at: Annotated[members.Time, Meta(description="by the station's clock, where it told")]
    case: Annotated[str, Meta(description="id of the case")]


def _number(fact: Fact) -> int:
    return int(fact.originator_id.removeprefix("transaction:"))


def _about(fact: Fact, station: str) -> About:
    return About(f"transaction/{_number(fact)}", getattr(fact, "station", station))


PUBLIC = (
    public(
        "transaction.started.v1",
        Transaction.Started,
        Started,
        _about,
        transaction=_number,
        token=lambda fact: fact.id_tag,
    ),
    public("transaction.judged.v1", Transaction.Judged, Judged, _about, transaction=_number),
    public(
        "transaction.stopped.v1",
        Transaction.Stopped,
        Stopped,
        _about,
        transaction=_number,
        token=lambda fact: fact.id_tag,
    ),
    public(
        "transaction.closed.v1",
        Transaction.Closed,
        Closed,
        _about,
        transaction=_number,
        reason=lambda fact: _SUPERSEDED if fact.reason == _SUPERSEDED else "operator",
    ),
    public(
        "transaction.corrected.v1", Transaction.Corrected, Corrected, _about, transaction=_number
    ),
)
