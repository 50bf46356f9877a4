"""Where a webhook may lead: not into our own network, unless the settings say so."""

import asyncio
import socket
from ipaddress import ip_address
from urllib.parse import urlsplit


class Forbidden(Exception):
    """The receiver must not be reached from here, or cannot be found; the message says why."""


def check(url: str, *, private: bool) -> None:
    """Raises Forbidden when a URL can never be a receiver; `private`: plain HTTP may do."""
    parts = urlsplit(url)
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
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise Forbidden(f"{host} cannot be found: {error.strerror or error}") from None
    addresses = [str(entry[4][0]) for entry in found]
    for address in addresses:
        if private or ip_address(address.partition("%")[0]).is_global:
            return address
    raise Forbidden(
        f"{host} is in a private network: AMPLEDGER_WEBHOOK_PRIVATE_ADDRESSES=true allows that"
    )
