import asyncio
from contextlib import ExitStack
from datetime import timedelta

import pytest

from commands.notary import Notary
from commands.publication import Publication, read
from domain.chain.rows import Kind, of_entry, of_fact
from domain.chain.segments import NotSealed, problems
from domain.log import Conflict
from projections import chain
from projections.chaining import behind
from tests.commands.chained import DAY, INTERVAL, KEYS, in_folder, ledger_at
from tests.databases import fresh_database

MINUTE = timedelta(seconds=INTERVAL)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def kept(request, tmp_path_factory):
    with ExitStack() as stack:
        urls = in_folder(tmp_path_factory.mktemp("ledger"))
        if request.param == "postgresql":
            server = request.getfixturevalue("postgres_url")
            urls = (stack.enter_context(fresh_database(server)),) * 2
        ledger = stack.enter_context(ledger_at(*urls))
        ledger.save()
        yield ledger


@pytest.fixture
def ledger(kept):
    """A ledger without anything."""
    yield kept
    kept.restore()


def signed(ledger):
    return [each.number for each in ledger.database.read(chain.checkpoints)]


def late(ledger):
    return behind(ledger.stored, ledger.database, lambda: ledger.now)


def test_the_chain_grows_by_portions_and_is_signed_at_intervals(ledger):
    notary = ledger.chain()
    for _ in range(6):
        ledger.record()
    assert [(each.rows, each.full) for each in (notary.grow(), notary.grow(), notary.grow())] == [
        (8, True),
        (4, False),
        (0, False),
    ]
    assert (signed(ledger), late(ledger).rows) == ([1], 0)
    ledger.now += MINUTE
    assert notary.grow().checkpoint.number == 2  # what there is, though nothing came
    ledger.record()
    ledger.now += 2 * MINUTE
    assert (late(ledger).rows, late(ledger).seconds) == (2, 2 * INTERVAL)
    assert (notary.grow().checkpoint.number, signed(ledger)) == (3, [1, 2, 3])
    ledger.now += MINUTE
    assert (notary.grow().checkpoint, ledger.findings()) == (None, [])


def test_a_clock_that_was_put_back_does_not_keep_the_notary_from_signing(ledger):
    ledger.now += 3650 * 1440 * MINUTE
    ledger.record()
    notary = ledger.chain()
    assert notary.grow().checkpoint.number == 1
    ledger.now -= 3650 * 1440 * MINUTE
    for _ in range(2):
        ledger.record()
        notary.grow()
        ledger.now += MINUTE
    assert (signed(ledger), ledger.findings()) == ([1, 2, 3], [])


def test_a_notary_that_was_restarted_goes_on_where_the_chain_ends(ledger):
    for _ in range(3):
        ledger.record()
        ledger.chain().grow()
        ledger.now += MINUTE
    checked = ledger.check()
    assert (checked.findings, checked.tally.blocks, signed(ledger)) == ((), 3, [1, 2, 3])


def test_of_two_notaries_one_is_fenced_and_goes_on_behind_the_other(ledger):
    one, two = ledger.chain(), ledger.chain()
    ledger.record()
    one.grow()
    two.grow()
    ledger.record()
    one.grow()
    ledger.record()
    with pytest.raises(Conflict):
        two.grow()
    two.forget()
    assert two.grow().rows == 2
    assert (ledger.findings(), ledger.check().tally.rows) == ([], 6)


def test_a_block_that_another_one_has_sealed_is_not_signed_by_itself(ledger):
    """Whoever can write to the database gets no signature for what he wrote."""
    ledger.record()
    ledger.chain().grow()
    ledger.record()
    ledger.chain().grow()
    ledger.now += MINUTE
    assert ledger.chain().grow().checkpoint.number == 3
    assert signed(ledger) == [1, 3]
    ledger.edit_chain("DELETE FROM chain_checkpoints WHERE number > 1")
    ledger.edit_chain("DELETE FROM chain_blocks WHERE number > 2")
    ledger.edit_chain("UPDATE chain_blocks SET pruned_before = 99999 WHERE number = 2")
    ledger.edit("DELETE FROM ampledger_journal")
    ledger.chain().grow()
    assert any(each.startswith("block 2 forged: it tells of pruned") for each in ledger.findings())


def test_pruning_waits_for_what_is_not_sealed_and_is_told_once_a_day(ledger):
    notary = Notary(ledger.chain(), lambda: None, interval=INTERVAL)
    for _ in range(5):
        ledger.record()
    cut = ledger.now + 2 * DAY
    assert notary.prune(cut) == 0
    assert [notary.step().full for _ in range(2)] == [True, False]
    assert [notary.prune(cut), notary.prune(cut), notary.prune(cut + DAY)] == [5, 0, 0]
    assert len(ledger.database.read(chain.prunings)) == 2
    assert (ledger.findings(), ledger.check().tally.pruned) == ([], 5)


def test_every_checkpoint_is_published_also_after_a_crash(ledger, tmp_path):
    path = tmp_path / "checkpoints.jsonl"
    publication = Publication(path, lambda number: ledger.database.read(chain.after, number))
    notary = Notary(ledger.chain(), publication, interval=INTERVAL)
    for _ in range(3):
        ledger.record()
        notary.step()
        ledger.now += MINUTE
    kept = path.read_bytes()
    assert [each.number for each in read(path)] == [1, 2, 3]
    first, *_ = kept.splitlines(keepends=True)
    path.write_bytes(first + b'{"number":2,"dig')
    publication()
    assert path.read_bytes() == kept
    assert ledger.check(tuple(read(path))).findings == ()


async def test_the_loop_seals_while_it_is_active_and_outlives_what_fails(ledger):
    ledger.record()
    failed, published = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()

    def publish():
        if failed.is_set():
            loop.call_soon_threadsafe(published.set)
            return
        loop.call_soon_threadsafe(failed.set)
        raise OSError("the disk is full")

    asked = asyncio.Event()

    def active():
        asked.set()
        return bool(chosen)

    chosen: list[bool] = []
    running = asyncio.ensure_future(Notary(ledger.chain(), publish, interval=0.01).run(active))
    async with asyncio.timeout(20):
        await asked.wait()
        assert late(ledger).blocks == 0
        chosen.append(True)
        await failed.wait()
        ledger.now += MINUTE
        ledger.record()
        await published.wait()
        chosen.clear()
        asked.clear()
        await asked.wait()
    running.cancel()
    assert len(signed(ledger)) == 2


def test_a_segment_proves_rows_of_several_blocks(ledger):
    ledger.sealed(10)
    facts = ledger.stored.since(0, limit=100)
    entries = ledger.stored.frames(limit=100)
    wanted = [of_fact(facts[2]), of_fact(facts[7]), of_entry(entries[5])]
    segment = ledger.database.read(
        chain.segment,
        [row.position for row in wanted if row.kind is Kind.FACT],
        [row.position for row in wanted if row.kind is Kind.ENTRY],
    )
    texts = {(row.kind, row.position): row.text for row in wanted}
    assert [block.number for block in segment.blocks] == [1, 2]
    assert problems(segment, texts, KEYS) == []
    ledger.record()
    with pytest.raises(NotSealed):
        ledger.database.read(chain.segment, [ledger.stored.position()], [])
    ledger.chain().grow()
    ledger.edit_chain("DELETE FROM chain_checkpoints WHERE number > 2")
    with pytest.raises(NotSealed):
        ledger.database.read(chain.segment, [ledger.stored.position()], [])
