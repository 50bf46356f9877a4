"""How a simulated station comes to a certificate of its own (use cases A02 and A03)."""

# The library has no types.
# mypy: disable-error-code="untyped-decorator"

from collections.abc import Callable
from datetime import UTC, datetime

from ocpp.routing import on
from ocpp.v16 import call, call_result
from ocpp.v16.enums import Action

from commands.simulate.equipment import Equipment
from commands.simulate.keyring import MUTUAL, Keyring
from commands.simulate.sayings import Speaker
from commands.simulate.security_log import SecurityLog
from domain.pki import certificates, chains, keys
from domain.pki.certificates import Unreadable


class Enrolment:
    """It makes a key, has it certified, and checks what comes back against it."""

    def __init__(self, equipment: Equipment, keyring: Keyring, log: SecurityLog) -> None:
        self._equipment, self._keyring, self._log = equipment, keyring, log
        self._key = ""  # that a certificate is awaited for
        self._asked = self._certified = _nothing_follows

    def begin(self, asked: Callable[[], None], certified: Callable[[], None]) -> None:
        """Ask for a certificate when there is a turn to speak.

        What follows when the system is to have it signed, and when it is there: for every one.
        """
        self._asked, self._certified = asked, certified
        self._equipment.sayings.add(self.ask)

    async def ask(self, speaker: Speaker) -> None:
        """Ask for a certificate, for a key made for it."""
        self._key = keys.made()
        csr = keys.request(
            self._key,
            common_name=self._equipment.name,
            organisation=self._equipment.configuration.text("CpoName"),
        )
        answer = await speaker.ask(call.SignCertificate(csr=csr))
        if answer.status == "Accepted":
            self._asked()
        else:
            self._key = ""

    @on(Action.certificate_signed)
    def _take(self, certificate_chain: str) -> object:
        if why := self._fault_of(certificate_chain):
            self._log.add("InvalidChargePointCertificate", why)  # TC_077
            return call_result.CertificateSigned(status="Rejected")
        self._keyring.chain, self._keyring.key, self._key = certificate_chain, self._key, ""
        self._keyring.keep()
        if self._keyring.profile == MUTUAL:  # TC_074: it comes back with the new one
            self._equipment.reset.set()
        self._certified()
        return call_result.CertificateSigned(status="Accepted")

    def _fault_of(self, chain: str) -> str:
        """Why a certificate is not the one that was asked for, "" when it is."""
        most = self._equipment.configuration.number("CertificateSignedMaxChainSize")
        if not self._key:
            return "nothing was asked for"
        if len(chain) > most:
            return f"the chain has more than {most} characters"
        try:
            own = certificates.read(chain)
        except Unreadable as error:
            return str(error)
        if why := chains.key_problem(chain, self._key):
            return why
        valid = own.not_before <= datetime.now(UTC) <= own.not_after
        return "" if valid else "it is not valid at this time"


def _nothing_follows() -> None:
    """Nobody waits for it."""
