"""The simulator and the system, each written for itself, agree on the security extension."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any
from uuid import uuid4

import pytest

from commands.simulate.counts import FleetCounts
from commands.simulate.keyring import SYSTEM, Keyring
from commands.simulate.life import Life
from commands.simulate.line import Identity
from commands.simulate.visits import Pace
from commands.terminal import adoption
from tests.authority import Authority
from tests.installation import Installation
from tests.journeys.conftest import Operator
from tests.journeys.securing import event_of
from tests.journeys.waiting import eventually, until

PASSWORD = "000102030405060708090a0b0c0d0e0fff00ff00"
IMAGE = bytes(range(256)) * 1000
MAKER = Authority()
SIGNER = MAKER.pair("Firmware")
Ask = Callable[..., Awaitable[Any]]


@pytest.fixture
def ring(installation: Installation) -> Keyring:
    """With a password, and with trust in the authorities of the installation."""
    ring = Keyring(profile=2, password=PASSWORD)
    ring.roots[SYSTEM] = list(adoption.certificates(installation.authorities))
    return ring


@pytest.fixture
async def name(installation: Installation, operator: Operator, ring: Keyring) -> AsyncIterator[str]:
    """A simulated station that has come over TLS; no car comes by chance."""
    name = f"SIM-{uuid4().hex[:8]}"
    await operator.register(name, security_profile=2, password=PASSWORD)
    identity = Identity((installation.secure_url, installation.mutual_url), name, ring)
    pace = Pace(idle=1e9, session=1e9, sample=1, step=0)
    life = Life(identity, pace, FleetCounts(), asyncio.Semaphore(1))
    living = asyncio.ensure_future(life.run())
    try:
        await comes_by(operator, name, 2)
        yield name
    finally:
        living.cancel()
        await asyncio.wait([living])


@pytest.fixture
def ask(operator: Operator, name: str) -> Ask:
    """Call the station; the status that it answers."""

    async def asked(action: str, **payload: Any) -> Any:
        return (await operator.call(name, action, payload))["response"]["status"]

    return asked


async def comes_by(operator: Operator, name: str, profile: int, *, after: int = 0) -> int:
    """Wait until it has come so, on a later connection than that; the number of the connection."""

    def has_come(row: dict[str, Any]) -> bool:
        found = row["connection"]
        is_new = row["online"] and found and found["id"] > after
        return bool(is_new and found["security_profile"] == profile)

    row = await until(operator, f"/api/v1/stations/{name}", has_come)
    return int(row["connection"]["id"])


async def test_it_takes_a_password_that_nobody_sees(operator, name, ring):
    before = await comes_by(operator, name, 2)
    outcome = await operator.post(f"/api/v1/stations/{name}/password/rotate", wait=10)
    assert outcome["response"] == {"status": "Accepted"}
    await comes_by(operator, name, 2, after=before)
    assert ring.password not in {PASSWORD, ""}
    await event_of(operator, name, "ReconfigurationOfSecurityParameters")


async def test_it_has_itself_certified_and_rises_with_that(operator, name, ask, ring):
    trigger = {"requestedMessage": "SignChargePointCertificate"}
    assert await ask("ExtendedTriggerMessage", **trigger) == "Accepted"
    path = f"/api/v1/certificate-requests?station={name}&state=delivered"
    await until(operator, path, lambda page: page["items"])
    path = f"/api/v1/stations/{name}/security-profile"
    outcome = await operator.post(path, body={"profile": 3}, wait=10)
    assert outcome["response"] == {"status": "Accepted"}
    assert await ask("Reset", type="Hard") == "Accepted"
    first = await comes_by(operator, name, 3)
    before = ring.chain
    assert await ask("ExtendedTriggerMessage", **trigger) == "Accepted"
    await comes_by(operator, name, 3, after=first)  # with the new one (TC_074)
    assert ring.chain != before


async def test_a_certificate_for_another_key_is_rejected_and_told(operator, name, ask):
    chain = Authority().pair(name).certificate
    assert await ask("CertificateSigned", certificateChain=chain) == "Rejected"
    await event_of(operator, name, "InvalidChargePointCertificate")


async def test_roots_are_installed_told_and_deleted_as_they_were_told(operator, name):
    path = f"/api/v1/stations/{name}/certificates"
    install = {"type": "ManufacturerRootCertificate", "certificate": MAKER.pem}
    await operator.post(f"{path}/install", body=install, wait=10)
    ask = {"type": "ManufacturerRootCertificate"}
    outcome = await operator.post(f"{path}/ask", body=ask, wait=10)
    told = outcome["response"]["certificateHashData"]
    shown = await until(operator, path, lambda row: row["installed"])
    (root,) = (each for each in shown["installed"] if each["fingerprint"])
    assert [root["hash_data"]] == told
    outcome = await operator.post(f"{path}/delete", body=root["hash_data"], wait=10)
    assert outcome["response"] == {"status": "Accepted"}
    outcome = await operator.post(f"{path}/ask", body=ask, wait=10)
    assert outcome["response"] == {"status": "NotFound"}


async def test_a_root_that_is_none_is_rejected_and_told(operator, name, ask):
    leaf = MAKER.pair("a leaf").certificate
    asked = {"certificateType": SYSTEM, "certificate": leaf}
    assert await ask("InstallCertificate", **asked) == "Rejected"
    await event_of(operator, name, "InvalidCentralSystemCertificate")


async def test_its_security_log_comes_here(operator, name):
    body = {"type": "security"}
    job = await operator.post(f"/api/v1/stations/{name}/logs", body=body, wait=10)
    done = await eventually(operator, f"/api/v1/jobs/{job['id']}", "state", "uploaded")
    (file,) = done["files"]
    fetched = await operator.client.get(f"/api/v1/diagnostics/{file['id']}")
    assert "StartupOfTheDevice" in fetched.text


@pytest.mark.parametrize(
    ("signed", "state"), [(IMAGE, "installed"), (b"something else", "invalid_signature")]
)
async def test_signed_firmware_is_verified_by_both(operator, name, signed, state):
    query = {"name": "fw-1.4.bin"}
    image = await operator.client.post("/api/v1/firmware", params=query, content=IMAGE)
    wish = {
        "firmware_id": image.json()["id"],
        "signature": SIGNER.sign(signed),
        "signing_certificate": SIGNER.certificate,
        "verify": signed == IMAGE,
    }
    path = f"/api/v1/stations/{name}/signed-firmware-updates"
    job = await operator.post(path, body=wish, wait=10)
    await eventually(operator, f"/api/v1/jobs/{job['id']}", "state", state)
    event = "FirmwareUpdated" if state == "installed" else "InvalidFirmwareSignature"
    await event_of(operator, name, event)


@pytest.mark.parametrize("profile", [1, 3])
async def test_a_fleet_adopts_itself_with_secrets_of_its_own(
    installation, operator, profile, tmp_path
):
    prefix, place = f"FLEET-{uuid4().hex[:4]}-", installation
    words = [
        "simulate", "--json", "--adopt", "--stations", "2", "--seconds", "8", "--idle", "1",
        "--session", "1", "--sample", "1", "--prefix", prefix, "--ca", str(place.authorities),
        "--keep", str(tmp_path / "kept"), "--security-profile", str(profile),
    ]  # fmt: skip
    for url in (place.gateway_url, place.secure_url, place.mutual_url):
        words += ["--url", url]
    counts = json.loads(await asyncio.to_thread(place.command, *words))
    assert (counts["errors"], counts["last_error"]) == (0, "")
    assert counts["sessions"] > 0
    for number in (1, 2):
        row = await operator.get(f"/api/v1/stations/{prefix}0000{number}")
        assert row["security_profile"] == row["connection"]["security_profile"] == profile
        kept = tmp_path / "kept" / f"{prefix}0000{number}.json"
        assert kept.stat().st_mode & 0o777 == 0o600
        assert bool(json.loads(kept.read_text())["chain"]) == (profile == 3)
    again = [{"8": "3"}.get(word, word) for word in words if word != "--adopt"]
    assert json.loads(await asyncio.to_thread(place.command, *again))["errors"] == 0
