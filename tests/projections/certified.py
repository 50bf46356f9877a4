"""What may happen to the certificates of a station, in any order."""

from typing import Any

from domain.model.certificate import Csr, Hashed, Issued, Root
from domain.model.enrolment import Enrolment
from domain.model.revocation import Revocation
from domain.model.trust_store import TYPES, TrustStore
from domain.model.values import Socket

KINDS = ["enrolment", "revocation", "trust_store"]


def csr(name: str) -> Csr:
    return Csr(
        csr=f"PEM {name}",
        digest=name,
        common_name="CP1",
        organisation="",
        key="EC-secp256r1",
        key_fingerprint=f"key of {name}",
    )


def issued(name: str, at: Any, **changes: Any) -> Issued:
    values = {
        "certificate": name,
        "chain": f"PEM {name}",
        "serial_number": "1f",
        "common_name": "CP1",
        "organisation": "ACME",
        "issuer": "CN=CA",
        "key": "EC-secp256r1",
        "key_fingerprint": f"key of {name}",
        "not_before": at,
        "not_after": at,
    }
    return Issued(**values | changes)


def root(name: str, at: Any, *names: Hashed) -> Root:
    return Root(
        certificate=name,
        pem=f"PEM {name}",
        names=names,
        serial_number=name,
        common_name=f"Root {name}",
        organisation="",
        issuer="",
        not_before=at,
        not_after=at,
    )


class Certified:
    """A part of a world."""

    def get(self, key: Any, make: Any) -> Any:
        raise NotImplementedError

    def socket(self, how: int) -> Socket:
        """Some show a certificate."""
        certificate = ("", "x1")[how % 3 == 0]
        return Socket(connection=how, node="g1", protocol="ocpp1.6", certificate=certificate)

    def enrolment(self, id: str, how: int, at: Any) -> Enrolment:
        enrolment: Enrolment = self.get(("enrolment", id), lambda: Enrolment.begin(id, at=at))
        name, request, last = f"x{how % 3}", f"{id} {at}", next(reversed(enrolment.requests), "")
        message = {"message": "m", "trigger": ("", "t")[how % 2], "at": at}
        outcome = ("Accepted", "Rejected", "timed_out")[how % 3]
        steps = (
            lambda: enrolment.request(request, csr(name), **message),
            lambda: enrolment.reject(request, name, "weak", **message),
            lambda: enrolment.approve(last, by="x", at=at),
            lambda: enrolment.decline(last, reason="no", by="x", at=at),
            lambda: enrolment.fail(last, "away", at=at),
            lambda: enrolment.sign(last, issued(name, at), by="x", at=at),
            lambda: enrolment.offer(issued(name, at), call="c", by="x", at=at),
            lambda: enrolment.conclude(name, call="c", outcome=outcome, at=at),
        )
        steps[how % 8]()
        return enrolment

    def revocation(self, id: str, how: int, at: Any) -> Revocation:
        name = f"x{how % 3}"
        ask = {"serial_number": "1f", "reason": "r", "by": "x", "at": at}
        revocation: Revocation = self.get(
            ("revocation", id, name), lambda: Revocation.ask(id, name, **ask)
        )
        revocation.conclude(("", "away")[how % 2], at=at)
        if how % 3:
            revocation.ask_again(by=str(how), at=at)
        return revocation

    def trust_store(self, id: str, how: int, at: Any) -> TrustStore:
        store: TrustStore = self.get(("trust", id), lambda: TrustStore.begin(id, at=at))
        kind, name = TYPES[how % 2], Hashed("SHA256", "aa", "bb", f"{how % 4}")
        status = ("Accepted", "Failed")[how % 3 == 0]
        answer: dict[str, Any] = {"call": f"c{how % 5}", "late": how % 4 == 0, "at": at}
        steps = (
            lambda: store.install(kind, root(f"{how % 4}", at, name), status=status, **answer),
            lambda: store.install(kind, root(f"{how % 4}", at), status="Accepted", **answer),
            lambda: store.delete(name, status=status, **answer),
            lambda: store.report(kind, [name, name._replace(serial_number="9")], call="c", at=at),
            lambda: store.lose([kind], call=f"c{how % 5}", reason="timed_out", at=at),
        )
        steps[how % 5]()
        return store
