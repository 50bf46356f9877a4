"""The roots that a station trusts, as it told and as it accepted (white paper M03-M05)."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import datetime
from typing import Any, Self

from domain.model.aggregate import Aggregate, Birth, Fact
from domain.model.certificate import Hashed, Root

CENTRAL_SYSTEM, MANUFACTURER = "CentralSystemRootCertificate", "ManufacturerRootCertificate"
TYPES = (CENTRAL_SYSTEM, MANUFACTURER)
_ACCEPTED = "Accepted"
_GONE = frozenset({_ACCEPTED, "NotFound"})  # answers after which a certificate is not there
_UNKNOWN = frozenset({"timed_out", "unreadable"})  # it may have been done all the same


class TrustStore(Aggregate):
    """Changes only as the station says, whoever asked it.

    `certificate` in a fact is the fingerprint of one that was seen, else the name that the station
    has for it. A call without an answer leaves its type in doubt until a report or a late answer.
    """

    TOPIC = "trust"
    SNAPSHOT_EVERY = 50

    class Begun(Birth):
        """Roots were spoken of for the first time."""

        TOPIC = "trust.begun"

    class Reported(Fact):
        """The station told all it has of a type."""

        TOPIC = "trust.reported"
        certificate_type: str
        certificates: str  # JSON: [[certificate, algorithm, name hash, key hash, serial], …]
        call: str

        def apply(self, store: "TrustStore") -> None:
            before, after = store.of(self.certificate_type), {}
            for certificate, *name in json.loads(self.certificates):
                known = before.get(certificate) or {"pem": "", "serial": "", "names": []}
                names = [each for each in known["names"] if each != name]
                after[certificate] = known | {"names": [*names, name]}
            store.held[self.certificate_type] = after
            store.doubts.pop(self.certificate_type, None)

    class Installed(Fact):
        """The station accepted one."""

        TOPIC = "trust.installed"
        certificate_type: str
        certificate: str
        pem: str
        names: str  # JSON: [[algorithm, name hash, key hash, serial], …]
        serial_number: str
        common_name: str
        organisation: str
        issuer: str
        not_before: datetime
        not_after: datetime
        call: str

        def apply(self, store: "TrustStore") -> None:
            new = {"pem": self.pem, "serial": self.serial_number, "names": json.loads(self.names)}
            store.of(self.certificate_type)[self.certificate] = new
            store.settle(self.certificate_type, self.call)

    class Removed(Fact):
        """It is not there any more: the station deleted it, or did not find it."""

        TOPIC = "trust.removed"
        certificate_type: str
        certificate: str
        status: str
        call: str

        def apply(self, store: "TrustStore") -> None:
            store.of(self.certificate_type).pop(self.certificate, None)
            store.settle(self.certificate_type, self.call)

    class Failed(Fact):
        """The station did not do what it was asked: its word, or what became of the call."""

        TOPIC = "trust.failed"
        certificate_type: str
        certificate: str
        action: str  # of the call
        status: str
        call: str

        def apply(self, store: "TrustStore") -> None:
            store.settle(self.certificate_type, self.call)

    class Doubted(Fact):
        """Nobody knows whether it did."""

        TOPIC = "trust.doubted"
        certificate_type: str
        call: str

        def apply(self, store: "TrustStore") -> None:
            store.doubts[self.certificate_type] = self.call

    def __init__(self) -> None:
        self.held: dict[str, dict[str, dict[str, Any]]] = {}  # by type and certificate
        self.doubts: dict[str, str] = {}  # by type: the last call without an answer

    @classmethod
    def id_of(cls, station: str) -> str:
        """The stream of a station's roots."""
        return f"trust:{station}"

    @classmethod
    def begin(cls, station: str, *, at: datetime) -> Self:
        """A station of which nothing is known."""
        return cls._create(cls.Begun, id=cls.id_of(station), timestamp=at)

    @property
    def pems(self) -> list[str]:
        """What was seen of what is installed: issuers may be among them."""
        found = [root["pem"] for roots in self.held.values() for root in roots.values()]
        return [pem for pem in found if pem]

    def of(self, certificate_type: str) -> dict[str, dict[str, Any]]:
        """For effects: what is installed of a type, to be changed."""
        return self.held.setdefault(certificate_type, {})

    def settle(self, certificate_type: str, call: str) -> None:
        """An effect: what became of the call is known now."""
        if self.doubts.get(certificate_type) == call:
            del self.doubts[certificate_type]

    # --- what the station says ---

    def report(
        self, certificate_type: str, told: Iterable[Hashed], *, call: str, at: datetime
    ) -> None:
        """It told all it has of a type; two names of one certificate count once."""
        found = {self._known_as(certificate_type, name): name for name in told}
        self.trigger_event(
            self.Reported,
            certificate_type=certificate_type,
            certificates=json.dumps([[certificate, *name] for certificate, name in found.items()]),
            call=call,
            timestamp=at,
        )

    def install(
        self, certificate_type: str, root: Root, *, call: str, status: str, late: bool, at: datetime
    ) -> None:
        """It answered InstallCertificate; when late, only if nothing was heard in the meantime."""
        if late and self.doubts.get(certificate_type) != call:
            return
        about = {"certificate_type": certificate_type, "call": call, "timestamp": at}
        if status == _ACCEPTED:
            told = asdict(root) | {"names": json.dumps(root.names)}
            self.trigger_event(self.Installed, **told, **about)
        else:
            what = {"certificate": root.certificate, "action": "InstallCertificate"}
            self.trigger_event(self.Failed, **what, status=status, **about)

    def delete(self, name: Hashed, *, call: str, status: str, late: bool, at: datetime) -> None:
        """It answered DeleteCertificate; late as in `install`."""
        for certificate_type, certificate in list(self._named(name)):
            if late and self.doubts.get(certificate_type) != call:
                continue
            about = {"certificate_type": certificate_type, "certificate": certificate}
            about |= {"status": status, "call": call}
            if status in _GONE:
                self.trigger_event(self.Removed, **about, timestamp=at)
            else:
                what = "DeleteCertificate"
                self.trigger_event(self.Failed, **about, action=what, timestamp=at)

    def lose(self, types: Iterable[str], *, call: str, reason: str, at: datetime) -> None:
        """No answer came that can be read."""
        for certificate_type in types if reason in _UNKNOWN else ():
            self.trigger_event(
                self.Doubted, certificate_type=certificate_type, call=call, timestamp=at
            )

    def types_of(self, name: Hashed) -> tuple[str, ...]:
        """Of what types a certificate is; any, when it is not known."""
        return tuple(dict.fromkeys(kind for kind, _ in self._named(name))) or TYPES

    def _known_as(self, certificate_type: str, name: Hashed) -> str:
        """What a certificate that the station names is called here.

        One whose issuer nobody knew when it was installed has no names yet, but a serial number.
        """
        for certificate, root in self.held.get(certificate_type, {}).items():
            if _goes_by(root, name) or (not root["names"] and root["serial"] == name.plain[3]):
                return certificate
        return ":".join(name.plain)

    def _named(self, name: Hashed) -> Iterator[tuple[str, str]]:
        for certificate_type, roots in self.held.items():
            for certificate, root in roots.items():
                if _goes_by(root, name):
                    yield certificate_type, certificate


def _goes_by(root: dict[str, Any], name: Hashed) -> bool:
    return any(Hashed(*known).plain == name.plain for known in root["names"])
