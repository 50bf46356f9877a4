"""A log, its chain and somebody who edits the tables beneath them."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine, text

from commands.verification.checking import Checked, Verification
from domain.chain.checkpoints import Checkpoint
from domain.log import JournalEntry, Log, StoredFact
from domain.pki.seals import Seal
from domain.store.opening import migrate, open_log
from projections.chaining import Chain
from projections.database import Database
from projections.engines import engine, writing

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
SEAL = Seal("c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2U=")
KEYS = {SEAL.key_id: SEAL.public_key}
INTERVAL = 60.0  # s between checkpoints
PORTION = 4  # rows of each kind in a block
_OF_LOG = ("ampledger_events", "ampledger_journal")
_OF_CHAIN = ("chain_blocks", "chain_checkpoints")


class Ledger:
    """Facts and journal rows of one station, numbered; `now` is moved by the test."""

    def __init__(self, stored: Log, database: Database, beneath: Engine) -> None:
        self.stored, self.database, self.now = stored, database, NOON
        self._beneath = beneath
        self.is_postgres = beneath.dialect.name == "postgresql"
        self.place = "notification_id" if self.is_postgres else "rowid"

    def record(self, *, at: datetime | None = None) -> int:
        """One more fact, and the journal row that led to it."""
        number = self.stored.position() + 1
        at = at or self.now
        said = ("n", f"m{number}", "Heartbeat", b"[2]", b"[3]", "")
        entry = JournalEntry(f"1.{number}", "CP1", "frame", "in", 1, *said, at, at)
        state = f'{{"n":{number}}}'.encode()
        fact = StoredFact("station:CP1", number, "station.heard", state, entry.key, "CP1")
        return self.stored.commit([fact], [entry])

    def chain(self) -> Chain:
        """A notary's chain, just started."""
        return Chain(
            self.stored,
            self.database,
            SEAL,
            lambda: self.now,
            interval=INTERVAL,
            portion=PORTION,
        )

    def sealed(self, count: int) -> None:
        """So many facts, sealed in blocks, each signed."""
        chain = self.chain()
        for _ in range(count):
            self.record()
        while chain.grow().full:
            self.now += timedelta(seconds=INTERVAL)

    @property
    def verification(self) -> Verification:
        return Verification(self.stored, self.database, lambda: self.now, interval=INTERVAL)

    def check(self, published: tuple[Checkpoint, ...] = ()) -> Checked:
        return self.verification.check(KEYS, published, watch=lambda *_: None, most=10)

    def findings(self) -> list[str]:
        return [str(each) for each in self.check().findings]

    def edit(self, *statements: str) -> None:
        """Change the tables of the log as no program of ours would; {place}: of facts."""
        _run(self._beneath, [each.format(place=self.place) for each in statements])

    def edit_chain(self, *statements: str) -> None:
        """Change the tables of the chain."""
        _run(self.database.engine, statements)

    def save(self) -> None:
        """Remember everything."""
        for run, tables in ((self.edit, _OF_LOG), (self.edit_chain, _OF_CHAIN)):
            run(*(f"CREATE TABLE saved_{each} AS SELECT * FROM {each}" for each in tables))

    def restore(self) -> None:
        """As it was when it was saved."""
        for run, tables in ((self.edit, _OF_LOG), (self.edit_chain, _OF_CHAIN)):
            for each in tables:
                run(f"DELETE FROM {each}", f"INSERT INTO {each} SELECT * FROM saved_{each}")


def _run(engine: Engine, statements: Iterable[str]) -> None:
    with writing(engine) as connection:
        for statement in statements:
            connection.execute(text(statement))


@contextmanager
def ledger_at(log_url: str, read_url: str) -> Iterator[Ledger]:
    """A ledger in databases that are empty."""
    migrate(log_url)
    stored = open_log(log_url)
    database, beneath = Database(engine(read_url)), engine(log_url)
    database.migrate()
    yield Ledger(stored, database, beneath)
    stored.close()
    database.close()
    beneath.dispose()


def in_folder(folder: Path) -> tuple[str, str]:
    """Where a ledger's files are."""
    return f"sqlite:///{folder / 'log.db'}", f"sqlite:///{folder / 'read.db'}"
