"""How a simulated station reaches the system: by which address, and with what proof."""

import base64
import ssl
from collections.abc import Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from urllib.parse import quote

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidStatus, WebSocketException
from websockets.typing import Subprotocol

from commands.simulate.access import ENCRYPTED, Access
from commands.simulate.keyring import MUTUAL, Keyring, proof
from commands.simulate.security_log import SecurityLog


@dataclass(frozen=True, slots=True)
class Identity:
    """Where a station connects, and as whom."""

    urls: Sequence[str]  # ws://, wss://, and another wss:// if it is for client certificates
    name: str
    keyring: Keyring = field(default_factory=Keyring)
    tags: Sequence[str] = ("SIMULATED",)
    signs: bool = False  # its meter signs what it reads

    def url(self, profile: int) -> str:
        """The address for a security profile, "" when there is none."""
        secure = [url for url in self.urls if url.startswith("wss:")]
        plain = [url for url in self.urls if not url.startswith("wss:")]
        fitting = secure if profile >= ENCRYPTED else plain
        place = -1 if profile == MUTUAL else 0
        base = fitting[place].rstrip("/") if fitting else ""
        return base and f"{base}/{quote(self.name, safe='')}"


class Line:
    """Opens one connection after the other; what goes wrong with it is a security event."""

    def __init__(self, identity: Identity, access: Access, log: SecurityLog) -> None:
        self._identity, self._access, self._log = identity, access, log

    async def open(self) -> ClientConnection:
        """A socket. A next profile is tried once; raises OSError, WebSocketException."""
        if next := self._access.next_profile:
            try:
                socket = await self._connect(next)
            except (OSError, WebSocketException):
                self._access.fall_back()
            else:
                self._access.rise()
                return socket
        return await self._connect(self._identity.keyring.profile)

    async def _connect(self, profile: int) -> ClientConnection:
        try:
            return await self._call(profile)
        except ssl.SSLError as error:
            self._log.add_once(_named(error), str(error))
            raise
        except InvalidStatus as error:
            if error.response.status_code in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
                self._log.add_once("FailedToAuthenticateAtCentralSystem", str(error))
            raise

    async def _call(self, profile: int) -> ClientConnection:
        url = self._identity.url(profile)
        if not url:
            raise ConnectionError(f"there is no address for security profile {profile}")
        return await connect(
            url,
            subprotocols=[Subprotocol("ocpp1.6")],
            additional_headers=self._headers(profile),
            ssl=self._identity.keyring.tls(profile) if profile >= ENCRYPTED else None,
            compression=None,
            proxy=None,
        )

    def _headers(self, profile: int) -> dict[str, str]:
        """Basic credentials; a certificate goes without (white paper A00.FR.4)."""
        name, keyring = self._identity.name, self._identity.keyring
        if not keyring.password or profile == MUTUAL:
            return {}
        secret = base64.b64encode(name.encode() + b":" + proof(keyring.password)).decode()
        return {"Authorization": f"Basic {secret}"}


def _named(error: ssl.SSLError) -> str:
    """The white paper's name of what went wrong with TLS."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return "InvalidCentralSystemCertificate"
    if "VERSION" in (error.reason or "") or "PROTOCOL" in (error.reason or ""):
        return "InvalidTLSVersion"
    if "CIPHER" in (error.reason or "") or "HANDSHAKE_FAILURE" in (error.reason or ""):
        return "InvalidTLSCipherSuite"
    return "FailedToAuthenticateAtCentralSystem"
