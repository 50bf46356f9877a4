"""What a fleet counts."""

from collections import deque
from dataclasses import dataclass, field


@dataclass(slots=True)
class FleetCounts:
    """Totals since the start; `connected` and `charging` are how many do so now."""

    stations: int = 0
    connected: int = 0
    charging: int = 0
    connections: int = 0
    calls: int = 0
    errors: int = 0  # calls without a proper answer, connections refused or lost
    commands: int = 0  # calls from the system
    sessions: int = 0
    energy_wh: int = 0
    seconds: deque[float] = field(default_factory=lambda: deque(maxlen=10_000))  # of the last calls
    last_error: str = ""

    def percentile(self, share: float) -> float:
        """Answer time in seconds that a share of the last calls stayed within; 0 without calls."""
        ordered = sorted(self.seconds)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0

    def fail(self, error: str) -> None:
        """Something did not work."""
        self.errors += 1
        self.last_error = error
