"""The inside of an installation whose bills are proven: a writer, read models, the chain."""

from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import orjson

from commands import kept
from commands.proofs.proofs import Proofs
from domain.chain.checkpoints import Checkpoint
from domain.evidence import bundle
from domain.evidence.bundle import Bundle
from domain.evidence.checking import check
from domain.evidence.comparison import Line
from domain.evidence.signed_values import Verdict
from domain.log import Log
from domain.model import operations as op
from domain.pki.seals import Seal
from domain.sealed_log import SealedLog
from domain.sealing.cache import KeyCache
from domain.store.opening import migrate, open_log
from projections.chaining import Chain
from projections.database import Database
from projections.engines import engine
from projections.keyring import StoredKeyring
from projections.migration import READ_MODELS
from projections.projector import Projector
from tests.domain.house import House

SECRET = kept.new_secret_key()


class Billed(House):
    """`proof` brings everything up to date first, as time does."""

    def __init__(self, stored: Log, database: Database) -> None:
        log = SealedLog(stored, KeyCache(StoredKeyring(database.engine)))
        super().__init__(log)
        self.stored, self.database, self.sealed = stored, database, log
        self.seal = Seal(SECRET)
        self.chain = Chain(stored, database, self.seal, self.clock, interval=0.001)
        self.proofs = Proofs(stored, log, database, self.seal, self.clock)
        self._projector = Projector(database.engine, log, READ_MODELS, clock=self.clock)
        self.settle()

    def clock(self) -> datetime:
        return self.now

    def project(self) -> None:
        while self._projector.step().moved:
            pass

    def checkpoint(self) -> Checkpoint | None:
        self.now += timedelta(seconds=1)
        return self.chain.grow().checkpoint

    def proof(self, number: int, *, sealed: bool = True, **asked: str) -> Bundle:
        self.project()
        if sealed:
            self.checkpoint()
        return bundle.read(self.proofs.make(number, **asked))

    def proofs_of(self, number: int) -> bytes:
        self.proof(number)
        return self.proofs.make(number)

    def start(self, meter: int = 1000, **members: Any) -> int:
        payload = {"connectorId": 1, "idTag": "ABC", "meterStart": meter, "timestamp": self.said()}
        answer = self.ask([2, self.id(), "StartTransaction", payload | members])
        return int(answer[2]["transactionId"])

    def measure(self, number: int, *samples: dict[str, Any]) -> None:
        value = {"timestamp": self.said(), "sampledValue": list(samples)}
        payload = {"connectorId": 1, "transactionId": number, "meterValue": [value]}
        self.ask([2, self.id(), "MeterValues", payload])

    def stop(self, number: int, meter: int = 8451, *samples: dict[str, Any], **more: Any) -> None:
        at = self.said()
        payload = {"transactionId": number, "meterStop": meter, "timestamp": at} | more
        if samples:
            value = {"timestamp": at, "sampledValue": list(samples)}
            payload["transactionData"] = [value]
        self.ask([2, self.id(), "StopTransaction", payload])

    def grant(self, operation: op.Operation) -> None:
        self.process(self.wish(operation))

    def id(self) -> str:
        return f"m{next(self._seq)}"

    def said(self) -> str:
        """The station's clock is two seconds behind."""
        self.now += timedelta(minutes=10)
        return (self.now - timedelta(seconds=2)).isoformat().replace("+00:00", "Z")


@contextmanager
def billed(log_url: str, read_url: str) -> Iterator[Billed]:
    migrate(log_url)
    log, database = open_log(log_url), Database(engine(read_url))
    try:
        database.migrate()
        yield Billed(log, database)
    finally:
        log.close()
        database.close()


def register(wh: int) -> dict[str, Any]:
    return {"value": str(wh), "unit": "Wh"}


def signed(text: str, context: str = "Transaction.End") -> dict[str, Any]:
    return {"value": text, "format": "SignedData", "context": context}


def verdicts(found: Bundle, public_key: bytes | None = None) -> dict[str, Verdict]:
    return {line.what: line.verdict for line in lines(found, public_key)}


def lines(found: Bundle, public_key: bytes | None = None) -> list[Line]:
    return check(found, public_key or Seal(SECRET).public_key)


def resigned(told: dict[str, Any]) -> bytes:
    """An altered proof, signed by somebody who has the key: the operator."""
    seal = Seal(SECRET)
    statement = orjson.dumps(told, option=orjson.OPT_SORT_KEYS)
    signature = {
        "algorithm": "Ed25519",
        "key_id": seal.key_id,
        "public_key": b64encode(seal.public_key).decode(),
        "value": seal.sign(statement).hex(),
    }
    return orjson.dumps({"proof": told, "signature": signature})


def charged(house: Billed, ocmf: str = "", tag: str = "ABC") -> int:
    """A whole transaction of 7451 Wh."""
    number = house.start(idTag=tag)
    house.measure(
        number, register(4000), {"value": "11.04", "unit": "kW", "measurand": "Power.Active.Import"}
    )
    house.stop(number, 8451, register(8451), *([signed(ocmf)] if ocmf else []), idTag=tag)
    return number
