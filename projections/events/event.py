"""A public event: what leaves the system, as CloudEvents 1.0."""

from datetime import datetime
from typing import NamedTuple


class Event(NamedTuple):
    """One event; its place among all others is that of the fact it follows from."""

    position: int
    type: str
    station: str  # "" when it is of no station
    time: datetime
    body: bytes  # the whole CloudEvent as JSON
