"""A house whose station asks for certificates, and an authority that signs them."""

from typing import Any

import orjson

from commands.ca.memory import MemoryAuthority
from domain import wire
from domain.model import certificate_operations as op
from domain.model import operations
from domain.model.call import Call
from domain.model.enrolment import Enrolment
from domain.pki import keys
from domain.ports import Subject
from tests.domain.house import NOON, House


class EnrolHouse(House):
    """CP1 is registered and connected."""

    def __init__(self) -> None:
        super().__init__()
        self.settle()
        self.authority = MemoryAuthority(lambda: NOON)

    def ask_for(self, csr: str, message: str = "m1") -> str:
        """The station asks; the status it is told."""
        answer = self.ask([2, message, "SignCertificate", {"csr": csr}])
        return str(answer[2]["status"])

    def grant(self, operation: operations.Operation) -> str:
        """Why a wish is refused, "" when it is granted."""
        (reply,) = self.process(self.wish(operation)).replies
        return str(reply[1].message)

    def issue(self, request: str, csr: str, name: str = "CP1") -> str:
        """The authority signs, and the desk tells; the chain."""
        chain = self.authority.sign(csr, Subject(name, "ACME"), days=30)
        self.grant(op.IssueCertificate(station="CP1", request=request, chain=chain))
        return chain

    def raw(self, chain: str, call: str = "raw") -> None:
        self.call("CertificateSigned", {"certificateChain": chain}, call)

    def call(self, action: str, payload: dict[str, Any], call: str) -> None:
        """An operator sends it, and it goes out."""
        wish = operations.RequestCall(
            station="CP1",
            call=call,
            action=action,
            payload=orjson.dumps(payload).decode(),
            expires_at=self.now,
        )
        self.process(self.wish(wish), self.sent(call))

    def sent(self, call: str) -> wire.Sent:
        return wire.Sent(station="CP1", connection=5, call=call, at=self.now)

    def answer(self, call: str, status: str = "Accepted", **more: Any) -> None:
        self.process(self.received([3, call, {"status": status, **more}]))

    def lose(self, call: str) -> None:
        at, reason = self.now, "silence"
        self.process(wire.TimedOut(station="CP1", connection=5, call=call, reason=reason, at=at))

    def calls(self, action: str = "CertificateSigned") -> list[Call.Requested]:
        """What was queued, in order."""
        found = [fact for fact in self.told() if isinstance(fact, Call.Requested)]
        return [fact for fact in found if fact.action == action]

    def requests(self) -> list[Enrolment.Requested]:
        return [fact for fact in self.told() if isinstance(fact, Enrolment.Requested)]

    @property
    def states(self) -> list[str]:
        """Of the requests that are remembered."""
        found = self.csms._repository.get(Enrolment, Enrolment.id_of("CP1"))
        return [each["state"] for each in found.requests.values()] if found else []


def new_csr(name: str = "CP1") -> str:
    return keys.request(keys.made(), common_name=name, organisation="whoever")


def call_of(fact: Call.Requested) -> str:
    return fact.originator_id.removeprefix("call:")
