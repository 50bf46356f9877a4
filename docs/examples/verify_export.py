"""Checks what `ampledger verify --write` has written, without a line of Ampledger.

    python verify_export.py evidence.jsonl.gz public-key.pem

Needs Python and `cryptography`. It says the same as `ampledger verify --offline` and shows how
little there is to it; docs/tamper-evidence.md tells the format.
"""

import base64
import gzip
import json
import struct
import sys
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.serialization import load_pem_public_key

HEADER = (
    *("number", "previous", "first_fact", "last_fact", "first_entry", "last_entry", "rows"),
    *("root", "pruned_before", "at"),
)
SIGNED = ("number", "digest", "last_fact", "last_entry", "at", "key_id")
RECORD = struct.Struct(">cqi32s")
KINDS = {b"F": "fact", b"J": "entry"}


def text_of(name: str, said: dict[str, Any], fields: tuple[str, ...]) -> bytes:
    """Some fields as a JSON array without spaces: what is hashed, or signed."""
    values = [name, *(said[field] for field in fields)]
    return json.dumps(values, separators=(",", ":"), ensure_ascii=False).encode()


def root_of(leaves: list[bytes]) -> str:
    """The hash tree of RFC 6962."""
    level = [sha256(b"\0" + leaf).digest() for leaf in leaves]
    while len(level) > 1:
        pairs = zip(level[::2], level[1::2], strict=False)
        above = [sha256(b"\1" + one + two).digest() for one, two in pairs]
        level = above + level[len(above) * 2 :]
    return level[0].hex() if level else sha256().hexdigest()


class Check:
    """Reads line by line, and keeps one block in memory."""

    def __init__(self, key: str) -> None:
        self.public: Any = load_pem_public_key(Path(key).read_bytes())
        self.counts = {"fact": 0, "entry": 0, "block": 0, "checkpoint": 0, "end": 0}
        self.rows: dict[tuple[str, int], bytes] = {}
        self.gone: list[list[int]] = []  # number of a block, and the day it tells of
        self.digest, self.number = "0" * 64, 0
        self.is_signed = False

    def file(self, path: str) -> Iterator[str]:
        """What is wrong with a file."""
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            preface = json.loads(next(lines))
            self.gone, self.number = preface["prunings"], preface["first"] - 1
            yield from self.preface(preface)
            for line in lines:
                kind, *said = json.loads(line)
                self.counts[kind] += 1
                if kind in KINDS.values():
                    yield from self.row((kind, said[0]), line.rstrip("\n").split(",", 2)[2][:-1])
                elif kind == "block":
                    yield from self.block(said[0], base64.b64decode(said[1]))
                elif kind == "checkpoint":
                    yield from self.checkpoint(said[0])
        if not self.is_signed or not self.counts["end"]:
            yield "the file was cut short, or its end is not signed"

    def preface(self, preface: dict[str, Any]) -> Iterator[str]:
        """What later blocks tell of pruned days is signed as well."""
        proven = {}
        for each in preface["witnesses"]:
            block, signed = each["block"], each["checkpoint"]
            digest = sha256(text_of("ampledger.block.1", block, HEADER)).hexdigest()
            if self.is_genuine(signed) and signed["digest"] == digest:
                proven[block["number"]] = block["pruned_before"]
        for number, day in self.gone:
            if number > preface["last"] and proven.get(number) != day:
                yield f"nothing proves that block {number} tells of pruned rows"

    def row(self, place: tuple[str, int], text: str) -> Iterator[str]:
        """The text is hashed as it stands in the line."""
        if place in self.rows:
            yield f"{place[0]} {place[1]} is there twice"
        self.rows[place] = sha256(text.encode()).digest()

    def block(self, header: dict[str, Any], records: bytes) -> Iterator[str]:
        """It follows the one before, its records make its root, and the rows its records."""
        number = header["number"]
        begins = self.counts["block"] == 1 and number > 1  # a file of a part of the chain
        if number != self.number + 1 or not (begins or header["previous"] == self.digest):
            yield f"block {number} does not follow the one before"
        leaves = [records[n : n + RECORD.size] for n in range(0, len(records), RECORD.size)]
        if root_of(leaves) != header["root"] or len(leaves) != header["rows"]:
            yield f"block {number} has other records"
        if header["pruned_before"] != dict(self.gone).get(number, 0):
            yield f"block {number} tells otherwise what was pruned"
        pruned = max((day for told, day in self.gone if told > number), default=0)
        for letter, position, day, hashed in map(RECORD.unpack, leaves):
            found = self.rows.pop((KINDS[letter], position), b"")
            if found != hashed and (found or letter == b"F" or day >= pruned):
                yield f"{KINDS[letter]} {position} is not what was sealed"
        yield from (f"{kind} {position} was inserted" for kind, position in self.rows)
        self.rows.clear()
        self.digest = sha256(text_of("ampledger.block.1", header, HEADER)).hexdigest()
        self.number, self.is_signed = number, False

    def checkpoint(self, signed: dict[str, Any]) -> Iterator[str]:
        """It is signed, and over the block before it."""
        self.is_signed = self.is_genuine(signed)
        if not self.is_signed:
            yield f"checkpoint {signed['number']} is forged"
        if (signed["number"], signed["digest"]) != (self.number, self.digest):
            yield f"checkpoint {signed['number']} was signed over another block"

    def is_genuine(self, signed: dict[str, Any]) -> bool:
        """Whether the key has signed a checkpoint."""
        statement = text_of("ampledger.checkpoint.1", signed, SIGNED)
        try:
            self.public.verify(bytes.fromhex(signed["signature"]), statement)
        except (InvalidSignature, ValueError):
            return False
        return True


if __name__ == "__main__":
    check = Check(sys.argv[2])
    found = list(check.file(sys.argv[1]))
    rows = check.counts["fact"] + check.counts["entry"]
    told = (
        f"{rows} rows in {check.counts['block']} blocks, {check.counts['checkpoint']} checkpoints"
    )
    sys.stdout.write(("\n".join(found) or f"{told}: good") + "\n")
    sys.exit(bool(found))
