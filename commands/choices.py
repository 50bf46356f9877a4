"""From the settings to what each part is told of them."""

from collections.abc import Mapping
from datetime import timedelta

from commands.api.office import Defaults
from commands.desk import Address
from commands.files.hosting import Hosting
from commands.files.store import Store
from commands.settings import Settings
from domain.csms import Policy
from domain.model.values import Profile
from domain.ocpp.action import Outgoing
from domain.ocpp.version import versions
from domain.worker import Share
from gateway import admission
from gateway.leases import Terms
from gateway.server import ServerSettings


def sockets(settings: Settings) -> ServerSettings:
    return ServerSettings(
        host=settings.gateway_host,
        port=settings.gateway_port,
        max_frame=settings.max_frame_bytes,
        ping_every=settings.ws_ping_interval or None,
        pong_within=settings.ws_ping_timeout,
        stop_within=settings.shutdown_grace,
    )


def terms(settings: Settings) -> Terms:
    return Terms(
        every=timedelta(seconds=settings.lease_interval),
        valid=timedelta(seconds=settings.lease_seconds),
    )


def admission_policy(settings: Settings) -> admission.Policy:
    return admission.Policy(accept_unknown=settings.unknown_stations == "accept")


def policy(settings: Settings) -> Policy:
    adopt = Profile(heartbeat_interval=settings.heartbeat_interval)
    return Policy(
        adopt=adopt if settings.unknown_stations == "accept" else None,
        journal_heartbeats=settings.journal_heartbeats,
    )


def share(settings: Settings) -> Share:
    return Share(
        partitions=settings.partitions,
        index=settings.domain_index,
        workers=settings.domain_workers,
        grace=settings.shutdown_grace,
    )


def address(settings: Settings, node: str) -> Address:
    return Address(node=node, partitions=settings.partitions)


def defaults(settings: Settings) -> Defaults:
    return Defaults(
        heartbeat_interval=settings.heartbeat_interval, call_timeout=settings.call_timeout
    )


def hosting(settings: Settings) -> Hosting:
    folder = settings.files or settings.data / "files"
    return Hosting(
        store=Store(folder, most_bytes=settings.files_max_bytes),
        keep=timedelta(days=settings.files_ttl),
        public_url=settings.public_url,
    )


def outgoing() -> Mapping[str, Outgoing]:
    return versions()["ocpp1.6"].actions.outgoing
