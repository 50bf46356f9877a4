"""The SQL of the log on SQLite. Instants are microseconds since 1970, days are days since then."""

from collections.abc import Iterable

EVENTS = "ampledger_events"

TABLES = (
    # The position is an explicit key: VACUUM renumbers an implicit rowid.
    """CREATE TABLE IF NOT EXISTS ampledger_events (
        rowid INTEGER PRIMARY KEY,
        originator_id TEXT NOT NULL,
        originator_version INTEGER NOT NULL,
        topic TEXT NOT NULL,
        state BLOB NOT NULL,
        cause TEXT NOT NULL DEFAULT '',
        station TEXT NOT NULL DEFAULT '',
        UNIQUE (originator_id, originator_version))""",
    """CREATE TABLE IF NOT EXISTS ampledger_snapshots (
        stream TEXT PRIMARY KEY,
        version INTEGER NOT NULL,
        topic TEXT NOT NULL,
        state BLOB NOT NULL) WITHOUT ROWID""",
    """CREATE TABLE IF NOT EXISTS ampledger_journal (
        position INTEGER PRIMARY KEY AUTOINCREMENT,
        day INTEGER NOT NULL,
        key TEXT NOT NULL,
        station TEXT NOT NULL,
        kind TEXT NOT NULL,
        direction TEXT NOT NULL,
        connection INTEGER NOT NULL,
        node TEXT NOT NULL,
        message_id TEXT NOT NULL,
        action TEXT NOT NULL,
        payload BLOB NOT NULL,
        answer BLOB NOT NULL,
        deviations TEXT NOT NULL,
        received_at INTEGER NOT NULL,
        decided_at INTEGER NOT NULL,
        context TEXT NOT NULL DEFAULT '',
        UNIQUE (day, station, key))""",
    """CREATE INDEX IF NOT EXISTS ampledger_journal_station
        ON ampledger_journal (station, position)""",
    """CREATE INDEX IF NOT EXISTS ampledger_journal_message
        ON ampledger_journal (message_id) WHERE message_id <> ''""",
    """CREATE TABLE IF NOT EXISTS ampledger_numbers (
        name TEXT PRIMARY KEY,
        value INTEGER NOT NULL) WITHOUT ROWID""",
)

# Columns that files of earlier releases lack.
ADDED = (("ampledger_events", "station"), ("ampledger_journal", "context"))

# What stands on such a column.
INDEXES = (
    """CREATE INDEX IF NOT EXISTS ampledger_events_station
        ON ampledger_events (station, rowid)""",
)


def add_column(table: str, column: str) -> str:
    """A text column that is empty in the rows there are."""
    return f"ALTER TABLE {table} ADD COLUMN {column} TEXT NOT NULL DEFAULT ''"


def columns(table: str) -> str:
    """The names of a table's columns."""
    return f"SELECT name FROM pragma_table_info('{table}')"  # noqa: S608 (only constants of this module)


INSERT_FACT = """INSERT INTO ampledger_events
    (originator_id, originator_version, topic, state, cause, station)
    VALUES (?, ?, ?, ?, ?, ?)"""

INSERT_ENTRY = """INSERT INTO ampledger_journal
    (day, key, station, kind, direction, connection, node, message_id, action, payload, answer,
     deviations, received_at, decided_at, context)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"""

KEEP_SNAPSHOT = """INSERT INTO ampledger_snapshots (stream, version, topic, state)
    VALUES (?, ?, ?, ?)
    ON CONFLICT (stream) DO UPDATE
    SET version = excluded.version, topic = excluded.topic, state = excluded.state
    WHERE excluded.version > version"""

# The parameter is a JSON array of [stream, version].
SNAPSHOTS = """SELECT s.stream, s.version, s.topic, s.state
    FROM json_each(?) AS wanted
    JOIN ampledger_snapshots AS s ON s.stream = wanted.value ->> 0
    WHERE wanted.value ->> 1 = 0
    ORDER BY s.stream"""

_FACT = "e.originator_id, e.originator_version, e.topic, e.state, e.cause, e.station"

# The parameters are a JSON array of [stream, version] and a position.
FACTS = f"""SELECT {_FACT}
    FROM json_each(?) AS wanted
    CROSS JOIN ampledger_events AS e ON e.originator_id = wanted.value ->> 0
     AND e.originator_version > wanted.value ->> 1 AND e.rowid <= ?
    ORDER BY e.originator_id, e.originator_version"""  # noqa: S608 (only constants of this module)

# `:streams` is a JSON array, `:upto` a position.
TAILS = f"""SELECT {_FACT}
    FROM json_each(:streams) AS wanted
    CROSS JOIN ampledger_events AS e ON e.originator_id = wanted.value AND e.rowid <= :upto
     AND e.originator_version > (
        SELECT originator_version FROM ampledger_events
        WHERE originator_id = wanted.value AND rowid <= :upto
        ORDER BY originator_version DESC LIMIT 1) - :count
    ORDER BY e.originator_id, e.originator_version"""  # noqa: S608 (only constants of this module)

_OF_FACTS = {
    "topics": "topic IN (SELECT value FROM json_each(:topics))",  # a JSON array
    "station": "station = :station",
}


def since(filters: Iterable[str]) -> str:
    """Facts after `:position` by the filters named, all of them parameters, and `:limit`."""
    where = " AND ".join(["rowid > :position", *(_OF_FACTS[name] for name in filters)])
    return f"""SELECT e.rowid, {_FACT} FROM ampledger_events AS e
        WHERE {where} ORDER BY rowid LIMIT :limit"""  # noqa: S608 (only constants of this module)


POSITION = "SELECT coalesce(max(rowid), 0) FROM ampledger_events"

_ENTRY = """j.key, j.station, j.kind, j.direction, j.connection, j.node, j.message_id, j.action,
    j.payload, j.answer, j.deviations, j.received_at, j.decided_at, j.context"""

# The parameter is a JSON array of [day, station, key].
RECORDED = f"""SELECT {_ENTRY} FROM json_each(?) AS wanted
    CROSS JOIN ampledger_journal AS j ON j.day = wanted.value ->> 0
     AND j.station = wanted.value ->> 1 AND j.key = wanted.value ->> 2"""  # noqa: S608 (only constants of this module)

PRUNE = "DELETE FROM ampledger_journal WHERE day < ?"

TAKE_NUMBERS = """INSERT INTO ampledger_numbers (name, value) VALUES ('transactions', :count)
    ON CONFLICT (name) DO UPDATE SET value = value + excluded.value RETURNING value"""

CLAIM_PARTITIONS = """INSERT INTO ampledger_numbers (name, value) VALUES ('partitions', :count)
    ON CONFLICT (name) DO UPDATE SET value = value RETURNING value"""

_FILTERS = {
    "station": "station = :station",
    "after": "position > :after",
    "before": "position < :before",
    "action": "action = :action",
    "message_id": "message_id <> '' AND message_id = :message_id",
    "kind": "kind = :kind",
    "received_from": "received_at >= :received_from",  # microseconds
    "received_to": "received_at < :received_to",
}


def frames(filters: Iterable[str], *, newest_first: bool) -> str:
    """Journal rows by the filters named, all of them parameters, and `:limit`."""
    where = " AND ".join(["true", *(_FILTERS[name] for name in filters)])
    order = "DESC" if newest_first else "ASC"
    return f"""SELECT position, {_ENTRY} FROM ampledger_journal AS j
        WHERE {where} ORDER BY position {order} LIMIT :limit"""  # noqa: S608 (only constants of this module)
