"""Cars that come to a simulated station: how long they stay, and what they draw meanwhile."""

from dataclasses import dataclass
from random import Random

_GENTLE = 0.8  # share of a battery above which it takes less and less
_LEAST = 0.15  # share of the power that it takes just before it is full
_FULL = 0.995
_ONBOARD_W = (3_680, 7_360, 11_040, 11_040)  # what chargers in cars take


@dataclass(slots=True)
class Car:
    """A battery, or none: then whatever is allowed is drawn, as long as it stays."""

    stays: float  # s
    battery_wh: float = 0.0
    charge_wh: float = 0.0
    most_w: int = 0

    @classmethod
    def arriving(cls, chance: Random, mean: float) -> "Car":
        """With a battery so small that a session of so many seconds, about, fills it."""
        most = chance.choice(_ONBOARD_W)
        battery = most * mean / 3600
        stays = mean * chance.uniform(0.4, 1.8)
        return cls(stays, battery, battery * chance.uniform(0.1, 0.6), most)

    @property
    def soc(self) -> int | None:
        """The state of charge in percent, None without a battery."""
        return round(100 * self._filled) if self.battery_wh else None

    def draws(self, allowed_w: int) -> int:
        """The power, in W, that goes into it now."""
        if not self.battery_wh:
            return allowed_w
        if self._filled >= _FULL:
            return 0
        above = max(0.0, self._filled - _GENTLE) / (1 - _GENTLE)
        return min(allowed_w, int(self.most_w * (1 - (1 - _LEAST) * above)))

    def take(self, wh: float, seconds: float) -> None:
        """So much was drawn in so many seconds of its stay."""
        self.charge_wh += wh
        self.stays -= seconds

    @property
    def _filled(self) -> float:
        return min(1.0, self.charge_wh / self.battery_wh)
