"""What a webhook is sent next: events of its types and stations, after its position."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from domain.log import Log
from projections.events import catalogue
from projections.events.event import Event
from projections.webhooks import Webhook

_MOST_FACTS = 500
_MOST_BYTES = 1_000_000


class Request(NamedTuple):
    """One request: its body, and what is in it. All up to `upto` is told with it."""

    body: bytes
    content_type: str
    events: Sequence[Event]
    upto: int


class Portion(NamedTuple):
    """Requests in order, and the position they lead to, past what is of no interest."""

    requests: Sequence[Request]
    upto: int


def portion(log: Log, webhook: Webhook) -> Portion:
    """What follows the position of a webhook; `log`: without tags."""
    head = log.position()
    topics = catalogue.topics_of(_listed(webhook.types))
    found = log.since(webhook.position, limit=_MOST_FACTS, topics=topics)
    last = found[-1].position if found else webhook.position
    upto = last if len(found) == _MOST_FACTS else max(head, last)
    stations = _listed(webhook.stations)
    told = [event for each in found if (event := catalogue.public(each))]
    wanted = [event for event in told if not stations or event.station in stations]
    return Portion(list(_requests(wanted, upto, single=webhook.single)), upto)


def _listed(text: str) -> tuple[str, ...]:
    return tuple(text.split(",")) if text else ()


def _requests(events: Sequence[Event], upto: int, *, single: bool) -> Iterator[Request]:
    groups = [[event] for event in events] if single else list(_bundles(events))
    for number, group in enumerate(groups, start=1):
        reached = upto if number == len(groups) else group[-1].position
        if single:
            yield Request(group[0].body, "application/cloudevents+json", group, reached)
        else:
            body = b"[" + b",".join(event.body for event in group) + b"]"
            yield Request(body, "application/cloudevents-batch+json", group, reached)


def _bundles(events: Sequence[Event]) -> Iterator[list[Event]]:
    bundle: list[Event] = []
    size = 0
    for event in events:
        if bundle and size + len(event.body) > _MOST_BYTES:
            yield bundle
            bundle, size = [], 0
        bundle.append(event)
        size += len(event.body) + 1
    if bundle:
        yield bundle
