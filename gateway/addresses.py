"""Whose address a connection comes from: the peer's, or what a trusted proxy says. Pure."""

from collections.abc import Iterable, Sequence
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)

Network = IPv4Network | IPv6Network
Networks = Sequence[Network]

_HOUSEHOLD = 64  # bits of an IPv6 address that one customer is given (RFC 6177)


def networks(texts: Iterable[str]) -> tuple[Network, ...]:
    """Networks as they are written, e.g. 10.0.0.0/8 or ::1; raises ValueError."""
    return tuple(ip_network(text.strip()) for text in texts)


def is_trusted(peer: str, trusted: Networks) -> bool:
    """Whether a peer is one of our proxies, so that what it says of its clients counts."""
    address = _address(peer)
    return address is not None and any(address in network for network in trusted)


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach a host of this name."""
    address = _address(host)
    return host == "localhost" if address is None else address.is_loopback


def client_of(peer: str, forwarded_for: Sequence[str], trusted: Networks) -> str:
    """The address of whoever asks; `forwarded_for`: every X-Forwarded-For, in order.

    Each proxy appends the address it was asked from. Only what our own proxies have appended is
    known; further left stands what anybody may have made up.
    """
    client = peer
    hops = [hop.strip() for header in forwarded_for for hop in header.split(",")]
    while hops and is_trusted(client, trusted):
        said = _address(hops.pop())
        if said is None:
            break
        client = str(said)
    return client


def group_of(address: str) -> str:
    """What shares a limit: one IPv4 address, or the IPv6 network of one customer."""
    found = _address(address)
    if isinstance(found, IPv6Address):
        return str(IPv6Network((found, _HOUSEHOLD), strict=False))
    return address if found is None else str(found)


def _address(text: str) -> IPv4Address | IPv6Address | None:
    """An address, with a port or without; IPv4 within IPv6 is IPv4; None for what is none."""
    for candidate in (text, text.strip("[]"), _without_port(text)):
        try:
            address = ip_address(candidate)
        except ValueError:
            continue
        mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
        return mapped or address
    return None


def _without_port(text: str) -> str:
    host, _, _ = text.rpartition(":")
    return host.strip("[]")
