import random
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from itertools import pairwise

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.chain import blocks, checkpoints, merkle, segments
from domain.chain.blocks import Record, Sealed
from domain.chain.findings import Problem
from domain.chain.rows import Kind, of_entry, of_fact
from domain.chain.verifying import Portion, Pruning, Verifier
from domain.log import JournalEntry, JournalRow, Notification
from domain.pki import seals
from domain.pki.seals import Seal

SECRET = "c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2U="
SEAL = Seal(SECRET)
KEYS = {SEAL.key_id: SEAL.public_key}
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def fact(position, version=0):
    state = f'{{"n":{version or position}}}'.encode()
    noted = Notification(position, "station:CP1", version or position, "s.e", state, "c.1", "CP1")
    return of_fact(noted)


def entry(position, key="", at=NOON):
    given = ("CP1", "frame", "in", 7, "n-1", f"m{position}", "Heartbeat", b"\xff", b"[3]", "")
    return of_entry(JournalRow(position, JournalEntry(key or f"7.{position}", *given, at, at)))


@dataclass
class Chained:
    """Some blocks over rows, with gaps between their positions, each signed."""

    portions: list[Portion]

    @classmethod
    def over(cls, *sizes, gap=1):
        made, last, facts, entries = [], None, 0, 0
        for size in sizes:
            rows = [fact(facts + n * gap) for n in range(1, size + 1)]
            said = [entry(entries + n) for n in range(1, size + 1)]
            facts, entries = facts + size * gap, entries + size
            sealed = blocks.seal(last, rows, said, at=size)
            last = sealed.block
            signed = checkpoints.sign(last, SEAL, at=size)
            made.append(Portion(*sealed, [*rows, *said], (signed,)))
        return cls(made)

    def found(self, prunings=(), keys=KEYS, rest=()):
        verifier = Verifier(keys, prunings)
        found = [each for portion in self.portions for each in verifier.check(portion)]
        return [*found, *verifier.check_rest(rest)]


def test_the_text_of_a_row_is_one_that_others_can_write_too():
    assert fact(3).text == b'["station:CP1",3,"s.e","eyJuIjozfQ==","c.1","CP1"]'
    assert entry(4).text == (
        b'["7.4","CP1","frame","in",7,"n-1","m4","Heartbeat","/w==","WzNd","",'
        b'1772366400000000,1772366400000000,""]'
    )
    assert entry(4).day == 20513


def test_a_block_is_one_that_others_can_compute_too():
    sealed = blocks.seal(None, [fact(1)], [entry(1)], at=5)
    leaf = b"F" + (1).to_bytes(8) + (0).to_bytes(4) + sha256(fact(1).text).digest()
    other = b"J" + (1).to_bytes(8) + (20513).to_bytes(4) + sha256(entry(1).text).digest()
    nodes = b"".join(sha256(b"\0" + each).digest() for each in (leaf, other))
    root = sha256(b"\1" + nodes).hexdigest()
    assert sealed.records == leaf + other
    header = f'["ampledger.block.1",1,"{"0" * 64}",1,1,1,1,2,"{root}",0,5]'.encode()
    assert (sealed.block.text, sealed.block.digest) == (header, sha256(header).hexdigest())


def test_the_hash_tree_is_that_of_rfc_6962():
    leaves = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657"]
    leaves += ["606162636465666768696a6b6c6d6e6f"]
    assert merkle.root([bytes.fromhex(leaf) for leaf in leaves]).hex() == (
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"
    )
    assert merkle.root([]).hex() == sha256().hexdigest()


@given(st.lists(st.binary(max_size=3), min_size=1, max_size=40), st.randoms(use_true_random=False))
def test_a_path_leads_to_the_root_from_its_own_leaf_only(leaves, luck):
    index, size = luck.randrange(len(leaves)), len(leaves)
    way = merkle.path(leaves, index)
    assert merkle.climbed(leaves[index], index, size, way) == merkle.root(leaves)
    assert merkle.climbed(leaves[index] + b"!", index, size, way) != merkle.root(leaves)
    assert merkle.climbed(leaves[index], size, size, way) == b""
    assert merkle.climbed(leaves[index], index, size, (*way, b"0" * 32)) == b""


def test_an_installation_always_has_the_same_key():
    assert (Seal(SECRET).public_key, Seal(SECRET).key_id) == (SEAL.public_key, SEAL.key_id)
    for text in (seals.pem(SEAL.public_key), SEAL.public_key.hex()):
        assert seals.read_public_key(text) == SEAL.public_key
    for text in ("", "ab", "zz" * 32, "-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----"):
        with pytest.raises(ValueError, match=r"."):
            seals.read_public_key(text)


def test_what_was_sealed_is_found_as_it_was():
    assert Chained.over(3, 1, 5, gap=3).found() == []


ROWS = {
    "altered": (lambda rows: [*rows[:1], rows[1]._replace(text=fact(99).text), *rows[2:]], 2),
    "missing": (lambda rows: rows[:1] + rows[2:], 2),
    "inserted": (lambda rows: [*rows[:2], fact(5, 77)._replace(position=5), *rows[2:]], 5),
}


@pytest.mark.parametrize("problem", ROWS)
def test_a_row_that_is_not_as_it_was_is_named(problem):
    chained = Chained.over(4, 4, gap=2)
    change, position = ROWS[problem]
    first = chained.portions[0]
    chained.portions[0] = first._replace(rows=change(list(first.rows)))
    (finding,) = chained.found()
    place = 4 if position == 2 else position
    assert (finding.problem, finding.kind, finding.position) == (problem, "fact", place)


def test_rows_that_changed_places_are_told_from_others():
    chained = Chained.over(3)
    one, two, *others = chained.portions[0].rows
    swapped = [one._replace(text=two.text), two._replace(text=one.text), *others]
    chained.portions[0] = chained.portions[0]._replace(rows=swapped)
    assert [str(each) for each in chained.found()] == [
        "fact 1 of CP1 (station:CP1 2 s.e) reordered: it stood at fact 2",
        "fact 2 of CP1 (station:CP1 1 s.e) reordered: it stood at fact 1",
    ]


@given(st.data())
def test_no_edit_of_the_rows_passes(data):
    chained = Chained.over(3, 4, gap=2)
    place = data.draw(st.integers(0, 1))
    rows = list(chained.portions[place].rows)
    edited = list(data.draw(st.permutations(rows)))
    for _ in range(data.draw(st.integers(0, 3))):
        index = data.draw(st.integers(0, len(edited) - 1))
        row = edited.pop(index) if data.draw(st.booleans()) else edited[index]
        text = bytearray(row.text)
        text[data.draw(st.integers(0, len(text) - 1))] ^= data.draw(st.integers(0, 255))
        position = row.position + data.draw(st.integers(0, 1))
        edited.insert(index, row._replace(text=bytes(text), position=position))
        edited = list({(each.kind, each.position): each for each in edited}.values())
    edited.sort(key=lambda row: (row.kind is Kind.ENTRY, row.position))
    chained.portions[place] = chained.portions[place]._replace(rows=edited)
    assert bool(chained.found()) == (edited != rows)


def resealed(portion, previous, rows=None):
    """A block as a forger makes it, who knows all but the key."""
    rows = list(rows or portion.rows)
    facts = [row for row in rows if row.kind is Kind.FACT]
    entries = [row for row in rows if row.kind is Kind.ENTRY]
    sealed = blocks.seal(previous, facts, entries, at=portion.block.at)
    return Portion(*sealed, rows, portion.checkpoints)


def test_a_chain_that_was_computed_anew_is_not_the_one_that_was_signed():
    chained = Chained.over(2, 2, 2)
    rows = [chained.portions[0].rows[0]._replace(text=b"[]"), *chained.portions[0].rows[1:]]
    previous, forged = None, []
    for portion in chained.portions:
        forged.append(resealed(portion, previous, None if previous else rows))
        previous = forged[-1].block
    assert {each.position for each in Chained(forged).found()} == {1, 2, 3}
    unsigned = [portion._replace(checkpoints=()) for portion in forged[:-1]]
    (finding,) = Chained([*unsigned, forged[-1]]).found()
    assert str(finding) == "block 3 altered: the block is not the one that was signed"


BLOCKS = {
    "a block is gone": lambda p: [p[0], p[2]],
    "a block is altered": lambda p: [
        p[0]._replace(block=msgspec.structs.replace(p[0].block, at=9)), *p[1:]
    ],
    "blocks changed places": lambda p: [p[1], p[0], p[2]],
    "records are altered": lambda p: [p[0]._replace(records=p[1].records), *p[1:]],
    "records are no records": lambda p: [p[0]._replace(records=b"?"), *p[1:]],
    "a block answers for less": lambda p: [
        p[0], p[1]._replace(block=msgspec.structs.replace(p[1].block, first_fact=4)), p[2]
    ],
    "a block pretends to tell of pruning": lambda p: [
        p[0],
        p[1]._replace(block=msgspec.structs.replace(p[1].block, pruned_before=99_999)),
        p[2],
    ],
    "a signature is of another statement": lambda p: [
        p[0]._replace(checkpoints=(msgspec.structs.replace(p[0].checkpoints[0], at=9),)), *p[1:]
    ],
    "a signature is no signature": lambda p: [
        p[0]._replace(checkpoints=(msgspec.structs.replace(p[0].checkpoints[0], signature="x"),)),
        *p[1:],
    ],
}  # fmt: skip


@pytest.mark.parametrize("change", BLOCKS.values(), ids=BLOCKS)
def test_an_edit_of_the_chain_is_found(change):
    assert Chained(change(Chained.over(2, 3, 2).portions)).found()


def test_a_checkpoint_of_another_key_is_worth_nothing():
    other = Seal("b3RoZXIgb3RoZXIgb3RoZXIgb3RoZXIgb3RoZXIgb3Q=")
    chained = Chained.over(2)
    signed = checkpoints.sign(chained.portions[0].block, other, at=1)
    chained.portions[0] = chained.portions[0]._replace(checkpoints=(signed,))
    (finding,) = chained.found()
    assert (finding.problem, finding.kind) == (Problem.FORGED, "checkpoint")
    assert chained.found(keys={other.key_id: other.public_key}) == []


def test_a_tail_that_was_cut_off_is_missed_by_its_checkpoint():
    chained = Chained.over(2, 2)
    cut = chained.portions.pop()
    (finding,) = chained.found(rest=cut.checkpoints)
    assert str(finding) == "block 2 missing: a checkpoint was signed over it"


def pruning_chain(*, is_signed=True):
    sealed = blocks.seal(None, [fact(1)], [entry(1), entry(2)], at=1)
    told = blocks.seal(sealed.block, (), [entry(3)], at=2, pruned_before=entry(1).day + 1)
    signed = checkpoints.sign(told.block, SEAL, at=2)
    rows = Portion(*sealed, [fact(1)])
    return Chained([rows, Portion(*told, [], (signed,) if is_signed else ())])


def test_rows_may_be_gone_when_a_later_block_says_so():
    chained = pruning_chain()
    told = [Pruning(2, entry(1).day + 1)]
    (finding,) = chained.found(told)
    assert (finding.problem, finding.kind, finding.position) == ("missing", "entry", 3)
    assert [each.problem for each in chained.found()] == ["missing"] * 2 + ["altered", "missing"]
    chained.portions[0] = chained.portions[0]._replace(rows=[])
    assert ("missing", "fact", 1) in [each[:3] for each in chained.found(told)]


def test_a_block_that_tells_of_pruning_bears_a_signature_itself():
    found = pruning_chain(is_signed=False).found([Pruning(2, entry(1).day + 1)])
    assert ("forged", "block", 2) in [each[:3] for each in found]


def proof(*sizes, places):
    portions = Chained.over(*sizes).portions
    wanted = set(places)
    found = [i for p in portions for i in segments.inclusions(p.block, p.records, wanted)]
    texts = {
        (row.kind, row.position): row.text
        for p in portions
        for row in p.rows
        if (row.kind, row.position) in wanted
    }
    chain = tuple(portion.block for portion in portions)
    signed = portions[-1].checkpoints[0]
    return segments.Segment(blocks=chain, inclusions=tuple(found), checkpoint=signed), texts


@given(st.randoms(use_true_random=False))
def test_a_segment_proves_its_rows_and_no_others(luck: random.Random):
    sizes = [luck.randint(1, 9) for _ in range(3)]
    numbers = luck.sample(range(1, sum(sizes) + 1), k=min(3, sum(sizes)))
    places = [(luck.choice(list(Kind)), number) for number in numbers]
    segment, texts = proof(*sizes, places=places)
    sent = msgspec.json.decode(msgspec.json.encode(segment), type=segments.Segment)
    assert segments.problems(sent, texts, KEYS) == []
    place = luck.choice(places)
    (told,) = segments.problems(sent, texts | {place: texts[place] + b" "}, KEYS)
    assert told == f"{place[0]} {place[1]} is not what was sealed"
    (told,) = segments.problems(sent, texts | {(Kind.FACT, 10_000): b"[]"}, KEYS)
    assert told == "fact 10000 is not in the segment"


def test_a_segment_is_worth_what_its_checkpoint_is():
    segment, texts = proof(2, 2, places=[(Kind.FACT, 1)])
    changes = [
        {"blocks": segment.blocks[::-1]},
        {"blocks": segment.blocks[:1]},
        {"blocks": ()},
        {"checkpoint": msgspec.structs.replace(segment.checkpoint, at=99)},
    ]
    for change in changes:
        assert segments.problems(msgspec.structs.replace(segment, **change), texts, KEYS)
    assert segments.problems(segment, texts, {}) != []


def test_blocks_have_no_holes_between_them():
    made = [portion.block for portion in Chained.over(1, 2, 3, gap=4).portions]
    for one, two in pairwise(made):
        assert (two.first_fact, two.first_entry) == (one.last_fact + 1, one.last_entry + 1)
    empty: Sealed = blocks.seal(made[-1], (), (), at=1)
    assert (empty.block.last_fact, empty.block.rows) == (made[-1].last_fact, 0)


def test_records_say_what_they_were_made_of():
    record = Record(Kind.ENTRY, 2**40, -1, b"h" * 32)
    assert list(blocks.records_of(record.leaf)) == [record]
