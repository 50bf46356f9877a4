"""Events of calls to stations: which, and what came of them; payloads are the journal's."""

from typing import Annotated

import msgspec
from msgspec import Meta

from domain.model.aggregate import Fact
from domain.model.call import Call
from projections.events import members
from projections.events.public import About, Data, public


class Requested(Data):
    """A call to a station was wished for, and waits."""

    call: members.Call
    action: Annotated[str, Meta(description="of OCPP, e.g. RemoteStartTransaction")]
    campaign: Annotated[str, Meta(description='that it is part of; "" when of none')]


class Sent(Data):
    """It was written to the station's socket."""

    call: members.Call


class Answered(Data):
    """The station answered a call with a CALLRESULT."""

    call: members.Call
    status: Annotated[str, Meta(description='of the answer; "" when it has none')]
    late: Annotated[bool, Meta(description="it had failed already: timed out")]


class Refused(Data):
    """The station answered a call with a CALLERROR."""

    call: members.Call
    code: Annotated[str, Meta(description="e.g. NotSupported")]


class Failed(Data):
    """No answer of the station ends this call; a late one may still come after a time-out."""

    call: members.Call
    outcome: Annotated[str, Meta(description="timed_out, expired, cancelled or rejected")]


def _id(fact: Fact) -> str:
    return fact.originator_id.removeprefix("call:")


def _about(fact: Fact, station: str) -> About:
    return About(f"call/{_id(fact)}", getattr(fact, "station", station))


def _status(fact: Call.Answered | Call.AnsweredLate) -> str:
    """What a station answers is JSON, but not always an object."""
    try:
        answer = msgspec.json.decode(fact.response)
    except msgspec.DecodeError:  # a late CALLERROR is text
        return ""
    status = answer.get("status") if isinstance(answer, dict) else ""
    return status if isinstance(status, str) else ""


_OUTCOMES = (
    (Call.TimedOut, "timed_out"),
    (Call.Expired, "expired"),
    (Call.Cancelled, "cancelled"),
    (Call.Rejected, "rejected"),
)

PUBLIC = (
    public("call.requested.v1", Call.Requested, Requested, _about, call=_id),
    public("call.sent.v1", Call.Sent, Sent, _about, call=_id),
    *(
        public(
            "call.answered.v1",
            fact,
            Answered,
            _about,
            call=_id,
            status=_status,
            late=lambda fact: isinstance(fact, Call.AnsweredLate),
        )
        for fact in (Call.Answered, Call.AnsweredLate)
    ),
    public("call.refused.v1", Call.Refused, Refused, _about, call=_id),
    *(
        public("call.failed.v1", fact, Failed, _about, call=_id, outcome=lambda _, o=outcome: o)  # type: ignore[misc]  # each its own
        for fact, outcome in _OUTCOMES
    ),
)
