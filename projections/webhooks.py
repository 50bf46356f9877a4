"""Webhooks: to whom events are sent, how far each is, and what became of the last attempts.

They are no read model: an administrator makes them, and the sender moves them on. Positions are
those of the log; an event is sent again when a process dies between a delivery and this table.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Index, select

from domain.log import Log
from domain.model.operations import RecordAction
from projections import actions
from projections.actions import Actor
from projections.tables import fetch, table

STATES = ACTIVE, PAUSED, PARKED = "active", "paused", "parked"
_KEPT = 100  # attempts of each


@dataclass(slots=True, kw_only=True)
class Webhook:
    """A subscription. `types` and `stations` are comma separated; "": all there are.

    `state`: active, paused (by a person), parked (its receiver failed for too long).
    """

    id: str
    name: str
    url: str
    types: str
    stations: str
    single: bool  # one event a request, instead of many
    secret: str  # sealed
    former_secret: str = ""  # sealed; signs too until it is dropped
    state: str = ACTIVE
    position: int  # all events up to here are delivered
    attempts: int = 0
    failures: int = 0  # in a row
    failing_since: datetime | None = None
    due_at: datetime | None = None  # of the next attempt, after a failure
    last_error: str = ""
    delivered_at: datetime | None = None  # of the last success
    created_by: str
    created_at: datetime


@dataclass(slots=True, kw_only=True)
class Attempt:
    """One request to a receiver; `status` is 0 when there was no answer."""

    webhook: str
    number: int
    at: datetime
    first_position: int
    last_position: int
    events: int
    status: int
    error: str  # "" when it was delivered
    milliseconds: int


WEBHOOKS = table("webhooks_v1", Webhook, key=["id"])
ATTEMPTS = table(
    "webhook_attempts_v1",
    Attempt,
    Index("webhook_attempts_v1_order", "webhook", "number"),
    key=["webhook", "number"],
)


def add(connection: Connection, webhook: Webhook, actor: Actor) -> None:
    """A new one."""
    connection.execute(WEBHOOKS.insert().values(asdict(webhook)))
    detail = f"name: {webhook.name}, url: {webhook.url}, from position: {webhook.position}"
    _note(connection, actor, "AddWebhook", webhook.id, detail)


def find(connection: Connection, id: str) -> Webhook | None:
    """One of them."""
    return next(iter(fetch(connection, select(WEBHOOKS).where(WEBHOOKS.c.id == id), Webhook)), None)


def listed(connection: Connection) -> list[Webhook]:
    """All of them, the oldest first."""
    return fetch(connection, select(WEBHOOKS).order_by(WEBHOOKS.c.created_at), Webhook)


def change(
    connection: Connection, id: str, actor: Actor, action: str, values: Mapping[str, Any]
) -> bool:
    """Change what an administrator may; whether there is such a webhook."""
    query = WEBHOOKS.update().where(WEBHOOKS.c.id == id).values(values)
    changed = connection.execute(query).rowcount == 1
    if changed:
        told = {k: v for k, v in values.items() if k not in {"secret", "former_secret"}}
        _note(connection, actor, action, id, ", ".join(f"{k}: {v}" for k, v in told.items()))
    return changed


def remove(connection: Connection, id: str, actor: Actor) -> bool:
    """End it, with what is known of its attempts; whether there was one."""
    removed = connection.execute(WEBHOOKS.delete().where(WEBHOOKS.c.id == id)).rowcount == 1
    connection.execute(ATTEMPTS.delete().where(ATTEMPTS.c.webhook == id))
    if removed:
        _note(connection, actor, "RemoveWebhook", id)
    return removed


def attempts(connection: Connection, id: str, *, limit: int = _KEPT) -> list[Attempt]:
    """The last attempts, the newest first."""
    query = select(ATTEMPTS).where(ATTEMPTS.c.webhook == id).order_by(ATTEMPTS.c.number.desc())
    return fetch(connection, query.limit(limit), Attempt)


def due(connection: Connection, now: datetime) -> list[Webhook]:
    """Those that may be sent something now."""
    columns = WEBHOOKS.c
    late = columns.due_at.is_(None) | (columns.due_at <= now)
    return fetch(connection, select(WEBHOOKS).where(columns.state == ACTIVE, late), Webhook)


def advance(connection: Connection, webhook: Webhook, *, upto: int) -> bool:
    """Nothing up to `upto` is of interest to it; whether it is as the caller knows it."""
    query = WEBHOOKS.update().where(*_unchanged(webhook)).values(position=upto)
    return connection.execute(query).rowcount == 1


def delivered(connection: Connection, webhook: Webhook, attempt: Attempt, *, upto: int) -> bool:
    """All up to `upto` is delivered; False when somebody else has moved it: nothing is done."""
    values = {
        "position": upto,
        "failures": 0,
        "failing_since": None,
        "due_at": None,
        "last_error": "",
        "delivered_at": attempt.at,
    }
    return _attempted(connection, webhook, attempt, values)


def failed(
    connection: Connection, webhook: Webhook, attempt: Attempt, *, due_at: datetime, park: bool
) -> bool:
    """It is tried again at `due_at`, or parked; False when somebody else has moved it."""
    values = {
        "failures": webhook.failures + 1,
        "failing_since": webhook.failing_since or attempt.at,
        "due_at": due_at,
        "last_error": attempt.error,
        "state": PARKED if park else ACTIVE,
    }
    return _attempted(connection, webhook, attempt, values)


def standing(connection: Connection, log: Log) -> dict[str, tuple[str, int]]:
    """The state of each, and by how many positions it is behind."""
    columns = WEBHOOKS.c
    rows = connection.execute(select(columns.id, columns.state, columns.position)).all()
    head = log.position()
    return {row.id: (row.state, max(0, head - row.position)) for row in rows}


def _attempted(
    connection: Connection, webhook: Webhook, attempt: Attempt, values: dict[str, Any]
) -> bool:
    """The state is compared too: who was paused or removed meanwhile stays so."""
    columns = WEBHOOKS.c
    mine = (
        columns.state == ACTIVE,
        columns.attempts == attempt.number - 1,
        columns.failures == webhook.failures,
    )
    known = WEBHOOKS.update().where(*mine, *_unchanged(webhook))
    query = known.values(attempts=attempt.number, **values)
    if connection.execute(query).rowcount == 0:
        return False
    connection.execute(ATTEMPTS.insert().values(asdict(attempt)))
    old = (ATTEMPTS.c.webhook == webhook.id, ATTEMPTS.c.number <= attempt.number - _KEPT)
    connection.execute(ATTEMPTS.delete().where(*old))
    return True


def _unchanged(webhook: Webhook) -> tuple[ColumnElement[bool], ...]:
    """Where it stands, and what is wanted: what was sent by an older wish counts for nothing."""
    names = ("id", "position", "url", "types", "stations", "single")
    return tuple(WEBHOOKS.c[name] == getattr(webhook, name) for name in names)


def _note(connection: Connection, actor: Actor, action: str, id: str, detail: str = "") -> None:
    told = RecordAction(action=action, subject=f"webhook:{id}", detail=detail)
    actions.note(connection, actor, told)
