"""From the settings to what each part is told of them."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from ssl import SSLContext

from commands import signing
from commands.api import bounds
from commands.api.office import Defaults
from commands.api.server import Listening
from commands.ca import opening
from commands.desk import Address
from commands.files.hosting import Hosting
from commands.files.store import Store
from commands.settings import PREFIX, Settings, SettingsError
from domain.csms import Policy
from domain.model.values import Profile
from domain.ocpp.action import Outgoing
from domain.ocpp.version import versions
from domain.ports import CertificateAuthority, Retention
from domain.worker import Share
from gateway import admission, tls
from gateway.addresses import Networks, networks
from gateway.crowd import Bounds
from gateway.entrance import Limits
from gateway.leases import Terms
from gateway.listeners import KeyPair, Listener
from gateway.origins import Proxies
from gateway.server import ServerSettings


def sockets(settings: Settings) -> ServerSettings:
    return ServerSettings(
        max_frame=settings.max_frame_bytes,
        ping_every=settings.ws_ping_interval or None,
        pong_within=settings.ws_ping_timeout,
        open_within=settings.handshake_timeout,
        stop_within=settings.shutdown_grace,
    )


def listeners(settings: Settings) -> tuple[Listener, ...]:
    one = Listener(host=settings.gateway_host, port=settings.gateway_port)
    return tuple(each.listener() for each in settings.listeners) or (one,)


def trusted(settings: Settings) -> Networks:
    text = settings.trusted_proxies
    return networks(text.split(",") if text else ())


def proxies(settings: Settings) -> Proxies:
    return Proxies(trusted(settings), settings.client_certificate_header)


def limits(settings: Settings) -> Limits:
    bounds = Bounds(
        connections=settings.max_connections,
        per_address=settings.max_connections_per_address,
        handshakes=settings.max_handshakes,
    )
    return Limits(bounds, patience=settings.handshake_timeout, trusted=trusted(settings))


def terms(settings: Settings) -> Terms:
    return Terms(
        every=timedelta(seconds=settings.lease_interval),
        valid=timedelta(seconds=settings.lease_seconds),
    )


def admission_policy(settings: Settings) -> admission.Policy:
    return admission.Policy(
        accept_unknown=settings.unknown_stations == "accept",
        allow_profile_0=settings.allow_security_profile_0,
        check_common_name=settings.check_certificate_name,
        organisation=settings.cpo_name if settings.check_certificate_organisation else "",
    )


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


def api_bounds(settings: Settings) -> bounds.Bounds:
    return bounds.Bounds(
        body_bytes=settings.api_max_body_bytes,
        requests=settings.api_max_requests,
        rate=settings.api_rate_limit,
        failures=settings.api_sign_in_failures,
        trusted=tuple(trusted(settings)),
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
        trusted=trusted(settings),
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


def event_retention(settings: Settings) -> Retention:
    return Retention(max_bytes=settings.events_max_bytes, max_days=settings.events_max_age_days)


def event_source(settings: Settings) -> str:
    """What events say of where they come from."""
    return f"/ampledger/{settings.namespace}"


def signing_terms(settings: Settings) -> signing.Terms:
    return signing.Terms(
        organisation=settings.cpo_name,
        days=settings.client_certificate_days,
        partitions=settings.partitions,
    )


def webhook_patience(settings: Settings) -> timedelta:
    return timedelta(hours=settings.webhook_give_up_hours)


def signs_automatically(settings: Settings) -> bool:
    return settings.csr_signing == "automatic"


def authority(settings: Settings) -> CertificateAuthority:
    return opening.authority(settings)
