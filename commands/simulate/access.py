"""Passwords and security profiles that the system gives a simulated station (A01, A05)."""

from commands.simulate.equipment import Equipment
from commands.simulate.keyring import MUTUAL, SYSTEM, Keyring, proof
from commands.simulate.security_log import SecurityLog

ENCRYPTED = 2  # the lowest security profile over TLS
_PASSWORD_BYTES = range(16, 21)  # white paper A00.FR.205


class Access:
    """How the station comes in, and how it will when it comes next."""

    def __init__(self, equipment: Equipment, keyring: Keyring, log: SecurityLog) -> None:
        self._equipment, self._keyring, self._log = equipment, keyring, log
        self.next_profile = 0  # to be tried once; 0: none
        equipment.configuration.entrust("AuthorizationKey", self._take_password)
        equipment.configuration.entrust("SecurityProfile", self._take_profile)
        self._show()

    def rise(self) -> None:
        """The next profile works: from now on it is the one."""
        self._keyring.profile, self.next_profile = self.next_profile, 0
        self._keyring.keep()
        self._show()

    def fall_back(self) -> None:
        """The next profile does not work: the old one stays (A05.FR.06)."""
        self.next_profile = 0

    def _take_password(self, value: str) -> str:
        """It counts from the next connection on, which comes at once (TC_073)."""
        if len(proof(value)) not in _PASSWORD_BYTES:
            return "Rejected"
        self._keyring.password = value
        self._keyring.keep()
        self._log.add("ReconfigurationOfSecurityParameters", "AuthorizationKey")
        self._equipment.reset.set()
        return "Accepted"

    def _take_profile(self, value: str) -> str:
        """Only upwards, and only when it has what the profile needs; a reset is to follow."""
        is_higher = value.isascii() and value.isdecimal() and int(value) > self._keyring.profile
        if not is_higher or not self._can(int(value)):
            return "Rejected"
        self.next_profile = int(value)
        self._log.add("ReconfigurationOfSecurityParameters", f"SecurityProfile {value}")
        return "Accepted"

    def _can(self, profile: int) -> bool:
        """A05.FR.02 and 03: a root to check the system with, and a certificate of its own."""
        keyring = self._keyring
        trusts = profile < ENCRYPTED or bool(keyring.roots[SYSTEM])
        proves = bool(keyring.chain) if profile == MUTUAL else bool(keyring.password)
        return profile <= MUTUAL and trusts and proves

    def _show(self) -> None:
        self._equipment.configuration.show("SecurityProfile", str(self._keyring.profile))
