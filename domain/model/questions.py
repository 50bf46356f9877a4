"""What a station was asked in order about one thing, and may still answer."""

from dataclasses import dataclass, field
from enum import StrEnum

TIMED_OUT = "timed_out"
RECALLED = frozenset({"expired", "cancelled"})  # but it may have gone out meanwhile


class Standing(StrEnum):
    """What is known of a call that may still be answered."""

    WAITING = "waiting"
    LATE = "late"  # nobody answered in time
    RECALLED = "recalled"  # it was taken back, perhaps too late


@dataclass(slots=True)
class Questions:
    """Calls that ask for something, and calls that cancel it, in the order they were queued in."""

    calls: dict[str, Standing] = field(default_factory=dict)
    cancels: set[str] = field(default_factory=set)  # those of them that cancel

    def __contains__(self, call: str) -> bool:
        return call in self.calls

    def ask(self, call: str, *, cancels: bool = False) -> None:
        """One was queued."""
        self.calls[call] = Standing.WAITING
        if cancels:
            self.cancels.add(call)

    def fail(self, call: str, reason: str) -> bool:
        """One ended without an answer; whether a late one counts."""
        standing = _standing(reason)
        if standing is None:
            self.drop(call)
            return False
        self.calls[call] = standing
        return True

    def failed(self, call: str, reason: str) -> bool:
        """Whether it is known that one ended so."""
        return self.calls[call] is _standing(reason)

    def drop(self, call: str) -> None:
        """Its answer is known, or says nothing any more."""
        self.calls.pop(call, None)
        self.cancels.discard(call)

    def settle(self, call: str) -> None:
        """What was asked up to this call is answered, or will never be."""
        for settled in [*self.until(call), call]:
            self.drop(settled)

    def until(self, call: str) -> list[str]:
        """What was asked before it."""
        calls = list(self.calls)
        return calls[: calls.index(call)]

    def past(self, held: str) -> list[str]:
        """What is past when it has been made use of what was asked for.

        Nobody waits for an answer to the late ones. If nothing was known to stand, then a call that
        still is to be answered was accepted: the oldest, and rather one that was not taken back.
        """
        late = [call for call, how in self.calls.items() if how is Standing.LATE]
        if held or late:
            return late
        asked = [call for call in self.calls if call not in self.cancels]
        return sorted(asked, key=lambda call: self.calls[call] is Standing.RECALLED)[:1]

    def cancel_of(self, held: str) -> str:
        """The first call that may have cancelled what came of a call; "" when none."""
        before = [*self.until(held), held] if held in self.calls else []
        for call, how in self.calls.items():
            if call in self.cancels and call not in before and how is not Standing.RECALLED:
                return call
        return ""


def _standing(reason: str) -> Standing | None:
    if reason in RECALLED:
        return Standing.RECALLED
    return Standing.LATE if reason == TIMED_OUT else None
