"""What a station asks to have signed, and what it did with it (white paper A02, A03)."""

from dataclasses import asdict
from datetime import datetime
from typing import Any, Self

from domain.model import signing_request
from domain.model.aggregate import Aggregate, Birth, Fact, Refused
from domain.model.certificate import Csr, Issued
from domain.model.questions import RECALLED, TIMED_OUT
from domain.model.signing_request import OFFERABLE, SIGNABLE, State

_REMEMBERED = 5  # requests
_SILENCE = RECALLED | {TIMED_OUT}  # what a call ends with that the station has not answered
_ACCEPTED = "Accepted"


class Enrolment(Aggregate):
    """One request is open at a time, and is answered with one certificate at most.

    pending → approved → signed → delivered | refused | undelivered; pending | approved → declined |
    failed | superseded. What has failed may be approved again, and what is signed be offered again,
    by whoever asks for it: nothing is done twice by itself.
    """

    TOPIC = "enrolment"
    SNAPSHOT_EVERY = 100

    class Begun(Birth):
        """The station asked for a certificate, or was given one, for the first time."""

        TOPIC = "enrolment.begun"

    class Requested(Fact):
        """It sent a request that can be signed, and was told Accepted."""

        TOPIC = "enrolment.requested"
        request: str  # its id
        csr: str  # PEM
        digest: str  # SHA-256 of the text as it came
        common_name: str
        organisation: str
        key: str
        key_fingerprint: str
        message: str  # id of the SignCertificate
        trigger: str  # the call that asked for it, "" when the station came by itself

        def apply(self, enrolment: "Enrolment") -> None:
            new = {"digest": self.digest, "key": self.key_fingerprint, "trigger": self.trigger}
            new |= {"message": self.message, "certificate": "", "chain": "", "by": ""}
            enrolment.requests[self.request] = new
            enrolment.move(self.request, State.PENDING, self.timestamp)
            enrolment.requests = dict(list(enrolment.requests.items())[-_REMEMBERED:])

    class Rejected(Fact):
        """It sent one that cannot be signed: why. It was told Rejected."""

        TOPIC = "enrolment.rejected"
        request: str
        digest: str
        reason: str
        message: str
        trigger: str

        def apply(self, enrolment: "Enrolment") -> None:
            enrolment.rejected = self.digest

    class Approved(Fact):
        """An operator wants it signed."""

        TOPIC = "enrolment.approved"
        request: str
        by: str

        def apply(self, enrolment: "Enrolment") -> None:
            enrolment.move(self.request, State.APPROVED, self.timestamp, by=self.by)

    class Declined(Fact):
        """An operator does not."""

        TOPIC = "enrolment.declined"
        request: str
        reason: str
        by: str

        def apply(self, enrolment: "Enrolment") -> None:
            enrolment.move(self.request, State.DECLINED, self.timestamp)

    class Failed(Fact):
        """The certificate authority did not sign it: why. Nobody tries again unasked."""

        TOPIC = "enrolment.failed"
        request: str
        reason: str

        def apply(self, enrolment: "Enrolment") -> None:
            enrolment.move(self.request, State.FAILED, self.timestamp)

    class Superseded(Fact):
        """The station has asked for something else since."""

        TOPIC = "enrolment.superseded"
        request: str

        def apply(self, enrolment: "Enrolment") -> None:
            enrolment.move(self.request, State.SUPERSEDED, self.timestamp)

    class Signed(Fact):
        """There is a certificate; without a request, one that somebody has made for the station."""

        TOPIC = "enrolment.signed"
        request: str  # "" for none
        certificate: str  # its fingerprint
        chain: str  # PEM, the certificate first
        serial_number: str
        common_name: str
        organisation: str
        issuer: str
        key: str
        key_fingerprint: str
        not_before: datetime
        not_after: datetime
        by: str

        def apply(self, enrolment: "Enrolment") -> None:
            kept = {f: c for f, c in enrolment.issued.items() if c["until"] > self.timestamp}
            new = {"request": self.request, "until": self.not_after, "serial": self.serial_number}
            enrolment.issued = kept | {self.certificate: new | {"state": State.SIGNED}}
            news = {"certificate": self.certificate, "chain": self.chain, "by": self.by}
            enrolment.move(self.request, State.SIGNED, self.timestamp, **news)

    class Offered(Fact):
        """A CertificateSigned with it was queued."""

        TOPIC = "enrolment.offered"
        request: str
        certificate: str
        call: str

        def apply(self, enrolment: "Enrolment") -> None:
            enrolment.settle(self.certificate, State.SIGNED, self.timestamp)

    class Delivered(Fact):
        """The station took it. The one before stays valid until its end (A02.FR.12)."""

        TOPIC = "enrolment.delivered"
        request: str
        certificate: str
        call: str

        def apply(self, enrolment: "Enrolment") -> None:
            enrolment.settle(self.certificate, State.DELIVERED, self.timestamp)

    class Refused(Fact):
        """The station did not take it, and keeps the one before."""

        TOPIC = "enrolment.refused"
        request: str
        certificate: str
        call: str
        reason: str

        def apply(self, enrolment: "Enrolment") -> None:
            enrolment.settle(self.certificate, State.REFUSED, self.timestamp)

    class Undelivered(Fact):
        """It did not arrive, or nobody knows: what became of its call."""

        TOPIC = "enrolment.undelivered"
        request: str
        certificate: str
        call: str
        reason: str

        def apply(self, enrolment: "Enrolment") -> None:
            enrolment.settle(self.certificate, State.UNDELIVERED, self.timestamp)

    def __init__(self) -> None:
        self.requests: dict[str, dict[str, Any]] = {}  # the last ones by id, the newest last
        self.issued: dict[str, dict[str, Any]] = {}  # by fingerprint, as long as they are valid
        self.rejected = ""  # digest of the last request that could not be signed

    @classmethod
    def id_of(cls, station: str) -> str:
        """The stream of a station's requests."""
        return f"enrolment:{station}"

    @classmethod
    def begin(cls, station: str, *, at: datetime) -> Self:
        """Nothing was ever asked for."""
        return cls._create(cls.Begun, id=cls.id_of(station), timestamp=at)

    def move(self, request: str, state: str, at: datetime, **news: str) -> None:
        """An effect: the request is in a state."""
        if found := self.requests.get(request):
            found.update(state=state, since=at, **news)

    def settle(self, certificate: str, state: str, at: datetime) -> None:
        """An effect: the certificate is in a state, and so is what it was asked for with."""
        if found := self.issued.get(certificate):
            found["state"] = state
            self.move(found["request"], state, at)

    # --- what the station asks for ---

    def request(self, request: str, csr: Csr, *, message: str, trigger: str, at: datetime) -> None:
        """It may be signed. The same one again is the same one, until long after its end."""
        known = self.requests.values()
        if any(signing_request.is_repeat(r, csr.digest, trigger, at=at) for r in known):
            return
        for id in [id for id, r in self.requests.items() if r["state"] in SIGNABLE]:
            self.trigger_event(self.Superseded, request=id, timestamp=at)
        news = {"message": message, "trigger": trigger, "timestamp": at}
        self.trigger_event(self.Requested, request=request, **asdict(csr), **news)

    def reject(
        self, request: str, digest: str, reason: str, *, message: str, trigger: str, at: datetime
    ) -> None:
        """It may not; the same one again is no news."""
        if digest != self.rejected:
            told = {"reason": reason, "message": message, "trigger": trigger, "timestamp": at}
            self.trigger_event(self.Rejected, request=request, digest=digest, **told)

    def owed(self, digest: str, *, at: datetime) -> str:
        """The chain that the station asks for again because it did not get it; "" for none."""
        known = self.requests.values()
        return next((r["chain"] for r in known if signing_request.is_owed(r, digest, at=at)), "")

    # --- what operators and the authority say ---

    def approve(self, request: str, *, by: str, at: datetime) -> str:
        """Have it signed; one that is signed is offered again: then the chain to send, else ""."""
        found = self.find(request)
        if found["state"] in OFFERABLE:
            return str(found["chain"])
        if found["state"] not in SIGNABLE:
            raise Refused(f"this request is {found['state']} already")
        if found["state"] != State.APPROVED:
            self.trigger_event(self.Approved, request=request, by=by, timestamp=at)
        return ""

    def decline(self, request: str, *, reason: str, by: str, at: datetime) -> None:
        """Have it not signed."""
        state = self.find(request)["state"]
        if state == State.DECLINED:
            return
        if state not in SIGNABLE:
            raise Refused(f"this request is {state} already")
        self.trigger_event(self.Declined, request=request, reason=reason, by=by, timestamp=at)

    def fail(self, request: str, reason: str, *, at: datetime) -> None:
        """The authority did not sign; it said so of a request that was still open."""
        if self.find(request)["state"] in SIGNABLE - {State.FAILED}:
            self.trigger_event(self.Failed, request=request, reason=reason, timestamp=at)

    def sign(self, request: str, issued: Issued, *, by: str, at: datetime) -> bool:
        """The authority signed; whether that is news: a request has one certificate at most."""
        if self.find(request)["state"] not in SIGNABLE:
            return False
        self._sign(request, issued, by=by, at=at)
        return True

    # --- what becomes of a certificate ---

    def offer(self, issued: Issued, *, call: str, by: str, at: datetime) -> None:
        """It is on its way; one that nobody here has issued counts as made by whoever sends it."""
        if issued.certificate not in self.issued:
            self._sign(self._asked_with(issued.key_fingerprint), issued, by=by, at=at)
        self._tell(self.Offered, issued.certificate, call, at=at)

    def conclude(self, certificate: str, *, call: str, outcome: str, at: datetime) -> None:
        """The station's answer, or what became of the call; what it took once it has."""
        if outcome == _ACCEPTED:
            self._tell(self.Delivered, certificate, call, at=at)
        else:
            kind = self.Undelivered if outcome in _SILENCE else self.Refused
            self._tell(kind, certificate, call, reason=outcome, at=at)

    def find(self, request: str) -> dict[str, Any]:
        """One of the last requests; raises Refused."""
        if request not in self.requests:
            raise Refused("there is no such request, or it was overtaken", Refused.NOT_FOUND)
        return self.requests[request]

    def _asked_with(self, key: str) -> str:
        """The open request for a key, "" for none."""
        open = (id for id, r in self.requests.items() if r["key"] == key and r["state"] in SIGNABLE)
        return next(open, "")

    def _sign(self, request: str, issued: Issued, *, by: str, at: datetime) -> None:
        self.trigger_event(self.Signed, request=request, **asdict(issued), by=by, timestamp=at)

    def _tell(
        self, kind: type[Fact], certificate: str, call: str, *, at: datetime, **more: str
    ) -> None:
        known = self.issued.get(certificate)
        if known and known["state"] != State.DELIVERED:
            told = {"request": known["request"], "certificate": certificate, "call": call}
            self.trigger_event(kind, **told, **more, timestamp=at)
