"""Everything the projections need in their database, made once, however many processes start."""

from dataclasses import dataclass

from sqlalchemy import Connection, Engine, Select, select, text
from sqlalchemy.schema import CreateSchema

from projections import (
    audit,
    automation,
    calls,
    campaign_members,
    campaigns,
    certificate_requests,
    charging_profiles,
    client_certificates,
    configuration,
    connectors,
    installed_certificates,
    installed_profiles,
    job_events,
    jobs,
    local_list_entries,
    local_lists,
    meter_values,
    positions,
    quarantine,
    reservations,
    schedules,
    security_events,
    stations,
    strangers,
    tokens,
    transactions,
    trust_stores,
    users,
)
from projections.actions import ACTIONS
from projections.chain import BLOCKS, CHECKPOINTS
from projections.engines import schema_of, writing
from projections.events.progress import PROGRESS
from projections.files import FILES, GRANTS
from projections.keyring import KEYS
from projections.readmodel import ReadModel
from projections.stumbles import STUMBLES
from projections.tables import METADATA, table, upsert
from projections.user_tokens import TOKENS
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
    jobs.MODEL,
    job_events.MODEL,
    schedules.MODEL,
    charging_profiles.MODEL,
    installed_profiles.MODEL,
    reservations.MODEL,
    campaigns.MODEL,
    campaign_members.MODEL,
    configuration.MODEL,
    automation.MODEL,
    local_lists.MODEL,
    local_list_entries.MODEL,
    security_events.MODEL,
    certificate_requests.MODEL,
    client_certificates.MODEL,
    installed_certificates.MODEL,
    trust_stores.MODEL,
    audit.MODEL,
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
    ("jobs", jobs.VIEW),
    ("job_events", job_events.VIEW),
    ("schedules", schedules.VIEW),
    ("charging_profiles", charging_profiles.VIEW),
    ("installed_profiles", installed_profiles.VIEW),
    ("reservations", reservations.VIEW),
    ("campaigns", campaigns.VIEW),
    ("campaign_members", campaign_members.VIEW),
    ("configuration", configuration.VIEW),
    ("automation", automation.VIEW),
    ("local_lists", local_lists.VIEW),
    ("local_list_entries", local_list_entries.VIEW),
    ("security_events", security_events.VIEW),
    ("certificate_requests", certificate_requests.VIEW),
    ("client_certificates", client_certificates.VIEW),
    ("installed_certificates", installed_certificates.VIEW),
    ("trust_stores", trust_stores.VIEW),
    ("audit", audit.VIEW),
)
_OWN = (  # tables of no read model
    *(STUMBLES, USERS, TOKENS, ACTIONS, VAULT, FILES, GRANTS),
    *(BLOCKS, CHECKPOINTS, PROGRESS, KEYS),
)
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
        users.take_over(connection)
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
