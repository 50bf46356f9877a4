"""What campaigns and their stations have to tell each other: each is decided by its own writer.

Rows show who is to be called and what came of it; the timers carry wishes there and back. What is
carried twice counts once: a call is made under one id, and a campaign hears of a station once.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial
from itertools import chain, islice

import msgspec
import orjson
from sqlalchemy import Connection

from domain import wire
from domain.model.campaign import CANCELLED, FAILED, payload_for
from domain.model.operations import Operation, ReportMember, RequestCall, key_of
from projections import calls, campaigns, members_due
from projections.calls import CallRow
from projections.campaign_members import MemberRow
from projections.campaigns import CampaignRow

_MOST = 500  # of each kind at a time, all campaigns together
_SETTLE = timedelta(seconds=5)  # what was taken back may be out already: then it is told soon
_STANDING = frozenset({"paused", "halted"})
_NOT_SENT = frozenset({"cancelled", "expired"})
_ITSELF = "campaign"  # who wishes what no operator does

Errand = tuple[str, wire.Inbound]  # what names it, and the wish that is carried
Kind = Callable[[Connection, CampaignRow, datetime, int], Iterator[Errand]]


def errands(connection: Connection, now: datetime) -> Iterator[Errand]:
    """All that can be told now; what waits for the next second keeps its turn."""
    out = [each for each in campaigns.unfinished(connection) if each.under_way]
    running = [each for each in out if each.state == "running"]
    ending = [each for each in out if each.state == "cancelling"]
    for those, kind in ((running, _calls), (ending, _withdrawals), (out, _outcomes)):
        yield from _shared(those, partial(_some, kind, connection, now))


def _shared(
    those: Sequence[CampaignRow], told: Callable[[CampaignRow, int], list[Errand]]
) -> Iterator[Errand]:
    """The same to all; what some do not need is for those who have more to tell."""
    share = max(1, _MOST // max(1, len(those)))
    found = [told(campaign, share) for campaign in those]
    hungry = [place for place, some in enumerate(found) if len(some) == share]
    left = _MOST - sum(map(len, found))
    if hungry and left >= len(hungry):
        for place in hungry:
            found[place] = told(those[place], share + left // len(hungry))
    return chain.from_iterable(found)


def _some(
    kind: Kind, connection: Connection, now: datetime, campaign: CampaignRow, most: int
) -> list[Errand]:
    return list(islice(kind(connection, campaign, now, most), most))


def _calls(
    connection: Connection, campaign: CampaignRow, now: datetime, share: int
) -> Iterator[Errand]:
    for member in members_due.uncalled(connection, campaign.id, limit=share):
        call = _call(campaign, member, now)
        yield _errand(f"request:{member.call}", call, campaign.created_by, now)


def _withdrawals(
    connection: Connection, campaign: CampaignRow, now: datetime, share: int
) -> Iterator[Errand]:
    """Also of calls that were not wished for: such a wish may still be on its way."""
    never = members_due.uncalled(connection, campaign.id, limit=share)
    queued = members_due.unsent(connection, campaign.id, limit=share)
    for member in (*never, *queued):
        call = _call(campaign, member, now, withdrawn=True)
        id = f"withdraw:{member.call}:{member.last_position}"  # one that came back is another case
        yield _errand(id, call, campaign.changed_by, now)


def _call(
    campaign: CampaignRow, member: MemberRow, now: datetime, *, withdrawn: bool = False
) -> RequestCall:
    return RequestCall(
        station=member.station,
        call=member.call,
        action=campaign.action,
        payload=payload_for(campaign.action, campaign.request, member.station),
        expires_at=now + timedelta(seconds=campaign.ttl),
        timeout=campaign.timeout,
        campaign=campaign.id,
        withdrawn=withdrawn,
        remark=campaign.remark,
    )


def _outcomes(
    connection: Connection, campaign: CampaignRow, now: datetime, share: int
) -> Iterator[Errand]:
    settled = members_due.settled(connection, campaign.id, limit=share)
    sure = [each for each in settled if _is_sure(each, now)]
    known = calls.among_ids(connection, [each.call for each in sure])
    for member in sure:
        outcome, detail = _outcome(known[member.call])
        yield _report(member, outcome, detail, now)
    for member, outcome, detail in members_due.completed(connection, campaign.id, limit=share):
        yield _report(member, outcome, detail, now)
    called = campaign.state in _STANDING  # who is not called now is not late
    for member in members_due.overdue(connection, campaign.id, now=now, called=called, limit=share):
        yield _report(member, FAILED, "overdue", now)


def _is_sure(member: MemberRow, now: datetime) -> bool:
    settled_at = member.settled_at or now
    return member.call_status not in _NOT_SENT or settled_at <= now - _SETTLE


def _outcome(call: CallRow) -> tuple[str, str]:
    """What a call that is over came to, and a word about it."""
    match call.status:
        case "answered":
            return "answered", _status(call.response)
        case "cancelled":
            return CANCELLED, f"taken back by {call.cancelled_by}"
        case "refused":
            return FAILED, f"{call.error_code}: {call.error_description}".rstrip(": ")
        case "expired":
            return FAILED, "the station did not connect in time"
        case _:
            return FAILED, call.reason


def _status(response: str | None) -> str:
    """What the station says of it; "" when it says nothing, or cannot be read."""
    try:
        found = orjson.loads(response or "{}")
    except orjson.JSONDecodeError:
        return "unreadable"
    status = found.get("status", "") if isinstance(found, dict) else "unreadable"
    return str(status)


def _report(member: MemberRow, outcome: str, detail: str, now: datetime) -> Errand:
    report = ReportMember(
        campaign=member.campaign,
        station=member.station,
        call=member.call,
        outcome=outcome,
        detail=detail,
    )
    return _errand(f"report:{member.call}", report, _ITSELF, now)


def _errand(id: str, operation: Operation, by: str, now: datetime) -> Errand:
    wish = wire.Wish(
        id=id,
        key=key_of(operation),
        name=type(operation).__name__,
        body=msgspec.json.encode(operation),
        by=by,
        at=now,
    )
    return id, wish
