"""Stations that come by each security profile, over real TLS, and who stands beside them."""

import secrets
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote
from uuid import uuid4

import pytest
import websockets
from ocpp.v16 import call
from websockets.typing import Subprotocol

from tests.authority import Key, Pair, new_key, pem_of, request_of
from tests.installation import Installation
from tests.journeys.charge_point import PATIENCE, Station, basic
from tests.journeys.conftest import Operator
from tests.journeys.waiting import until

TRIGGER = {"requestedMessage": "SignChargePointCertificate"}
ORGANISATION = "Ampledger"  # the CPO's name, of the installation


@dataclass(slots=True)
class Owner:
    """Knows a station's secrets, and how it has to come."""

    installation: Installation
    name: str
    password: bytes
    pair: Pair | None = None

    def prepare(self, station: Station, profile: int, *, suite: str = "") -> None:
        """Its next connection is of this profile."""
        place = self.installation
        urls = (place.gateway_url, place.gateway_url, place.secure_url, place.mutual_url)
        shown = self.pair if profile == 3 else None
        station.url = f"{urls[profile]}/{quote(self.name, safe='')}"
        station.tls = tls(place.authorities, shown, suite=suite) if profile >= 2 else None
        station.headers = basic(self.name, self.password) if profile in {1, 2} else {}


@pytest.fixture
def profile() -> int:
    """The security profile of the station; a test may choose another one."""
    return 2


@pytest.fixture
async def owner(installation: Installation, operator: Operator, profile: int) -> Owner:
    """Of a registered station."""
    owner = Owner(installation, f"CP-{uuid4().hex[:8]}", secrets.token_bytes(20))
    if profile == 3:
        owner.pair = equipped(installation, owner.name)
    password = {} if profile == 3 else {"password": owner.password.hex()}
    await operator.register(owner.name, security_profile=profile, **password)
    return owner


@pytest.fixture
async def station(owner: Owner, profile: int) -> AsyncIterator[Station]:
    """The same with its socket open."""
    station = Station("", owner.name)
    owner.prepare(station, profile)
    async with station:
        yield station


def equipped(installation: Installation, name: str, *words: str) -> Pair:
    """What an operator gives a station on its way, before it has ever been connected."""
    written = Path(installation.command("ca", "client", name, *words).strip())
    return Pair(written.read_text(), written.with_suffix(".key").read_text())


def tls(authorities: Path, pair: Pair | None = None, *, suite: str = "") -> ssl.SSLContext:
    """How a station checks the system, what it shows, and perhaps the only suite it knows."""
    context = ssl.create_default_context(cafile=authorities)
    if suite:
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        context.set_ciphers(suite)
    if pair:
        with TemporaryDirectory() as folder:
            file = Path(folder) / "pair.pem"
            file.write_text(f"{pair.certificate}\n{pair.key}")
            context.load_cert_chain(file)
    return context


async def knock(station: Station, **headers: str) -> int:
    """The HTTP status of an upgrade; 0 when TLS did not come about."""
    asking = websockets.connect(
        station.url,
        subprotocols=[Subprotocol("ocpp1.6")],
        additional_headers={k: v for k, v in (headers or station.headers).items() if v},
        open_timeout=PATIENCE,
        ssl=station.tls,
    )
    try:
        async with asking:
            return 101
    except websockets.InvalidStatus as refusal:
        return refusal.response.status_code
    except (OSError, websockets.InvalidMessage):
        return 0


async def certified(
    operator: Operator, station: Station, key: Key | None = None, *, answer: str = "Accepted"
) -> Pair:
    """An operator triggers, the station asks, and answers what it gets."""
    key = key or new_key()
    station.answers["ExtendedTriggerMessage"] = {"status": "Accepted"}
    station.answers["CertificateSigned"] = {"status": answer}
    outcome = await operator.call(station.name, "ExtendedTriggerMessage", TRIGGER)
    assert outcome["response"] == {"status": "Accepted"}
    assert await station.asked("ExtendedTriggerMessage") == TRIGGER  # no connectorId
    csr = request_of(key, "", "")  # what the tool sends has no usable subject
    assert (await station.ask(call.SignCertificate(csr=csr))).status == "Accepted"
    sent = await station.asked("CertificateSigned")
    assert list(sent) == ["certificateChain"]
    return Pair(sent["certificateChain"], pem_of(key))


async def event_of(
    operator: Operator, station: str, type: str, *, source: str = "station"
) -> dict[str, object]:
    """The last security event of that type, once it is on record."""
    path = f"/api/v1/security-events?station={station}&type={type}&source={source}"
    page = await until(operator, path, lambda page: page["items"])
    return dict(page["items"][0])
