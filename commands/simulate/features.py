"""All that a simulated station can do, put together: a feature is the handlers of some calls."""

from commands.simulate.charging import Charging
from commands.simulate.control import Control
from commands.simulate.equipment import Equipment
from commands.simulate.local_list import LocalList
from commands.simulate.maintenance import Maintenance
from commands.simulate.reservations import Reservations
from commands.simulate.triggers import Triggers


class Features:
    """What they remember outlives connections; each connection registers their handlers."""

    def __init__(self, equipment: Equipment, *, step: float = 2.0) -> None:
        """`step`: seconds that installing firmware takes."""
        self.equipment = equipment
        self.reservations = Reservations(equipment)
        self.charging = Charging(equipment)
        self.local_list = LocalList(equipment.configuration)
        self.maintenance = Maintenance(equipment, self.reservations, step)

    @property
    def handlers(self) -> tuple[object, ...]:
        """Objects whose methods answer calls."""
        return (
            Control(self.equipment, self.reservations),
            self.equipment.configuration,
            self.reservations,
            self.charging,
            self.local_list,
            self.maintenance,
            Triggers(self.equipment, self.maintenance),
        )
