"""The bundle that proves a bill: rows of the log as stored, what they come to, and a signature.

It is JSON. What is signed is the member `proof`: its keys sorted, without spaces, in UTF-8.
"""

from collections.abc import Mapping
from datetime import datetime

import msgspec

from domain.chain.checkpoints import Signer
from domain.chain.segments import Segment
from domain.evidence.rows import Rows
from domain.evidence.signed_values import Judgement, PublicKey
from domain.pki import seals

FORMAT = "ampledger.proof.1"
BY_FACT = "fact "  # how the source of a step begins that no frame tells


class NotABundle(Exception):
    """The bytes are no bundle of this format; the message says why."""


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """What the record says of a transaction. `started_at`, `stopped_at`: the station's clock."""

    number: int
    station: str
    connector: int
    id_tag: str
    state: str  # open, closed (without the station: provisional), stopped
    started_at: datetime
    start_received_at: datetime
    stopped_at: datetime | None = None
    stop_received_at: datetime | None = None
    stop_reason: str = ""
    stop_id_tag: str = ""
    closed_by: str = ""
    closed_reason: str = ""
    corrected_by: str = ""
    meter_start_wh: int
    meter_stop_wh: int | None = None
    energy_wh: int | None = None


class Step(msgspec.Struct, frozen=True):
    """One step from what was said to what is billed."""

    text: str
    wh: int | None
    source: str  # where that stands


class Derivation(msgspec.Struct, frozen=True, kw_only=True):
    """How the energy comes from the frames."""

    energy_wh: int | None
    recorded_wh: int | None  # what the facts say
    final: bool
    decided_by: str = ""  # who says so, where the meter says something else
    steps: tuple[Step, ...]

    @property
    def unframed(self) -> tuple[Step, ...]:
        """What facts say and no frame does."""
        return tuple(each for each in self.steps if each.source.startswith(BY_FACT))


class Sample(msgspec.Struct, frozen=True, kw_only=True):
    """A value, with its unit."""

    value: str
    unit: str
    measurand: str
    context: str
    phase: str
    location: str
    signed: bool


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """Samples that were taken at one moment, and the frame that told them."""

    journal: int  # position of the frame
    action: str
    at: datetime | None  # the station's clock
    register_wh: int | None
    samples: tuple[Sample, ...]


class Clock(msgspec.Struct, frozen=True, kw_only=True):
    """What a station's clock said in a frame, and when we received it."""

    journal: int
    action: str
    said: datetime | None
    received_at: datetime
    behind_ms: int | None  # how far it is behind ours; a frame that had to wait looks so too


class Signed(msgspec.Struct, frozen=True, kw_only=True):
    """A signed value and what was found out of it."""

    journal: int
    at: datetime | None
    context: str
    value: str
    judgement: Judgement


class Deed(msgspec.Struct, frozen=True, kw_only=True):
    """What an operator did about the transaction."""

    journal: int
    at: datetime
    by: str
    name: str
    body: str


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """What the rows come to: all of it can be made again from them."""

    transaction: Summary
    derivation: Derivation
    readings: tuple[Taken, ...]
    clock: tuple[Clock, ...]
    signed_values: tuple[Signed, ...]
    deeds: tuple[Deed, ...]


class Proof(msgspec.Struct, frozen=True, kw_only=True):
    """All there is to prove a transaction."""

    format: str
    made_at: datetime
    account: Account
    meter_keys: tuple[PublicKey, ...]  # the one that is most to be trusted first
    rows: Rows
    chain: Segment | None
    unchained: str = ""  # why there is no chain


class Signature(msgspec.Struct, frozen=True, kw_only=True):
    """Whose proof it is."""

    algorithm: str
    key_id: str
    public_key: bytes
    value: str  # hex


class Bundle(msgspec.Struct, frozen=True):
    """A proof that was read, the text that is signed, and its signature."""

    proof: Proof
    statement: bytes
    signature: Signature

    def is_genuine(self, keys: Mapping[str, bytes]) -> bool:
        """Whether one of these public keys, by their ids, has signed it."""
        key = keys.get(self.signature.key_id)
        return key is not None and seals.is_signed(key, self.statement, self.signature.value)


class _File(msgspec.Struct):
    proof: msgspec.Raw
    signature: Signature


def write(proof: Proof, signer: Signer, public_key: bytes) -> bytes:
    """The bundle, signed."""
    statement = _canonical(msgspec.json.encode(proof))
    signature = Signature(
        algorithm="Ed25519",
        key_id=signer.key_id,
        public_key=public_key,
        value=signer.sign(statement).hex(),
    )
    return msgspec.json.encode(_File(msgspec.Raw(statement), signature))


def read(text: bytes) -> Bundle:
    """A bundle that somebody handed over; raises NotABundle."""
    try:
        file = msgspec.json.decode(text, type=_File)
        statement = _canonical(bytes(file.proof))
        proof = msgspec.json.decode(statement, type=Proof)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise NotABundle(f"it is no proof: {error}") from None
    if proof.format != FORMAT:
        raise NotABundle(f"its format is {proof.format}, not {FORMAT}")
    return Bundle(proof, statement, file.signature)


def _canonical(text: bytes) -> bytes:
    return msgspec.json.encode(msgspec.json.decode(text), order="sorted")
