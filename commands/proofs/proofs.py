"""Makes the proof of a transaction: rows, account, chain, signature."""

from dataclasses import dataclass

from commands.proofs.gathering import Disclosing, Subject, gather
from commands.proofs.meter_keys import MeterKeys
from domain.chain.segments import NotSealed, Segment
from domain.evidence import bundle
from domain.evidence.account import account
from domain.evidence.bundle import Proof
from domain.evidence.rows import Rows
from domain.log import Log
from domain.pki.seals import Seal
from domain.ports import Clock
from projections import chain, transactions
from projections.database import Database

_NOT_YET = (
    "the newest rows are not under a signed checkpoint yet: ask again in"
    " AMPLEDGER_CHECKPOINT_INTERVAL seconds"
)


class NoSuchTransaction(Exception):
    """Nobody has heard of it."""


class NotProvable(Exception):
    """Its rows cannot be read by this program; the message says why."""


@dataclass(frozen=True, slots=True)
class Proofs:
    """Blocking. `stored` is the log as stored, `keys` opens what is sealed in it."""

    stored: Log
    keys: Disclosing
    database: Database
    seal: Seal
    clock: Clock

    @property
    def meter_keys(self) -> MeterKeys:
        """Who says what the public keys of meters are."""
        return MeterKeys(self.stored, self.database)

    def make(self, number: int, *, meter_key: str = "") -> bytes:
        """The bundle; raises NoSuchTransaction, NotProvable, Unavailable."""
        row = self.database.read(transactions.find, number)
        if row is None:
            raise NoSuchTransaction
        subject = Subject(number, row.station, row.first_position, row.last_position)
        known = self.meter_keys.of(
            row.station, row.connector, given=meter_key, upto=row.last_position
        )
        rows = gather(subject, self.stored, self.keys, known.facts)
        try:
            told = account(rows, known.keys)
        except ValueError as error:
            raise NotProvable(str(error)) from error
        segment = self._segment(rows)
        proof = Proof(
            format=bundle.FORMAT,
            made_at=self.clock(),
            account=told,
            meter_keys=known.keys,
            rows=rows,
            chain=segment,
            unchained="" if segment else _NOT_YET,
        )
        return bundle.write(proof, self.seal, self.seal.public_key)

    def _segment(self, rows: Rows) -> Segment | None:
        facts = [each.position for each in rows.facts]
        entries = [each.position for each in rows.journal]
        try:
            return self.database.read(chain.segment, facts, entries)
        except NotSealed:
            return None
