"""Where a request comes from, and how safely: its socket says it, or a trusted proxy."""

import re
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import unquote

from domain.pki import certificates
from domain.pki.certificates import Certificate
from domain.pki.reading import Unreadable
from domain.ports import Clock
from gateway.addresses import Networks, client_of, is_trusted
from gateway.admission import Headers, Knock
from gateway.papers import Papers

_ENVOY = re.compile(r'\b(Cert|Chain)="([^"]*)"')
_SAFE = frozenset({"https", "wss"})


@dataclass(frozen=True, slots=True)
class Proxies:
    """Whose word counts, and in which header they hand over the certificates of stations."""

    trusted: Networks = ()
    certificate_header: str = ""  # "" for none


class Caller(Protocol):
    """What a socket shows of whoever is at its other end."""

    @property
    def host(self) -> str:
        """Its address."""
        ...

    @property
    def port(self) -> int:
        """Its port."""
        ...

    @property
    def papers(self) -> Papers:
        """Of the door that it came to."""
        ...

    @property
    def is_encrypted(self) -> bool:
        """Whether it speaks TLS."""
        ...

    @property
    def certificate(self) -> bytes | None:
        """The client's in DER, its chain verified."""
        ...


class Origins:
    """Makes a knock of a request, and of what is known about its socket."""

    def __init__(self, proxies: Proxies, clock: Clock) -> None:
        self._proxies, self._clock = proxies, clock

    def knock(self, path: str, headers: Headers, caller: Caller) -> Knock:
        """Only what our own proxies say of others counts; from elsewhere anybody can say it."""
        if is_trusted(caller.host, self._proxies.trusted):
            return self._forwarded(path, headers, caller)
        remote = f"{caller.host}:{caller.port}"
        shown, doubt = _shown(caller)
        return Knock(path, headers, remote, caller.is_encrypted, shown, doubt)

    def _forwarded(self, path: str, headers: Headers, caller: Caller) -> Knock:
        """The certificate of the socket would be that of the proxy."""
        remote = client_of(
            caller.host, tuple(_values(headers, "x-forwarded-for")), self._proxies.trusted
        )
        said = ",".join(_values(headers, "x-forwarded-proto")).rpartition(",")[2].strip().lower()
        is_encrypted = said in _SAFE if said else caller.is_encrypted
        handed, doubt = self._handed_over(headers, caller.papers)
        return Knock(path, headers, remote, is_encrypted, handed, doubt)

    def _handed_over(self, headers: Headers, papers: Papers) -> tuple[Certificate | None, str]:
        name = self._proxies.certificate_header.lower()
        found = [each for each in _values(headers, name) if each.strip()] if name else []
        if not found:
            return None, ""
        if len(found) > 1 or _is_appended(found[0]):
            return None, "it is handed over more than once"
        chain = _chain(found[0])
        if doubt := papers.objection_to_chain(chain, self._clock()):
            return None, doubt
        return _read(chain, papers)


def _shown(caller: Caller) -> tuple[Certificate | None, str]:
    if (shown := caller.certificate) is None:
        return None, ""
    return _read(ssl.DER_cert_to_PEM_cert(shown), caller.papers)


def _read(chain: str, papers: Papers) -> tuple[Certificate | None, str]:
    try:
        found = certificates.read(chain)
    except Unreadable as error:
        return None, f"it cannot be read: {error}"
    return found, papers.objection(found)


def _chain(value: str) -> str:
    """PEM, percent-encoded or not, of what nginx, Envoy or Traefik put into a header."""
    if 'Cert="' in value:  # Envoy: Hash=…;Cert="…";Chain="…"
        return unquote("\n".join(part for _, part in _ENVOY.findall(value)))
    if "BEGIN" in value:  # nginx
        return unquote(value)
    parts = (part.strip() for part in unquote(value).split(","))  # Traefik: base64 of the DER
    return "".join(
        f"-----BEGIN CERTIFICATE-----\n{part}\n-----END CERTIFICATE-----\n" for part in parts
    )


def _is_appended(value: str) -> bool:
    """Whether Envoy speaks behind somebody else, who may have begun a quotation and not ended it.

    What comes first may be a station's own word: a certificate of another, without its key.
    """
    parts = [name for name, _ in _ENVOY.findall(value)]
    return value.count("Cert=") > 1 or parts not in ([], ["Cert"], ["Cert", "Chain"])


def _values(headers: Headers, wanted: str) -> Iterator[str]:
    return (value for name, value in headers if name.lower() == wanted)
