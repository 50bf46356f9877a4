"""Where a webhook may lead: not into our own network, unless the settings say so."""

import asyncio
import socket
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import SplitResult, urlsplit

# Where IPv6 means an IPv4 address, of whichever network: mapped, compatible, translated, 6to4.
_EMBEDDING = ("::/96", "::ffff:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32")


class Forbidden(Exception):
    """The receiver must not be reached from here, or cannot be found; the message says why."""


def check(url: str, *, private: bool) -> None:
    """Raises Forbidden when a URL can never be a receiver; `private`: plain HTTP may do."""
    parts = _split(url)
    if parts.scheme not in {"https", "http"} or not parts.hostname:
        raise Forbidden("a receiver is at https://…")
    if parts.scheme == "http" and not private:
        raise Forbidden("plain http needs AMPLEDGER_WEBHOOK_PRIVATE_ADDRESSES=true")
    if parts.username or parts.password:
        raise Forbidden("a user and a password do not belong into the address: the secret signs")
    if parts.fragment:
        raise Forbidden("an address of a receiver has no fragment")


async def resolve(url: str, *, private: bool) -> str:
    """An address of the receiver that may be reached; raises Forbidden.

    The request goes to this address, so that a name cannot come to mean another one in between.
    """
    parts = _split(url)
    host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        why = getattr(error, "strerror", "") or error
        raise Forbidden(f"{host} cannot be found: {why}") from None
    addresses = [str(entry[4][0]) for entry in found]
    for address in addresses:
        if private or _is_public(ip_address(address.partition("%")[0])):
            return address
    raise Forbidden(
        f"{host} is in a private network: AMPLEDGER_WEBHOOK_PRIVATE_ADDRESSES=true allows that"
    )


def _split(url: str) -> SplitResult:
    """The parts of a URL whose port is one, and whose host can be a name; raises Forbidden."""
    try:
        parts = urlsplit(url)
        _ = parts.port, (parts.hostname or "").encode("idna")
    except ValueError as error:
        raise Forbidden(f"that is no address of a receiver: {error}") from None
    return parts


def _is_public(address: IPv4Address | IPv6Address) -> bool:
    embeds = any(address in ip_network(each) for each in _EMBEDDING)
    is_local = address.is_multicast or getattr(address, "is_site_local", False)
    return address.is_global and not embeds and not is_local
