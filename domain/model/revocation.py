"""The revocation of a certificate: wished by an operator, carried out by its authority."""

from datetime import datetime
from typing import Self

from domain.model.aggregate import Aggregate, Birth, Fact

ASKED, DONE, FAILED = "asked", "done", "failed"


class Revocation(Aggregate):
    """asked → done | failed; what has failed may be asked again, by an operator."""

    TOPIC = "revocation"

    class Asked(Birth):
        """An operator wants a certificate to count no more."""

        TOPIC = "revocation.asked"
        station: str
        certificate: str  # its fingerprint
        serial_number: str
        reason: str
        by: str

    class AskedAgain(Fact):
        """It had failed."""

        TOPIC = "revocation.asked_again"
        station: str
        certificate: str
        by: str

        def apply(self, revocation: "Revocation") -> None:
            revocation.state = ASKED

    class Done(Fact):
        """The authority has revoked it."""

        TOPIC = "revocation.done"
        station: str
        certificate: str

        def apply(self, revocation: "Revocation") -> None:
            revocation.state = DONE

    class Failed(Fact):
        """The authority has not: why. Nobody tries again unasked."""

        TOPIC = "revocation.failed"
        station: str
        certificate: str
        reason: str

        def apply(self, revocation: "Revocation") -> None:
            revocation.state = FAILED

    def __init__(self, *, station: str, certificate: str) -> None:
        self.station, self.certificate = station, certificate
        self.state = ASKED

    @classmethod
    def id_of(cls, station: str, certificate: str) -> str:
        """The stream of the revocation of a certificate."""
        return f"revocation:{station}:{certificate}"

    @classmethod
    def ask(
        cls,
        station: str,
        certificate: str,
        *,
        serial_number: str,
        reason: str,
        by: str,
        at: datetime,
    ) -> Self:
        """Have it revoked."""
        return cls._create(
            cls.Asked,
            id=cls.id_of(station, certificate),
            station=station,
            certificate=certificate,
            serial_number=serial_number,
            reason=reason,
            by=by,
            timestamp=at,
        )

    def ask_again(self, *, by: str, at: datetime) -> None:
        """The same, when the authority has failed at it."""
        if self.state == FAILED:
            self._tell(self.AskedAgain, by=by, at=at)

    def conclude(self, problem: str, *, at: datetime) -> None:
        """What the authority did; `problem` is why it did not, "" when it has."""
        if self.state != ASKED:
            return
        if problem:
            self._tell(self.Failed, reason=problem, at=at)
        else:
            self._tell(self.Done, at=at)

    def _tell(self, kind: type[Fact], *, at: datetime, **more: str) -> None:
        about = {"station": self.station, "certificate": self.certificate}
        self.trigger_event(kind, **about, **more, timestamp=at)
