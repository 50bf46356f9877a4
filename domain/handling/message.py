"""The steps of handling one inbound record: prepare (pure), then decide within a scope."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from domain.model.quarantine import Kind
from domain.scope import Scope


@dataclass(frozen=True, slots=True)
class Handled:
    """What goes into the journal beside what the record itself says."""

    action: str = ""
    message_id: str = ""
    payload: bytes = b""
    answer: bytes = b""
    direction: str = "in"


class Message(Protocol):
    """A record that has been read: it knows what it needs, and how to decide."""

    @property
    def needs(self) -> Iterable[str]:
        """The streams that `decide` reads."""
        ...

    def decide(self, scope: Scope) -> Handled:
        """Change the model; raises only what is a defect of the program."""
        ...

    def fail(self, scope: Scope, trace: str) -> Handled:
        """What is done instead when `decide` raised: answer if that is safe, quarantine."""
        ...


@dataclass(frozen=True, slots=True)
class Broken:
    """A record that could not even be read: a defect, or a version of OCPP we do not know."""

    payload: bytes

    @property
    def needs(self) -> Iterable[str]:
        """Nothing is known of it."""
        return ()

    def decide(self, scope: Scope) -> Handled:
        """There is nothing to decide."""
        return self.fail(scope, "")

    def fail(self, scope: Scope, trace: str) -> Handled:
        """It is not answered: whoever sent it sends it again."""
        return put_aside(scope, Handled(payload=self.payload), trace)


def put_aside(scope: Scope, handled: Handled, trace: str) -> Handled:
    """Quarantine a record whose handling raised, with the traceback."""
    scope.action, scope.message_id = handled.action, handled.message_id
    subject = f"message {scope.key}"
    scope.quarantine(Kind.FAILED, "its handling failed", subject=subject, detail=trace)
    return handled
