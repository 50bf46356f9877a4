"""What may happen to the passwords, profiles and security events of a station, in any order."""

from typing import Any

from domain.model.access import Access
from domain.model.security_log import STATION, SecurityLog

SECURED = ["access", "security_log"]


class Secured:
    """Happenings of a world, which keeps what they happen to."""

    get: Any

    def access(self, id: str, how: int, at: Any) -> Access:
        access: Access = self.get(
            ("access", id), lambda: Access.begin(id, profile=1, credential="k0", at=at)
        )
        call, credential = f"c{how % 3}", f"k{how % 3}"
        if how % 3 == 0:
            access.offer(call, credential, at=at)
        elif how % 3 == 1:
            self._answered(access, call, credential, how % 4, at)
        else:
            self._profile(access, credential, how % 5, at)
        return access

    def _answered(self, access: Access, call: str, credential: str, how: int, at: Any) -> None:
        match how:
            case 0:
                access.accept(call, credential, at=at)
            case 1:
                access.doubt(call, at=at)
            case 2:
                access.drop(call, "Rejected", at=at)
            case 3:
                access.set_password(credential, by="x", at=at)

    def _profile(self, access: Access, credential: str, how: int, at: Any) -> None:
        match how:
            case 0:
                access.give_up("c", "Rejected", at=at)
            case 1:
                access.set_profile(1, by="x", at=at)
            case 2:
                access.enter(access.expected or access.profile, credential, at=at)
            case _:
                access.expect("c", how - 1, at=at)

    def security_log(self, id: str, how: int, at: Any) -> SecurityLog:
        stream = SecurityLog.id_of(id)
        log: SecurityLog = self.get(stream, lambda: SecurityLog.resume(stream, [], at=at))
        if how % 3:
            log.record(STATION, f"E{how % 5}", occurred_at=at, tech_info="", at=at)
        else:
            log.record_refusal("wrong or missing credentials", "10.0.0.1", at=at)
        return log
