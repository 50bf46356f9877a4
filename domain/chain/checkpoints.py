"""Checkpoints: the chain's head at an instant, signed, so that it can be published (ADR 27)."""

from collections.abc import Mapping
from typing import Protocol

import msgspec

from domain.chain.blocks import Block
from domain.pki import seals

_FORMAT = "ampledger.checkpoint.1"


class Signer(Protocol):
    """Whoever has the key of the installation."""

    @property
    def key_id(self) -> str:
        """The name of its public key."""
        ...

    def sign(self, statement: bytes) -> bytes:
        """An Ed25519 signature."""
        ...


class Checkpoint(msgspec.Struct, frozen=True, kw_only=True):
    """A signed statement: at this instant the chain ended with that block."""

    number: int  # of the block
    digest: str  # of the block, in hex
    last_fact: int
    last_entry: int
    at: int  # microseconds since 1970
    key_id: str
    signature: str = ""  # Ed25519 over `statement`, in hex

    @property
    def statement(self) -> bytes:
        """What is signed: a JSON array without spaces, of all fields but the signature."""
        said = msgspec.structs.astuple(self)[:-1]
        return msgspec.json.encode((_FORMAT, *said))

    def is_genuine(self, keys: Mapping[str, bytes]) -> bool:
        """Whether one of these public keys, by their ids, has signed it."""
        key = keys.get(self.key_id)
        return key is not None and seals.is_signed(key, self.statement, self.signature)


def sign(block: Block, signer: Signer, *, at: int) -> Checkpoint:
    """A checkpoint of a block that is the chain's last."""
    plain = Checkpoint(
        number=block.number,
        digest=block.digest,
        last_fact=block.last_fact,
        last_entry=block.last_entry,
        at=at,
        key_id=signer.key_id,
    )
    return msgspec.structs.replace(plain, signature=signer.sign(plain.statement).hex())


def differs(checkpoint: Checkpoint, block: Block) -> bool:
    """Whether the checkpoint was signed over another block of that number."""
    signed = checkpoint.digest, checkpoint.last_fact, checkpoint.last_entry
    return signed != (block.digest, block.last_fact, block.last_entry)
