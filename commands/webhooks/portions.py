"""What a webhook is sent next: events of its types and stations, after its position."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from projections.events import catalogue
from projections.events.event import Event
from projections.events.reader import EventReader
from projections.webhooks import Webhook

_MOST_EVENTS = 500
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


def portion(events: EventReader, webhook: Webhook) -> Portion:
    """What follows the position of a webhook."""
    topics = catalogue.topics_of(_listed(webhook.types))
    told = events.after(webhook.position, limit=_MOST_EVENTS, topics=topics)
    stations = _listed(webhook.stations)
    wanted = [event for event in told.events if not stations or event.station in stations]
    return Portion(list(_requests(wanted, told.position, single=webhook.single)), told.position)


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
