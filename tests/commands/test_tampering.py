"""Rows edited in the database are named, whoever knows the tables as well as we do."""

import gzip
import json
import subprocess
import sys
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from commands.refusal import Refusal
from commands.verification import checking, stored
from domain.pki import seals
from projections import chain
from tests.commands.chained import DAY, KEYS, NOON, SEAL, in_folder, ledger_at
from tests.databases import fresh_database

EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "verify_export.py"


@contextmanager
def made(kind, folder, server):
    with ExitStack() as stack:
        if kind == "postgresql":
            urls = (stack.enter_context(fresh_database(server())),) * 2
        else:
            urls = in_folder(folder)
        ledger = stack.enter_context(ledger_at(*urls))
        ledger.sealed(10)
        yield ledger


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def kept(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("ledger")
    with made(request.param, folder, lambda: request.getfixturevalue("postgres_url")) as ledger:
        ledger.save()
        yield ledger, ledger.now


@pytest.fixture
def ledger(kept):
    """Ten facts and ten entries in three blocks, each signed; on PostgreSQL they begin at 2."""
    ledger, ledger.now = kept
    yield ledger
    ledger.restore()


@pytest.fixture(params=["sqlite", "postgresql"])
def pruned(request, tmp_path):
    """Likewise, of its own: where days were dropped nothing can be restored."""
    with made(request.param, tmp_path, lambda: request.getfixturevalue("postgres_url")) as ledger:
        yield ledger


def test_what_nobody_touched_is_verified(ledger):
    ledger.record()
    checked = ledger.check()
    tally = checked.tally
    assert (checked.findings, tally.rows, tally.blocks, tally.checkpoints) == ((), 20, 3, 3)
    assert checked.unsealed == 2


SWAP = (
    "UPDATE ampledger_events SET {place} = -1 WHERE {place} = 6",
    "UPDATE ampledger_events SET {place} = 6 WHERE {place} = 7",
    "UPDATE ampledger_events SET {place} = 7 WHERE {place} = -1",
)
ADD = """INSERT INTO ampledger_events
    ({{place}}, originator_id, originator_version, topic, state, station)
    VALUES ({at}, 'token:X', 1, 'token.issued', '', 'CP9')"""
EDITS = {
    "a fact altered": (
        ["UPDATE ampledger_events SET state = ' ' WHERE {place} = 6"],
        ["fact 6 of CP1 (station:CP1 6 station.heard) altered"],
    ),
    "a fact given to another station": (
        ["UPDATE ampledger_events SET station = 'CP2' WHERE {place} = 5"],
        ["fact 5 of CP2 (station:CP1 5 station.heard) altered"],
    ),
    "a fact deleted": (["DELETE FROM ampledger_events WHERE {place} = 6"], ["fact 6 missing"]),
    "the last facts deleted": (
        ["DELETE FROM ampledger_events WHERE {place} > 8"],
        ["fact 9 missing", "fact 10 missing"],
    ),
    "facts swapped": (
        SWAP,
        [
            "fact 6 of CP1 (station:CP1 7 station.heard) reordered: it stood at fact 7",
            "fact 7 of CP1 (station:CP1 6 station.heard) reordered: it stood at fact 6",
        ],
    ),
    "a fact in the place of another": (
        ["DELETE FROM ampledger_events WHERE {place} = 9", ADD.format(at=9)],
        ["fact 9 of CP9 (token:X 1 token.issued) altered"],
    ),
    "a fact before all others": (
        [ADD.format(at=-5)],
        ["fact -5 of CP9 (token:X 1 token.issued) inserted"],
    ),
    "a frame altered": (
        ["UPDATE ampledger_journal SET payload = ' ' WHERE position = 5"],
        ["entry 5 of CP1 (1.5) altered"],
    ),
    "an answer altered": (
        ["UPDATE ampledger_journal SET answer = ' ' WHERE position = 7"],
        ["entry 7 of CP1 (1.7) altered"],
    ),
    "a frame deleted": (["DELETE FROM ampledger_journal WHERE position = 3"], ["entry 3 missing"]),
    "a frame put before all others": (
        ["UPDATE ampledger_journal SET position = 0 WHERE position = 4"],
        ["entry 0 of CP1 (1.4) reordered: it stood at entry 4"],
    ),
    "everything deleted": (
        ["DELETE FROM ampledger_events", "DELETE FROM ampledger_journal"],
        ["fact", "fact"],
    ),
}


@pytest.mark.parametrize(("statements", "expected"), EDITS.values(), ids=EDITS)
def test_an_edit_of_the_log_is_named(ledger, statements, expected):
    ledger.edit(*statements)
    found = ledger.findings()
    assert len(found) >= len(expected)
    for told, wanted in zip(found, expected, strict=False):
        assert told.startswith(wanted)


def test_a_fact_in_a_gap_that_a_rollback_left_is_named(ledger):
    gap = 1 if ledger.is_postgres else 11
    if not ledger.is_postgres:
        ledger.edit("UPDATE ampledger_events SET rowid = 12 WHERE rowid = 10")
        ledger.edit_chain("DELETE FROM chain_blocks", "DELETE FROM chain_checkpoints")
        ledger.sealed(0)
    assert ledger.findings() == []
    ledger.edit(ADD.format(at=gap))
    assert ledger.findings() == [f"fact {gap} of CP9 (token:X 1 token.issued) inserted"]


CHAIN_EDITS = {
    "a block deleted": ["DELETE FROM chain_blocks WHERE number = 2"],
    "the last block deleted": ["DELETE FROM chain_blocks WHERE number = 3"],
    "a digest altered": ["UPDATE chain_blocks SET previous = root WHERE number = 2"],
    "a block's time altered": ["UPDATE chain_blocks SET at = at + 1 WHERE number = 1"],
    "records of another block": [
        ("UPDATE chain_blocks SET records = b.records FROM chain_blocks AS b"
        " WHERE b.number = 2 AND chain_blocks.number = 1")
    ],
    "a block that answers for less": ["UPDATE chain_blocks SET last_fact = 9 WHERE number = 3"],
    "a pruning that never was": [
        "UPDATE chain_blocks SET pruned_before = 99999 WHERE number = 3"
    ],
    "a forged checkpoint": ["UPDATE chain_checkpoints SET last_fact = 9 WHERE number = 3"],
    "a checkpoint of another key": ["UPDATE chain_checkpoints SET key_id = 'ab' WHERE number = 2"],
    "a checkpoint of no block": ["UPDATE chain_checkpoints SET number = 9 WHERE number = 3"],
}  # fmt: skip


@pytest.mark.parametrize("statements", CHAIN_EDITS.values(), ids=CHAIN_EDITS)
def test_an_edit_of_the_chain_is_found(ledger, statements):
    ledger.edit_chain(*statements)
    assert ledger.findings()


def test_who_takes_log_and_chain_back_together_is_given_away_by_what_was_published(ledger):
    published = ledger.database.read(chain.after, 0)
    last = ledger.database.read(chain.sealed_from, 2, limit=1)[0].block
    ledger.edit(
        f"DELETE FROM ampledger_events WHERE {{place}} > {last.last_fact}",
        f"DELETE FROM ampledger_journal WHERE position > {last.last_entry}",
    )
    for table in ("chain_blocks", "chain_checkpoints"):
        ledger.edit_chain(f"DELETE FROM {table} WHERE number > 2")
    assert ledger.findings() == []
    (finding,) = ledger.check(tuple(published)).findings
    assert str(finding) == "block 3 missing: a checkpoint was signed over it"


def test_blocks_that_nobody_signs_are_told(ledger):
    ledger.edit_chain("DELETE FROM chain_checkpoints WHERE number > 1")
    assert ledger.findings() == []  # they may be about to be signed
    ledger.edit_chain("UPDATE chain_blocks SET at = at + 86400000000 WHERE number = 3")
    (found,) = ledger.findings()
    assert found.startswith("block 2 unsigned: no checkpoint follows; the last one is of 2026-03")
    ledger.edit_chain("DELETE FROM chain_checkpoints")
    (found,) = ledger.findings()
    assert found == "block 1 unsigned: no checkpoint follows; there is none"


def test_the_journal_is_pruned_by_a_block_that_says_so(pruned):
    pruned.now += 30 * DAY
    pruned.sealed(2)
    assert pruned.chain().prune(pruned.now - DAY) == 10
    checked = pruned.check()
    assert (checked.findings, checked.tally.pruned) == ((), 10)
    (last,) = pruned.stored.frames(newest_first=True, limit=1)
    pruned.edit(f"DELETE FROM ampledger_journal WHERE position = {last.position}")
    assert pruned.findings() == [f"entry {last.position} missing"]


def test_what_is_not_sealed_yet_is_sealed_before_it_is_pruned(pruned):
    pruned.record(at=NOON - 5 * DAY)
    pruned.now += 30 * DAY
    assert pruned.chain().prune(pruned.now) == 11
    checked = pruned.check()
    assert (checked.findings, checked.tally.pruned, checked.unsealed) == ((), 11, 0)


@pytest.fixture
def exported(ledger, tmp_path):
    path = tmp_path / "evidence.jsonl.gz"
    assert ledger.verification.write(path, None, None, watch=lambda *_: None) == (1, 3)
    return path


def offline(path):
    checked = checking.check_file(path, KEYS, watch=lambda *_: None, most=10)
    return [str(each) for each in checked.findings]


def test_a_file_is_checked_without_the_database(ledger, exported):
    checked = checking.check_file(exported, KEYS, watch=lambda *_: None, most=10)
    assert (checked.findings, checked.tally.rows, checked.tally.checkpoints) == ((), 20, 3)
    ledger.edit("DELETE FROM ampledger_events WHERE {place} = 6")
    ledger.verification.write(exported, None, None, watch=lambda *_: None)
    assert offline(exported) == ["fact 6 missing"]


LINES = {
    "a line altered": lambda lines: [each.replace('"CP1"', '"CP2"') for each in lines],
    "a line gone": lambda lines: [*lines[:3], *lines[4:]],
    "a line under another block": lambda lines: [*lines[:2], *lines[3:14], lines[2], *lines[14:]],
    "a line added that contradicts another": lambda lines: [
        *lines[:2],
        lines[2].replace("CP1", "CP2"),
        *lines[2:],
    ],
    "a pruning that never was": lambda lines: [
        lines[0].replace('"prunings":[]', '"prunings":[[9,99999]]'),
        *(each for each in lines[1:] if not each.startswith('["entry",3,')),
    ],
    "a line after the end": lambda lines: [*lines, lines[2]],
    "cut short": lambda lines: lines[:-1],
    "no checkpoint": lambda lines: [each for each in lines if "checkpoint" not in each],
    "no JSON": lambda lines: [*lines[:4], "!", *lines[4:]],
    "another format": lambda lines: [lines[0].replace("chain.1", "chain.9"), *lines[1:]],
    "nothing": lambda lines: lines[:0],
}


@pytest.mark.parametrize("change", LINES.values(), ids=LINES)
def test_an_edit_of_a_file_is_found(exported, change):
    lines = gzip.decompress(exported.read_bytes()).decode().splitlines()
    exported.write_bytes(gzip.compress("\n".join(change(lines)).encode()))
    assert offline(exported)


def test_a_file_that_was_damaged_is_no_proof(exported):
    content = exported.read_bytes()
    for damaged in (content[: len(content) // 2], b"?", content[:-9] + b"damaged!!"):
        exported.write_bytes(damaged)
        assert offline(exported)


def test_a_part_of_the_chain_can_be_written(ledger, tmp_path):
    path = tmp_path / "part"
    since, until = NOON + timedelta(seconds=60), NOON + timedelta(seconds=61)
    assert ledger.verification.write(path, since, until, watch=lambda *_: None) == (2, 2)
    assert offline(path) == []
    with pytest.raises(Refusal, match="nothing was sealed"):
        ledger.verification.write(path, NOON + DAY, None, watch=lambda *_: None)


def test_pruned_days_are_told_in_the_file_too(pruned, tmp_path):
    pruned.now += 30 * DAY
    pruned.chain().prune(pruned.now)
    path = tmp_path / "pruned"
    pruned.verification.write(path, None, None, watch=lambda *_: None)
    assert offline(path) == []


def test_a_part_tells_of_later_prunings_with_a_signature(pruned, tmp_path):
    pruned.now += 30 * DAY
    pruned.chain().prune(pruned.now)
    path, key = tmp_path / "part", tmp_path / "key.pem"
    key.write_text(seals.pem(SEAL.public_key))
    until = NOON + timedelta(seconds=61)
    assert pruned.verification.write(path, None, until, watch=lambda *_: None) == (1, 2)
    assert offline(path) == []
    assert _example(path, key).returncode == 0
    said = gzip.decompress(path.read_bytes())
    preface, rest = said.split(b"\n", 1)
    day = json.loads(preface)["prunings"][0][1]
    forged = preface.replace(b"%d" % day, b"%d" % (day + 9))
    path.write_bytes(gzip.compress(forged + b"\n" + rest))
    told = "it is said to tell of pruned rows, and no genuine checkpoint shows it"
    assert offline(path) == [f"block 4 forged: {told}"]
    assert _example(path, key).returncode == 1


def test_days_that_are_pruned_meanwhile_are_no_alarm(pruned, tmp_path, monkeypatch):
    monkeypatch.setattr(stored, "_ROWS", 2)
    pruned.now += 30 * DAY
    path = tmp_path / "file"

    def prune(*_):
        pruned.chain().prune(pruned.now)

    asked = iter((prune, *20 * [lambda *_: None]))
    assert (
        pruned.verification.check(KEYS, (), watch=lambda *_: next(asked)(), most=10).findings == ()
    )
    pruned.now += DAY
    pruned.sealed(5)
    pruned.now += 30 * DAY
    asked = iter((prune, *20 * [lambda *_: None]))
    pruned.verification.write(path, None, None, watch=lambda *_: next(asked)())
    assert offline(path) == []


def test_the_verifier_of_the_documentation_comes_to_the_same_end(exported, tmp_path):
    key = tmp_path / "key.pem"
    key.write_text(seals.pem(SEAL.public_key))
    ran = _example(exported, key)
    assert (ran.returncode, ran.stdout.strip()) == (0, "20 rows in 3 blocks, 3 checkpoints: good")
    lines = gzip.decompress(exported.read_bytes()).decode().splitlines()
    altered = next(n for n, line in enumerate(lines) if line.startswith('["entry",3,'))
    lines[altered] = lines[altered].replace("CP1", "CP2")
    exported.write_bytes(gzip.compress("\n".join(lines).encode()))
    ran = _example(exported, key)
    assert (ran.returncode, "entry 3" in ran.stdout) == (1, True)


def _example(path, key):
    return subprocess.run(
        [sys.executable, EXAMPLE, path, key], capture_output=True, text=True, check=False
    )


def test_an_export_has_the_same_lines_on_both_databases(exported):
    lines = list(map(json.loads, gzip.decompress(exported.read_bytes()).splitlines()))
    kinds = [line[0] for line in lines[1:] if isinstance(line, list)]
    assert [kinds.count(k) for k in ("fact", "entry", "block", "checkpoint", "end")] == [
        10, 10, 3, 3, 1,
    ]  # fmt: skip
    assert next(line for line in lines[1:] if line[:2] == ["entry", 5])[2][0] == "1.5"
