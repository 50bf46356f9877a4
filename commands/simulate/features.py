"""All that a simulated station can do, put together: a feature is the handlers of some calls."""

from commands.simulate.access import Access
from commands.simulate.charging import Charging
from commands.simulate.control import Control
from commands.simulate.enrolment import Enrolment
from commands.simulate.equipment import Equipment
from commands.simulate.extended_triggers import ExtendedTriggers
from commands.simulate.keyring import Keyring
from commands.simulate.local_list import LocalList
from commands.simulate.logs import Logs
from commands.simulate.maintenance import Maintenance
from commands.simulate.reservations import Reservations
from commands.simulate.roots import Roots
from commands.simulate.security_log import SecurityLog
from commands.simulate.signed_firmware import SignedFirmware
from commands.simulate.triggers import Triggers
from commands.simulate.workshop import Workshop


class Features:
    """What they remember outlives connections; each connection registers their handlers."""

    def __init__(
        self, equipment: Equipment, keyring: Keyring | None = None, *, step: float = 2.0
    ) -> None:
        """`step`: seconds that installing firmware takes."""
        keyring = keyring or Keyring()
        self.equipment = equipment
        self.reservations = Reservations(equipment)
        self.charging = Charging(equipment)
        self.local_list = LocalList(equipment.configuration)
        self.workshop = Workshop(equipment, self.reservations, step)
        self.log = log = SecurityLog(equipment)
        self.access = Access(equipment, keyring, log)
        self.enrolment = Enrolment(equipment, keyring, log)
        maintenance = Maintenance(equipment, self.workshop)
        logs = Logs(equipment, self.workshop, log)
        signed = SignedFirmware(equipment, self.workshop, keyring, log)
        self.handlers: tuple[object, ...] = (
            Control(equipment, self.reservations, log),
            equipment.configuration,
            self.reservations,
            self.charging,
            self.local_list,
            maintenance,
            Roots(equipment, keyring, log),
            self.enrolment,
            logs,
            signed,
            Triggers(equipment, maintenance),
            ExtendedTriggers(equipment, logs, signed, self.enrolment),
        )
