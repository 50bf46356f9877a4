"""Everything the projections need in their database, made once, however many processes start."""

from dataclasses import dataclass

from sqlalchemy import Connection, Engine, Select, select, text
from sqlalchemy.schema import CreateSchema

from projections import (
    calls,
    connectors,
    meter_values,
    positions,
    quarantine,
    stations,
    strangers,
    tokens,
    transactions,
)
from projections.engines import schema_of, writing
from projections.readmodel import ReadModel
from projections.stumbles import STUMBLES
from projections.tables import METADATA, table, upsert
from projections.users import USERS
from projections.vault import VAULT

READ_MODELS: tuple[ReadModel, ...] = (
    stations.MODEL,
    connectors.MODEL,
    transactions.MODEL,
    meter_values.MODEL,
    tokens.MODEL,
    calls.MODEL,
    quarantine.MODEL,
    strangers.MODEL,
)
_VIEWS: tuple[tuple[str, Select[tuple[object, ...]]], ...] = (
    ("stations", stations.VIEW),
    ("connectors", connectors.VIEW),
    ("transactions", transactions.VIEW),
    ("meter_values", meter_values.VIEW),
    ("tokens", tokens.VIEW),
    ("calls", calls.VIEW),
    ("quarantine", quarantine.VIEW),
    ("strangers", strangers.VIEW),
)
_OWN = (STUMBLES, USERS, VAULT)  # tables that no read model above brings along
_LOCK = 0x616D706C6564  # "ampled": the advisory lock of whoever migrates


@dataclass(slots=True, kw_only=True)
class Definition:
    """The text a view was made of."""

    name: str
    text: str


DEFINITIONS = table("view_definitions", Definition, key=["name"])


def migrate(engine: Engine) -> None:
    """Create what is missing and renew views that changed; safe when two start at once."""
    with writing(engine) as connection:
        _be_alone(connection)
        if schema_of(engine):
            connection.execute(CreateSchema(schema_of(engine), if_not_exists=True))
        METADATA.create_all(connection)
        _renew_views(connection)
        positions.begin(connection, [positions.key_of(model) for model in READ_MODELS])


def _be_alone(connection: Connection) -> None:
    """Until the end of the transaction; SQLite's write lock does the same."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})


def _renew_views(connection: Connection) -> None:
    """Views are replaced only when they changed: a replacement locks out whoever reads."""
    known = {row.name: row.text for row in connection.execute(select(DEFINITIONS))}
    for name, query in _VIEWS:
        compiled = query.compile(connection, compile_kwargs={"literal_binds": True})
        if known.get(name) != str(compiled):
            connection.execute(text(f"DROP VIEW IF EXISTS {name}"))
            connection.exec_driver_sql(f"CREATE VIEW {name} AS {compiled}")
            upsert(connection, DEFINITIONS, [Definition(name=name, text=str(compiled))])
