"""The SQL of the log on PostgreSQL. Names are unqualified: the search path is the log's schema."""

from collections.abc import Iterable

EVENTS = "ampledger_events"

# Text that is compared is COLLATE "C": the order of Python and SQLite, and the fastest.
TABLES = (
    """CREATE TABLE IF NOT EXISTS ampledger_events (
        originator_id text COLLATE "C" NOT NULL,
        originator_version bigint NOT NULL,
        topic text NOT NULL,
        state bytea NOT NULL,
        notification_id bigserial,
        cause text NOT NULL DEFAULT '',
        PRIMARY KEY (originator_id, originator_version))""",
    """CREATE UNIQUE INDEX IF NOT EXISTS ampledger_events_notification_id_idx
        ON ampledger_events (notification_id)""",
    """ALTER TABLE ampledger_events
        ADD COLUMN IF NOT EXISTS station text COLLATE "C" NOT NULL DEFAULT ''""",
    """CREATE INDEX IF NOT EXISTS ampledger_events_station
        ON ampledger_events (station, notification_id)""",
    """CREATE TABLE IF NOT EXISTS ampledger_snapshots (
        stream text COLLATE "C" PRIMARY KEY,
        version bigint NOT NULL,
        topic text NOT NULL,
        state bytea NOT NULL) WITH (fillfactor = 50)""",
    # Every day is a partition, and each has (station, key) as its primary key.
    """CREATE TABLE IF NOT EXISTS ampledger_journal (
        position bigserial,
        key text COLLATE "C" NOT NULL,
        station text COLLATE "C" NOT NULL,
        kind text NOT NULL,
        direction text NOT NULL,
        connection bigint NOT NULL,
        node text NOT NULL,
        message_id text COLLATE "C" NOT NULL,
        action text NOT NULL,
        payload bytea NOT NULL,
        answer bytea NOT NULL,
        deviations text NOT NULL,
        received_at timestamptz NOT NULL,
        decided_at timestamptz NOT NULL) PARTITION BY RANGE (received_at)""",
    "ALTER TABLE ampledger_journal ADD COLUMN IF NOT EXISTS context text NOT NULL DEFAULT ''",
    """CREATE INDEX IF NOT EXISTS ampledger_journal_position
        ON ampledger_journal (position)""",
    """CREATE INDEX IF NOT EXISTS ampledger_journal_station
        ON ampledger_journal (station, position)""",
    """CREATE INDEX IF NOT EXISTS ampledger_journal_message
        ON ampledger_journal (message_id, position) WHERE message_id <> ''""",
    """CREATE TABLE IF NOT EXISTS ampledger_numbers (
        name text PRIMARY KEY,
        value bigint NOT NULL) WITH (fillfactor = 50)""",
)

TODAY = "SELECT (now() AT TIME ZONE 'UTC')::date"

# One migration, or one change of partitions, at a time.
ADVISORY_LOCK = "SELECT pg_advisory_xact_lock(8715263947)"

DAYS = """SELECT child.relname
    FROM pg_inherits JOIN pg_class AS child ON child.oid = inhrelid
    WHERE inhparent = 'ampledger_journal'::regclass"""

# Insert and notify in one statement; listeners learn the position from the payload.
APPEND_FACTS = """WITH stored AS (
        INSERT INTO ampledger_events
            (originator_id, originator_version, topic, state, cause, station)
        SELECT * FROM unnest(
            %b::text[], %b::bigint[], %b::text[], %b::bytea[], %b::text[], %b::text[])
        RETURNING notification_id)
    SELECT position, pg_notify(%b, position::text)
    FROM (SELECT max(notification_id) AS position FROM stored) AS last"""

APPEND_ENTRIES = """INSERT INTO ampledger_journal
    (key, station, kind, direction, connection, node, message_id, action, payload, answer,
     deviations, received_at, decided_at, context)
    SELECT * FROM unnest(
        %b::text[], %b::text[], %b::text[], %b::text[], %b::bigint[], %b::text[], %b::text[],
        %b::text[], %b::bytea[], %b::bytea[], %b::text[], %b::timestamptz[], %b::timestamptz[],
        %b::text[])"""

KEEP_SNAPSHOTS = """INSERT INTO ampledger_snapshots AS kept (stream, version, topic, state)
    SELECT * FROM unnest(%b::text[], %b::bigint[], %b::text[], %b::bytea[])
    ON CONFLICT (stream) DO UPDATE
    SET version = excluded.version, topic = excluded.topic, state = excluded.state
    WHERE excluded.version > kept.version"""

POSITION = "SELECT coalesce(max(notification_id), 0) FROM ampledger_events"

_FACT = "originator_id, originator_version, topic, state, cause, station"

# First the snapshots, then the facts after them; the last column tells which.
READ = f"""WITH wanted AS (
        SELECT w.stream COLLATE "C" AS stream, w.version
        FROM unnest(%b::text[], %b::bigint[]) AS w (stream, version)),
    snapshots AS MATERIALIZED (
        SELECT s.* FROM wanted
        JOIN ampledger_snapshots AS s ON s.stream = wanted.stream
        WHERE wanted.version = 0)
    SELECT stream, version, topic, state, '' AS cause, '' AS station, true AS snapshot
    FROM snapshots
    UNION ALL
    SELECT fact.*, false
    FROM wanted LEFT JOIN snapshots USING (stream)
    CROSS JOIN LATERAL (
        SELECT {_FACT} FROM ampledger_events
        WHERE originator_id = stream
          AND originator_version > coalesce(snapshots.version, wanted.version)
        OFFSET 0) AS fact
    ORDER BY snapshot DESC, stream, version"""  # noqa: S608 (only constants of this module)

READ_UPTO = f"""SELECT fact.* FROM unnest(%b::text[], %b::bigint[]) AS wanted (stream, version)
    CROSS JOIN LATERAL (
        SELECT {_FACT} FROM ampledger_events
        WHERE originator_id = wanted.stream AND originator_version > wanted.version
          AND notification_id <= %b
        ORDER BY originator_version) AS fact"""  # noqa: S608 (only constants of this module)

TAILS = f"""SELECT fact.* FROM unnest(%b::text[]) AS wanted (stream)
    CROSS JOIN LATERAL (
        SELECT {_FACT} FROM ampledger_events
        WHERE originator_id = wanted.stream AND notification_id <= %b
        ORDER BY originator_version DESC LIMIT %b) AS fact"""  # noqa: S608 (only constants of this module)

_OF_FACTS = {
    "topics": "topic = ANY(%(topics)s)",
    "station": "station = %(station)s",
}


def since(filters: Iterable[str]) -> str:
    """Facts after `%(position)s` by the filters named, all of them parameters, and `%(limit)s`."""
    where = " AND ".join(["notification_id > %(position)s", *(_OF_FACTS[name] for name in filters)])
    return f"""SELECT notification_id, {_FACT} FROM ampledger_events
        WHERE {where} ORDER BY notification_id LIMIT %(limit)s"""  # noqa: S608 (only constants of this module)


_ENTRY = """key, station, kind, direction, connection, node, message_id, action, payload, answer,
    deviations, received_at, decided_at, context"""

# LIMIT keeps the look-up one index probe into the partition of the day.
RECORDED = f"""SELECT entry.* FROM unnest(%b::text[], %b::text[], %b::timestamptz[])
        AS wanted (station, key, day)
    CROSS JOIN LATERAL (
        SELECT {_ENTRY} FROM ampledger_journal AS j
        WHERE j.station = wanted.station AND j.key = wanted.key
          AND j.received_at >= wanted.day AND j.received_at < wanted.day + interval '1 day'
        LIMIT 1) AS entry"""  # noqa: S608 (only constants of this module)

TAKE_NUMBERS = """INSERT INTO ampledger_numbers AS n (name, value) VALUES ('transactions', %b)
    ON CONFLICT (name) DO UPDATE SET value = n.value + excluded.value RETURNING value"""

CLAIM_PARTITIONS = """INSERT INTO ampledger_numbers AS n (name, value) VALUES ('partitions', %b)
    ON CONFLICT (name) DO UPDATE SET value = n.value RETURNING value"""

_FILTERS = {
    "station": "station = %(station)s",
    "after": "position > %(after)s",
    "before": "position < %(before)s",
    "action": "action = %(action)s",
    "message_id": "message_id <> '' AND message_id = %(message_id)s",
    "kind": "kind = %(kind)s",
    "received_from": "received_at >= %(received_from)s",
    "received_to": "received_at < %(received_to)s",
}


def frames(filters: Iterable[str], *, newest_first: bool) -> str:
    """Journal rows by the filters named, all of them parameters, and `%(limit)s`."""
    where = " AND ".join(["true", *(_FILTERS[name] for name in filters)])
    order = "DESC" if newest_first else "ASC"
    return f"""SELECT position, {_ENTRY} FROM ampledger_journal
        WHERE {where} ORDER BY position {order} LIMIT %(limit)s"""  # noqa: S608 (only constants of this module)
