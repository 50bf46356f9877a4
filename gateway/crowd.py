"""How many connections there are, in total and of one address. Pure."""

from collections import Counter
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a gateway takes at once; 0: as many as come."""

    connections: int = 20_000
    per_address: int = 2_000  # behind one address there may be a whole car park
    handshakes: int = 500  # that have not asked for anything yet


class Crowd:
    """Counts who is there; an address is "" when it counts only in total."""

    def __init__(self, bounds: Bounds) -> None:
        self._bounds = bounds
        self._total = 0
        self._of: Counter[str] = Counter()

    def objection(self, address: str) -> str:
        """Why there is no room for one more from an address, "" when there is."""
        if 0 < self._bounds.connections <= self._total:
            return "total"
        return self.objection_to(address)

    def objection_to(self, address: str) -> str:
        """The same for one that is counted in total already."""
        if address and 0 < self._bounds.per_address <= self._of[address]:
            return "address"
        return ""

    def enter(self, address: str) -> None:
        """One more."""
        self._total += 1
        self.name(address)

    def name(self, address: str) -> None:
        """The address of one that was counted without becomes known."""
        if address:
            self._of[address] += 1

    def leave(self, address: str) -> None:
        """One less."""
        self._total -= 1
        self._of[address] -= 1
        if self._of[address] <= 0:
            del self._of[address]
