"""What an api process is told."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from ssl import SSLContext

from commands.api import bounds
from commands.api.office import Defaults
from commands.api.server import Listening
from commands.choices import shared
from commands.desk import Address
from commands.files.hosting import Hosting
from commands.files.store import Store
from commands.opening import MEMORY
from commands.premises import Premises
from commands.settings import PREFIX, Settings, SettingsError
from domain.ocpp.action import Outgoing
from domain.ocpp.version import versions
from domain.ports import Broker
from gateway import tls
from gateway.crowd import Bounds
from gateway.listeners import KeyPair, Listener


def address(settings: Settings, node: str) -> Address:
    return Address(node=node, partitions=settings.partitions)


def api_bounds(settings: Settings) -> bounds.Bounds:
    return bounds.Bounds(
        body_bytes=settings.api_max_body_bytes,
        requests=settings.api_max_requests,
        rate=settings.api_rate_limit,
        failures=settings.api_sign_in_failures,
        trusted=tuple(shared.trusted(settings)),
    )


def api_listening(settings: Settings, at: datetime) -> Listening:
    """Raises SettingsError when the certificate cannot be used."""
    crowd = Bounds(
        connections=settings.api_max_connections,
        per_address=settings.api_max_connections_per_address,
    )
    return Listening(
        host=settings.api_host,
        port=settings.api_port,
        tls=_api_tls(settings, at),
        crowd=crowd,
        trusted=shared.trusted(settings),
    )


def premises(settings: Settings, broker: Broker) -> Premises:
    in_memory = settings.database_url == MEMORY
    embedded = "memory" if in_memory else "SQLite"
    return Premises(
        broker,
        database="PostgreSQL" if settings.database_url and not in_memory else embedded,
        broker="RabbitMQ" if settings.broker_url not in {"", MEMORY} else "in memory",
        partitions=settings.partitions,
    )


def _api_tls(settings: Settings, at: datetime) -> SSLContext | None:
    certificate, key = settings.api_certificate, settings.api_key
    if certificate is None or key is None:
        return None
    pair = KeyPair(certificate=certificate, key=key)
    try:
        return tls.context(Listener(certificates=(pair,)), at)
    except tls.Unusable as error:
        raise SettingsError(f"{PREFIX}API_CERTIFICATE: {error}") from None


def defaults(settings: Settings) -> Defaults:
    return Defaults(
        heartbeat_interval=settings.heartbeat_interval,
        call_timeout=settings.call_timeout,
        allow_security_profile_0=settings.allow_security_profile_0,
        token_days=settings.user_token_days or None,
    )


def hosting(settings: Settings) -> Hosting:
    folder, roots = settings.files or settings.data / "files", settings.firmware_roots
    if roots and not roots.is_file():
        raise SettingsError(f"{PREFIX}FIRMWARE_ROOTS: there is no file {roots}")
    return Hosting(
        store=Store(folder, most_bytes=settings.files_max_bytes),
        keep=timedelta(days=settings.files_ttl),
        public_url=settings.public_url,
        firmware_roots=roots,
    )


def outgoing() -> Mapping[str, Outgoing]:
    return versions()["ocpp1.6"].actions.outgoing
