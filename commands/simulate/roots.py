"""The root certificates of a simulated station (use cases M03, M04, M05)."""

# The library has no types.
# mypy: disable-error-code="untyped-decorator"

from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime

from ocpp.routing import on
from ocpp.v16 import call_result
from ocpp.v16.enums import Action

from commands.simulate.access import ENCRYPTED
from commands.simulate.equipment import Equipment
from commands.simulate.keyring import SYSTEM, Keyring
from commands.simulate.security_log import SecurityLog
from domain.pki import certificates, hashes
from domain.pki.certificates import Unreadable
from domain.pki.hashes import HashData


class Roots:
    """Installed, told by their hashes, and deleted."""

    def __init__(self, equipment: Equipment, keyring: Keyring, log: SecurityLog) -> None:
        self._equipment, self._keyring, self._log = equipment, keyring, log

    @on(Action.install_certificate)
    def _install(self, certificate_type: str, certificate: str) -> object:
        installed = self._keyring.roots[certificate_type]
        if why := _unfitness(certificate):
            if certificate_type == SYSTEM:  # TC_078
                self._log.add("InvalidCentralSystemCertificate", why)
            return call_result.InstallCertificate(status="Rejected")
        if certificate not in installed:
            if self._is_full:
                return call_result.InstallCertificate(status="Rejected")
            installed.append(certificate)
            self._keyring.keep()
        return call_result.InstallCertificate(status="Accepted")

    @on(Action.get_installed_certificate_ids)
    def _tell(self, certificate_type: str) -> object:
        known = [asdict(hashes.hash_data(each)) for each in self._keyring.roots[certificate_type]]
        return call_result.GetInstalledCertificateIds(
            status="Accepted" if known else "NotFound", certificate_hash_data=known or None
        )

    @on(Action.delete_certificate)
    def _delete(self, certificate_hash_data: Mapping[str, str]) -> object:
        wanted = HashData(**certificate_hash_data)
        for kind, installed in self._keyring.roots.items():
            for each in installed:
                if hashes.same(wanted, hashes.hash_data(each, algorithm=wanted.hash_algorithm)):
                    return call_result.DeleteCertificate(status=self._remove(kind, each))
        return call_result.DeleteCertificate(status="NotFound")

    def _remove(self, kind: str, certificate: str) -> str:
        """The last one that it trusts the system by stays, or it could not come back."""
        installed = self._keyring.roots[kind]
        is_needed = kind == SYSTEM and len(installed) == 1 and self._keyring.profile >= ENCRYPTED
        if is_needed:
            return "Failed"
        installed.remove(certificate)
        self._keyring.keep()
        return "Accepted"

    @property
    def _is_full(self) -> bool:
        stored = sum(map(len, self._keyring.roots.values()))
        return stored >= self._equipment.configuration.number("CertificateStoreMaxLength")


def _unfitness(pem: str) -> str:
    """Why a certificate is no root, "" when it is."""
    try:
        certificate = certificates.read(pem)
    except Unreadable as error:
        return str(error)
    if not certificate.is_ca:
        return "it is not that of an authority"
    valid = certificate.not_before <= datetime.now(UTC) <= certificate.not_after
    return "" if valid else "it is not valid at this time"
