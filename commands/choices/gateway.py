"""What a gateway is told."""

from datetime import timedelta

from commands.choices import shared
from commands.settings import Settings
from gateway import admission
from gateway.crowd import Bounds
from gateway.entrance import Limits
from gateway.leases import Terms
from gateway.listeners import Listener
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


def proxies(settings: Settings) -> Proxies:
    return Proxies(shared.trusted(settings), settings.client_certificate_header)


def limits(settings: Settings) -> Limits:
    bounds = Bounds(
        connections=settings.max_connections,
        per_address=settings.max_connections_per_address,
        handshakes=settings.max_handshakes,
    )
    return Limits(bounds, patience=settings.handshake_timeout, trusted=shared.trusted(settings))


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
