"""Puts on record what people wished for, and what came of it, in the transaction that decides it.

A part of the program wishes without an origin: what timers, campaigns and automation do follows
from what a person wished before, and tells so in facts of its own.
"""

from dataclasses import fields

from domain import wire
from domain.model import operations as op
from domain.model.audit import Audit
from domain.scope import Scope

_LONGEST = 500  # letters of a detail; the journal has all of it
_SHORT = (str, int, bool)
# A record of the first is told until it can be read; of the second it is not found in the journal
# when it comes again after its token has been forgotten.
_TOLD_AGAIN = (op.RecordAction, op.ForgetToken)


def put_on_record(
    scope: Scope, record: wire.Wish, operation: op.Operation | None, *, outcome: str, reason: str
) -> None:
    """Record a person's wish; `operation` is without its secrets, None when it cannot be read."""
    if not record.origin:
        return
    name, detail = record.name, _detail(operation, record.key)
    if isinstance(operation, _TOLD_AGAIN) and scope.find(Audit, Audit.id_of(record.id)):
        return
    if isinstance(operation, op.RecordAction):
        name, detail = operation.action, operation.detail
        outcome, reason = operation.outcome, operation.reason
    acted = Audit.record(
        record.id,
        by=record.by,
        origin=record.origin,
        operation=name,
        subject=record.key,
        detail=detail[:_LONGEST],
        outcome=outcome,
        reason=reason[:_LONGEST],
        at=record.at,
    )
    scope.add(acted)


def _detail(operation: op.Operation | None, subject: str) -> str:
    """The plain members of an operation that say something; a tag is the subject already."""
    if operation is None:
        return ""
    members = ((each.name, getattr(operation, each.name)) for each in fields(operation))
    told = (
        (name, value)
        for name, value in members
        if isinstance(value, _SHORT) and value not in {"", subject} and name != "id_tag"
    )
    return ", ".join(f"{name}: {value}" for name, value in told)
