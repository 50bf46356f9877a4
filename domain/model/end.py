"""How a transaction ended: said by its station, or by a person."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """How a transaction ended. `state`: "closed" (provisional) or "stopped" (final)."""

    state: str
    meter_wh: int | None  # None when no reading is known
    ended_at: datetime  # the station's clock, where it told
    energy_wh: int | None
    reason: str
    id_tag: str = ""
