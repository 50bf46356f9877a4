"""What operators wish: granted as facts, or refused with a reason."""

from collections.abc import Iterable
from dataclasses import dataclass
from types import MappingProxyType
from typing import get_args

import msgspec
import orjson

from domain import wire
from domain.handling import auditing
from domain.handling.grants import (
    actions,
    calls,
    campaigns,
    cases,
    certificates,
    configuration,
    jobs,
    local_lists,
    meter_keys,
    profiles,
    stations,
    tokens,
    transactions,
)
from domain.handling.grants.grant import Asking, Grants
from domain.handling.message import Handled, put_aside
from domain.model import case_operations
from domain.model import operations as op
from domain.model.aggregate import Refused
from domain.model.audit import Audit
from domain.model.quarantine import Quarantine
from domain.ocpp.version import Versions
from domain.scope import Scope

OPERATIONS = MappingProxyType({kind.__name__: kind for kind in get_args(op.Operation)})
GRANTS: Grants = MappingProxyType(
    {
        **stations.GRANTS,
        **tokens.GRANTS,
        **calls.GRANTS,
        **transactions.GRANTS,
        **jobs.GRANTS,
        **campaigns.GRANTS,
        **profiles.GRANTS,
        **configuration.GRANTS,
        **local_lists.GRANTS,
        **actions.GRANTS,
        **certificates.GRANTS,
        **cases.GRANTS,
        **meter_keys.GRANTS,
    }
)


@dataclass(frozen=True, slots=True)
class Wishing:
    """One wish, read."""

    record: wire.Wish
    operation: op.Operation | None
    versions: Versions
    problem: str = ""

    @property
    def needs(self) -> Iterable[str]:
        """What the operation is about."""
        return GRANTS[type(self.operation)].needs(self.operation) if self.operation else ()

    def decide(self, scope: Scope) -> Handled:
        """Grant it or refuse it; the reply is in the journal like any answer."""
        try:
            result = self._grant(scope)
        except Refused as refusal:
            self._audit(scope, Audit.REFUSED, str(refusal))
            return self._handled({"refused": refusal.kind, "message": str(refusal)})
        self._audit(scope, Audit.GRANTED)
        return self._handled({"result": result})

    def fail(self, scope: Scope, trace: str) -> Handled:
        """Whoever wished is told that it went wrong."""
        self._audit(scope, Audit.FAILED, "its handling failed")
        if (case := self._case(scope)) is not None:
            case.fail_again(trace, by=self.record.by, at=scope.at)
            reply = {"refused": "failed", "message": "it failed again: the case tells how"}
            return self._handled(reply)
        reply = {"refused": "failed", "message": "the wish could not be handled; it is kept"}
        return put_aside(scope, self._handled(reply), trace)

    def _case(self, scope: Scope) -> Quarantine | None:
        """The case that it would have resolved: that stays open, and no second one is made."""
        if not isinstance(self.operation, case_operations.ResolveCase):
            return None
        return scope.find(Quarantine, self.operation.case)

    def _grant(self, scope: Scope) -> str:
        if self.operation is None:
            raise Refused(self.problem, Refused.INVALID)
        asking = Asking(scope, self.record.by, self.versions)
        return GRANTS[type(self.operation)].grant(self.operation, asking)

    def _handled(self, reply: dict[str, str]) -> Handled:
        record = self.record
        return Handled(record.name, record.id, self._kept(), orjson.dumps(reply))

    def _audit(self, scope: Scope, outcome: str, reason: str = "") -> None:
        auditing.put_on_record(scope, self.record, self._masked(), outcome=outcome, reason=reason)

    def _kept(self) -> bytes:
        """What the journal has of it: no secret, whoever sent one here."""
        masked = self._masked()
        return self.record.body if masked is self.operation else msgspec.json.encode(masked)

    def _masked(self) -> op.Operation | None:
        """The operation without its secrets."""
        mask = GRANTS[type(self.operation)].mask if self.operation else None
        masked: op.Operation | None = mask(self.operation) if mask else self.operation
        return masked


def prepare(record: wire.Wish, versions: Versions) -> Wishing:
    """Read a wish; one that cannot be read will be refused."""
    kind = OPERATIONS.get(record.name)
    if kind is None:
        return Wishing(record, None, versions, f"there is no operation {record.name}")
    try:
        return Wishing(record, msgspec.json.decode(record.body, type=kind), versions)
    except msgspec.MsgspecError as error:
        return Wishing(record, None, versions, str(error))


def reply(record: wire.Wish, answer: bytes, position: int) -> wire.Reply:
    """The recorded answer of a wish, for whoever waits."""
    return wire.Reply(wish=record.id, position=position, **orjson.loads(answer))
