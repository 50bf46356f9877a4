"""Rows edited in the database are named, whoever knows the tables as well as we do."""

import gzip
import io
import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from commands.refusal import Refusal
from commands.verification import checking
from domain.pki import seals
from projections import chain
from tests.commands.chained import DAY, KEYS, NOON, SEAL, in_folder, ledger_at

EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "verify_export.py"
NEVER = "'{\"n\":0}'"


@pytest.fixture(params=["sqlite", "postgresql"])
def ledger(request, tmp_path):
    if request.param == "postgresql":
        urls = (request.getfixturevalue("postgres_database"),) * 2
    else:
        urls = in_folder(tmp_path)
    with ledger_at(*urls) as ledger:
        ledger.sealed(10)
        yield ledger


def test_what_nobody_touched_is_verified(ledger):
    ledger.record()
    checked = ledger.check()
    tally = checked.tally
    assert (checked.findings, tally.rows, tally.blocks, tally.checkpoints) == ((), 20, 3, 3)
    assert checked.unsealed == 2


SWAP = (
    "UPDATE ampledger_events SET {place} = -1 WHERE {place} = 2",
    "UPDATE ampledger_events SET {place} = 2 WHERE {place} = 3",
    "UPDATE ampledger_events SET {place} = 3 WHERE {place} = -1",
)
INSERT = (
    "UPDATE ampledger_events SET {place} = 100 + {place} WHERE {place} > 9",
    "INSERT INTO ampledger_events ({place}, originator_id, originator_version, topic, state)"
    " VALUES (10, 'token:X', 1, 'token.issued', '')",
    "DELETE FROM ampledger_events WHERE {place} > 100",
)
EDITS = {
    "a fact altered": (
        ["UPDATE ampledger_events SET state = ' ' WHERE {place} = 6"],
        ["fact 6 of CP1 (station:CP1 6 station.heard) altered"],
    ),
    "a fact given to another station": (
        ["UPDATE ampledger_events SET station = 'CP2' WHERE {place} = 1"],
        ["fact 1 of CP2 (station:CP1 1 station.heard) altered"],
    ),
    "a fact deleted": (["DELETE FROM ampledger_events WHERE {place} = 6"], ["fact 6 missing"]),
    "the last facts deleted": (
        ["DELETE FROM ampledger_events WHERE {place} > 8"],
        ["fact 9 missing", "fact 10 missing"],
    ),
    "facts swapped": (
        SWAP,
        [
            "fact 2 of CP1 (station:CP1 3 station.heard) reordered: it stood at fact 3",
            "fact 3 of CP1 (station:CP1 2 station.heard) reordered: it stood at fact 2",
        ],
    ),
    "a fact in the place of another": (INSERT, ["fact 10 (token:X 1 token.issued) altered"]),
    "a frame altered": (
        ["UPDATE ampledger_journal SET payload = ' ' WHERE position = 5"],
        ["entry 5 of CP1 (1.5) altered"],
    ),
    "an answer altered": (
        ["UPDATE ampledger_journal SET answer = ' ' WHERE position = 7"],
        ["entry 7 of CP1 (1.7) altered"],
    ),
    "a frame deleted": (["DELETE FROM ampledger_journal WHERE position = 3"], ["entry 3 missing"]),
    "a frame moved to where none was": (
        ["UPDATE ampledger_journal SET position = 0 WHERE position = 1"],
        ["entry 1 missing"],
    ),
    "everything deleted": (
        ["DELETE FROM ampledger_events", "DELETE FROM ampledger_journal"],
        [f"{kind} {n}" for kind in ("fact", "entry") for n in (1, 2, 3, 4)],
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
    if not ledger.is_postgres:
        pytest.skip("on SQLite a rollback leaves no gap")
    ledger.edit("SELECT nextval('ampledger_events_notification_id_seq')")
    ledger.sealed(1)
    assert ledger.findings() == []
    ledger.edit(
        "INSERT INTO ampledger_events (notification_id, originator_id, originator_version, topic,"
        " state, station) VALUES (11, 'token:X', 1, 'token.issued', '', 'CP9')"
    )
    assert ledger.findings() == ["fact 11 of CP9 (token:X 1 token.issued) inserted"]


CHAIN_EDITS = {
    "a block deleted": ["DELETE FROM chain_blocks WHERE number = 2"],
    "the last block deleted": ["DELETE FROM chain_blocks WHERE number = 3"],
    "a digest altered": ["UPDATE chain_blocks SET previous = root WHERE number = 2"],
    "a block's time altered": ["UPDATE chain_blocks SET at = at + 1 WHERE number = 1"],
    "records altered": ["UPDATE chain_blocks SET records = '' WHERE number = 1"],
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
    ledger.edit(
        "DELETE FROM ampledger_events WHERE {place} > 8",
        "DELETE FROM ampledger_journal WHERE position > 8",
    )
    for table in ("chain_blocks", "chain_checkpoints"):
        ledger.edit_chain(f"DELETE FROM {table} WHERE number > 2")
    assert ledger.findings() == []
    (finding,) = ledger.check(tuple(published)).findings
    assert str(finding) == "block 3 missing: a checkpoint was signed over it"


def test_blocks_that_nobody_signs_are_told(ledger):
    ledger.record()
    ledger.edit_chain("DELETE FROM chain_checkpoints")
    ledger.chain().grow()
    ledger.edit_chain("DELETE FROM chain_checkpoints WHERE number > 1")
    ledger.now += DAY
    (found,) = ledger.findings()
    assert found == "block 1 unsigned: no checkpoint follows; there is none"


def test_the_journal_is_pruned_by_a_block_that_says_so(ledger):
    ledger.now += 30 * DAY
    ledger.sealed(2)
    assert ledger.chain().prune(ledger.now - DAY) == 10
    checked = ledger.check()
    assert (checked.findings, checked.tally.pruned) == ((), 10)
    ledger.edit("DELETE FROM ampledger_journal WHERE position = 12")
    assert ledger.findings() == ["entry 12 missing"]


def test_what_is_not_sealed_yet_is_sealed_before_it_is_pruned(ledger):
    ledger.record(at=NOON - 5 * DAY)
    ledger.now += 30 * DAY
    assert ledger.chain().prune(ledger.now) == 11
    checked = ledger.check()
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
    "lines swapped": lambda lines: [*lines[:2], lines[3], lines[2], *lines[4:]],
    "cut short": lambda lines: lines[:-1],
    "no checkpoint": lambda lines: [each for each in lines if "checkpoint" not in each],
    "no JSON": lambda lines: [*lines[:4], "!", *lines[4:]],
    "another format": lambda lines: [lines[0].replace("chain.1", "chain.9"), *lines[1:]],
    "nothing": lambda lines: [],
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


def test_pruned_days_are_told_in_the_file_too(ledger, tmp_path):
    ledger.now += 30 * DAY
    ledger.chain().prune(ledger.now)
    path = tmp_path / "pruned"
    ledger.verification.write(path, None, None, watch=lambda *_: None)
    assert offline(path) == []


def test_the_verifier_of_the_documentation_comes_to_the_same_end(exported, tmp_path):
    key = tmp_path / "key.pem"
    key.write_text(seals.pem(SEAL.public_key))
    ran = _example(exported, key)
    assert (ran.returncode, ran.stdout.strip()) == (0, "20 rows in 3 blocks, 3 checkpoints: good")
    lines = gzip.decompress(exported.read_bytes()).decode().splitlines()
    altered = next(n for n, line in enumerate(lines) if line.startswith('["entry",2,'))
    lines[altered] = lines[altered].replace("CP1", "CP2")
    exported.write_bytes(gzip.compress("\n".join(lines).encode()))
    ran = _example(exported, key)
    assert (ran.returncode, "entry 2" in ran.stdout) == (1, True)


def _example(path, key):
    return subprocess.run(
        [sys.executable, EXAMPLE, path, key], capture_output=True, text=True, check=False
    )


def test_an_export_has_the_same_lines_on_both_databases(ledger, exported):
    with gzip.open(io.BytesIO(exported.read_bytes())) as file:
        lines = [json.loads(line) for line in file]
    kinds = [line[0] for line in lines[1:] if isinstance(line, list)]
    assert [kinds.count(k) for k in ("fact", "entry", "block", "checkpoint", "end")] == [
        10, 10, 3, 3, 1,
    ]  # fmt: skip
    assert next(line for line in lines if line[:2] == ["entry", 1])[2][0] == "1.1"
