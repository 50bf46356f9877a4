"""What the gateway counts about itself, for whoever publishes metrics."""

from collections import Counter
from dataclasses import dataclass, field


@dataclass(slots=True)
class GatewayCounts:
    """Totals since the process started; `connections` alone is how many stand now."""

    connections: int = 0
    accepted: int = 0
    frames_in: int = 0  # text frames read, swallowed and malformed ones too
    frames_out: int = 0
    refused: Counter[int] = field(default_factory=Counter)  # by HTTP status
    turned_away: Counter[str] = field(default_factory=Counter)  # before a request, by why
    handshakes_failed: Counter[str] = field(default_factory=Counter)  # by tls.kind_of
    calls: Counter[str] = field(default_factory=Counter)  # by effects.Outcome
    notes: Counter[str] = field(default_factory=Counter)  # by effects.Remark
