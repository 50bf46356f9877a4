"""One request to a receiver, and what it says: the one place that knows httpx (ADR 29)."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from types import MappingProxyType
from typing import Protocol, Self
from urllib.parse import urlsplit, urlunsplit

import httpx

from commands.webhooks import addresses
from commands.webhooks.addresses import Forbidden
from domain.ports import Clock

_TIMEOUT = httpx.Timeout(15.0, connect=5.0)  # s, of silence
_WHOLE = 60.0  # s for a request with all that belongs to it
_LIMITS = httpx.Limits(max_connections=200, max_keepalive_connections=50)
_LONGEST = 300  # characters of an answer that are told
_MOST = 4096  # bytes of an answer that are read
_OURS = MappingProxyType({"User-Agent": "Ampledger", "Accept-Encoding": "identity"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came of a request; `status` is 0 when nobody answered."""

    status: int
    error: str = ""  # "" when it was taken
    wait: float = 0.0  # s the receiver asks us to wait

    @property
    def is_taken(self) -> bool:
        """Whether the receiver has the events."""
        return not self.error


class Post(Protocol):
    """Brings a body to a receiver; whatever goes wrong is in the answer."""

    async def __call__(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer: ...


class Courier:
    """Keeps connections between requests; an async context manager."""

    def __init__(self, clock: Clock, *, private: bool) -> None:
        """`private`: receivers may be in a private network, and speak plain HTTP."""
        self._clock, self._private = clock, private
        self._client = httpx.AsyncClient(
            timeout=_TIMEOUT, limits=_LIMITS, follow_redirects=False, trust_env=False
        )

    async def __aenter__(self) -> Self:
        await self._client.__aenter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.aclose()

    async def __call__(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Post it; no redirect is followed, and of the answer only the beginning is read."""
        try:
            async with asyncio.timeout(_WHOLE):
                return await self._posted(url, body, headers)
        except TimeoutError:
            return Answer(status=0, error=f"it was not done in time: {_WHOLE:g} s")
        except Forbidden as error:
            return Answer(status=0, error=str(error))
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return Answer(status=0, error=f"{type(error).__name__}: {error}"[:_LONGEST])

    async def _posted(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        address = await addresses.resolve(url, private=self._private)
        request = self._request(url, address, body, headers)
        response = await self._client.send(request, stream=True)
        try:
            text = "" if response.is_success else await _beginning(response)
        finally:
            await response.aclose()
        return self._answer(response, text)

    def _request(
        self, url: str, address: str, body: bytes, headers: Mapping[str, str]
    ) -> httpx.Request:
        """The name stays what TLS verifies and the server sees; the address is the one checked."""
        parts = urlsplit(url)
        host = f"[{address}]" if ":" in address else address
        place = f"{host}:{parts.port}" if parts.port else host
        return self._client.build_request(
            "POST",
            urlunsplit(parts._replace(netloc=place)),
            content=body,
            headers={**headers, "Host": parts.netloc, **_OURS},
            extensions={"sni_hostname": parts.hostname or ""},
        )

    def _answer(self, response: httpx.Response, text: str) -> Answer:
        if response.is_success:
            return Answer(status=response.status_code)
        said = f"{response.status_code} {response.reason_phrase}: {text}".rstrip(": ")
        wait = self._wait(response.headers.get("Retry-After", ""))
        return Answer(status=response.status_code, error=said[:_LONGEST], wait=wait)

    def _wait(self, said: str) -> float:
        """Seconds, or an instant (RFC 9110 section 10.2.3); what is neither counts for nothing."""
        if said.isdecimal():
            return float(said[:9])
        try:
            return max(0.0, (parsedate_to_datetime(said) - self._clock()).total_seconds())
        except (TypeError, ValueError):
            return 0.0


async def _beginning(response: httpx.Response) -> str:
    """As much of an answer as is told; what follows is not waited for."""
    read = b""
    async for chunk in response.aiter_raw():
        read += chunk
        if len(read) >= _MOST:
            break
    text = read[:_MOST].decode(errors="replace")
    return "".join(letter if letter.isprintable() else " " for letter in text)[:_LONGEST]
