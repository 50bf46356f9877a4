"""Simulated stations get their secrets, and the system is told of them."""

import json
import secrets
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import typer

from commands.client import ApiError, Client, path_of
from commands.refusal import Refusal
from commands.settings import Settings
from commands.simulate.keyring import MUTUAL, SYSTEM, Keyring
from domain.pki import pem

TAG = "SIMULATED"
_PASSWORD_BYTES = 20  # white paper A00.FR.205: 16 to 20
_LOOKS, _PAUSE = 5, 0.3  # s between: a request is seen soon after the station was answered
_ENROLLING = 2  # a station comes with a password until it has a certificate


def keyring(file: Path | None, profile: int | None, usual: int, roots: Sequence[str]) -> Keyring:
    """What a file has kept, or a new one, that trusts these roots too; raises OSError, Refusal."""
    ring = _kept(file) if file and file.exists() else Keyring(profile=usual, file=file)
    wanted = ring.profile if profile is None else profile
    ring.profile = wanted if wanted != MUTUAL or ring.chain else _ENROLLING
    ring.roots[SYSTEM] = list(dict.fromkeys([*ring.roots[SYSTEM], *roots]))
    return ring


def _kept(file: Path) -> Keyring:
    try:
        return Keyring.read(file)
    except (ValueError, TypeError):
        raise Refusal(f"{file} is not what a simulated station has kept") from None


def certificates(file: Path | None) -> tuple[str, ...]:
    """Those of a PEM file, one by one; raises OSError, Refusal."""
    try:
        return pem.blocks(file.read_text()) if file else ()
    except (pem.NotPem, UnicodeDecodeError) as error:
        raise Refusal(f"{file}: {error}") from None


def addresses(settings: Settings) -> list[str]:
    """Of the gateway on this machine; those where certificates are shown come last."""
    if not settings.listeners:
        return [f"ws://127.0.0.1:{settings.gateway_port}"]
    ordered = sorted(settings.listeners, key=lambda each: each.client_certificates == "required")
    return [f"{'wss' if each.certificates else 'ws'}://localhost:{each.port}" for each in ordered]


def adopt(
    client: Client, rings: Mapping[str, Keyring], labels: Mapping[str, Sequence[str]] | None = None
) -> None:
    """Register each with its profile, and with a password that nobody else has ever seen."""
    client.put(path_of("tokens", TAG), {"note": "of simulated stations"})
    for name, ring in rings.items():
        body: dict[str, object] = {"note": "simulated", "security_profile": ring.profile}
        body["labels"] = list((labels or {}).get(name, ()))
        if ring.profile in {1, 2}:
            ring.password = ring.password or secrets.token_hex(_PASSWORD_BYTES)
            body["password"] = ring.password
        client.put(path_of("stations", name), body)
        ring.keep()


class Sponsor:
    """The operator's part in certificates: it signs what is asked for, and has stations rise."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def vouch(self, station: str) -> None:
        """Where requests are signed by hand, this hand signs."""
        path = path_of("certificate-requests")
        with _told(station):
            for _ in range(_LOOKS):
                for request in self._client.items(path, most=1, station=station, state="pending"):
                    self._client.post(f"{path}/{request['id']}/sign", b"{}")
                    return
                time.sleep(_PAUSE)

    def promote(self, station: str) -> None:
        """From its next start on it comes with its certificate (use case A05)."""
        change = {"key": "SecurityProfile", "value": str(MUTUAL)}
        with _told(station):
            for action, payload in (("ChangeConfiguration", change), ("Reset", {"type": "Hard"})):
                path = path_of("stations", station, "calls", action)
                self._client.post(path, json.dumps(payload).encode())


@contextmanager
def _told(station: str) -> Iterator[None]:
    """What the API refuses is told; the simulation goes on."""
    try:
        yield
    except ApiError as error:
        typer.echo(f"{station} has no part in profile {MUTUAL} yet: {error}", err=True)
