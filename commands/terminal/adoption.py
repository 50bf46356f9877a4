"""Simulated stations get their secrets, and the system is told of them."""

import json
import secrets
from collections.abc import Mapping
from pathlib import Path

from commands.client import Client, path_of
from commands.simulate.keyring import MUTUAL, SYSTEM, Keyring

TAG = "SIMULATED"
_PASSWORD_BYTES = 20  # white paper A00.FR.205: 16 to 20
_ENROLLING = 2  # a station comes with a password until it has a certificate


def keyring(file: Path | None, profile: int | None, usual: int, roots: Path | None) -> Keyring:
    """What a file has kept, or a new one; raises OSError, ValueError."""
    ring = Keyring.read(file) if file and file.exists() else Keyring(profile=usual, file=file)
    wanted = ring.profile if profile is None else profile
    ring.profile = wanted if wanted != MUTUAL or ring.chain else _ENROLLING
    if roots and not ring.roots[SYSTEM]:
        ring.roots[SYSTEM] = [roots.read_text()]
    return ring


def adopt(client: Client, rings: Mapping[str, Keyring]) -> None:
    """Register each with its profile, and with a password that nobody else has ever seen."""
    client.put(path_of("tokens", TAG), {"note": "of simulated stations"})
    for name, ring in rings.items():
        body: dict[str, object] = {"note": "simulated", "security_profile": ring.profile}
        if ring.profile in {1, 2}:
            ring.password = ring.password or secrets.token_hex(_PASSWORD_BYTES)
            body["password"] = ring.password
        client.put(path_of("stations", name), body)
        ring.keep()


def promote(client: Client, name: str) -> None:
    """It has a certificate: from its next start on it comes with that (use case A05)."""
    change = {"key": "SecurityProfile", "value": str(MUTUAL)}
    for action, payload in (("ChangeConfiguration", change), ("Reset", {"type": "Hard"})):
        path = path_of("stations", name, "calls", action)
        client.post(path, json.dumps(payload).encode(), wait=30)
