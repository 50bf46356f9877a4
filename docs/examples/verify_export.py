"""Checks what `ampledger verify --write` has written, without a line of Ampledger.

    python verify_export.py evidence.jsonl.gz public-key.pem

Needs Python and `cryptography`. It says the same as `ampledger verify --offline` and shows how
little there is to it; see docs/tamper-evidence.md.
"""

import base64
import gzip
import json
import struct
import sys
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.serialization import load_pem_public_key

FIELDS = (
    *("number", "previous", "first_fact", "last_fact", "first_entry", "last_entry", "rows"),
    *("root", "pruned_before", "at"),
)
SIGNED = ("number", "digest", "last_fact", "last_entry", "at", "key_id")
RECORD = struct.Struct(">cqi32s")
LETTERS = {b"F": "fact", b"J": "entry"}


def digest(name, header):
    """The hash of a header: its fields as a JSON array without spaces."""
    text = json.dumps([name, *header], separators=(",", ":"), ensure_ascii=False)
    return sha256(text.encode()).hexdigest()


def root(leaves):
    """The hash tree of RFC 6962."""
    level = [sha256(b"\0" + leaf).digest() for leaf in leaves]
    while len(level) > 1:
        pairs = zip(level[::2], level[1::2], strict=False)
        above = [sha256(b"\1" + one + two).digest() for one, two in pairs]
        level = above + level[len(above) * 2 :]
    return level[0] if level else sha256().digest()


def main(path, key):
    """Print what is wrong, else that all is good; returns the exit code."""
    public = load_pem_public_key(Path(key).read_bytes())
    found, rows, counts = [], {}, {"rows": 0, "blocks": 0, "checkpoints": 0}
    previous, last, ended = None, None, False
    with gzip.open(path, "rt", encoding="utf-8") as file:
        gone = json.loads(next(file)).get("prunings", [])
        for line in file:
            kind, *said = json.loads(line)
            if kind in LETTERS.values():
                text = line.rstrip("\n").split(",", 2)[2][:-1]  # as it stands in the line
                rows[kind, said[0]] = sha256(text.encode()).digest()
                counts["rows"] += 1
            elif kind == "block":
                last, records = said[0], base64.b64decode(said[1])
                if previous and (last["previous"], last["number"]) != previous:
                    found.append(f"block {last['number']} does not follow the one before")
                leaves = [records[n : n + 45] for n in range(0, len(records), 45)]
                if root(leaves).hex() != last["root"] or len(leaves) != last["rows"]:
                    found.append(f"block {last['number']} has other records")
                pruned = max((day for n, day in gone if n > last["number"]), default=0)
                for letter, position, day, hashed in map(RECORD.unpack, leaves):
                    place = LETTERS[letter], position
                    if rows.pop(place, b"") != hashed and not (letter == b"J" and day < pruned):
                        found.append(f"{place[0]} {position} is not what was sealed")
                found += [f"{kind} {position} was inserted" for kind, position in rows]
                rows.clear()
                header = digest("ampledger.block.1", [last[field] for field in FIELDS])
                previous = header, last["number"] + 1
                counts["blocks"] += 1
            elif kind == "checkpoint":
                (signed,) = said
                values = ["ampledger.checkpoint.1", *(signed[field] for field in SIGNED)]
                statement = json.dumps(values, separators=(",", ":"))
                try:
                    public.verify(bytes.fromhex(signed["signature"]), statement.encode())
                except (InvalidSignature, ValueError):
                    found.append(f"checkpoint {signed['number']} is forged")
                if not previous or (signed["digest"], signed["number"] + 1) != previous:
                    found.append(f"checkpoint {signed['number']} was signed over another block")
                counts["checkpoints"] += 1
                last = None
            ended = kind == "end"
    if last or not ended:
        found.append("the file was cut short, or its end is not signed")
    told = (
        f"{counts['rows']} rows in {counts['blocks']} blocks, {counts['checkpoints']} checkpoints"
    )
    print("\n".join(found) or f"{told}: good")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
