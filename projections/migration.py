"""Everything the projections need in their database, made once, however many processes start."""

from datetime import UTC, datetime

from sqlalchemy import Connection, Engine, Table, text
from sqlalchemy.schema import CreateSchema

from projections import (
    audit,
    automation,
    builds,
    calls,
    campaign_members,
    campaigns,
    certificate_requests,
    charging_profiles,
    client_certificates,
    configuration,
    connectors,
    fleet_hours,
    installed_certificates,
    installed_profiles,
    job_events,
    jobs,
    local_list_entries,
    local_lists,
    meter_values,
    positions,
    problems,
    quarantine,
    reservations,
    running,
    schedules,
    security_events,
    stations,
    strangers,
    tokens,
    transactions,
    trust_stores,
    users,
    views,
)
from projections.actions import ACTIONS
from projections.chain import BLOCKS, CHECKPOINTS
from projections.engines import schema_of, writing
from projections.events.progress import PROGRESS
from projections.files import FILES, GRANTS
from projections.invitations import INVITATIONS
from projections.keyring import KEYS
from projections.processes import PROCESSES, SERVED
from projections.readmodel import ReadModel
from projections.stumbles import STUMBLES
from projections.tables import METADATA
from projections.user_passwords import PASSWORDS
from projections.user_sessions import SESSIONS
from projections.user_tokens import TOKENS
from projections.users import USERS
from projections.vault import VAULT
from projections.views import View
from projections.webhooks import ATTEMPTS, WEBHOOKS

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
    running.MODEL,
    fleet_hours.MODEL,
    problems.MODEL,
)
_VIEWS: tuple[View, ...] = (
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
    ("running", running.VIEW),
    ("fleet_hours", fleet_hours.VIEW),
    ("problems", problems.VIEW),
)
_OWN = (  # tables of no read model
    *(WEBHOOKS, ATTEMPTS),
    *(STUMBLES, USERS, TOKENS, ACTIONS, VAULT, FILES, GRANTS),
    *(PASSWORDS, SESSIONS, INVITATIONS),
    *(BLOCKS, CHECKPOINTS, PROGRESS, KEYS),
    *(PROCESSES, SERVED),
)
_LOCK = 0x616D706C6564  # "ampled": the advisory lock of whoever migrates


def migrate(engine: Engine, *, has_facts: bool = False) -> None:
    """Create what is missing and renew views that changed; safe when two start at once.

    `has_facts`: there are some already, so a new read model is built beside before it is read.
    """
    with writing(engine) as connection:
        be_alone(connection)
        if schema_of(engine):
            connection.execute(CreateSchema(schema_of(engine), if_not_exists=True))
        METADATA.create_all(connection)
        users.take_over(connection)
        waiting = _begin(connection, has_facts=has_facts)
        views.renew(connection, [each for each in _VIEWS if not views.reads(each, waiting)])


def views_of(target: Table) -> list[View]:
    """The views that read a table."""
    return [each for each in _VIEWS if views.reads(each, {target})]


def _begin(connection: Connection, *, has_facts: bool) -> set[Table]:
    """Have new read models begin; the tables of those that are to be built first."""
    known = positions.read(connection)
    new = {model.table for model in READ_MODELS if positions.key_of(model) not in known}
    names = [each.name for each in new]
    if not has_facts:
        positions.begin(connection, names)
        return set()
    builds.ask(connection, names, by="", at=datetime.now(UTC))
    return new


def be_alone(connection: Connection) -> None:
    """Until the end of the transaction; SQLite's write lock does the same."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
