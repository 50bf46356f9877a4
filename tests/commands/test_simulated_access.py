"""How a simulated station comes in, and how it lets itself be told to come otherwise."""

import asyncio
import base64
import json
import ssl
from contextlib import asynccontextmanager

import pytest
import trustme
from websockets.asyncio.server import serve

from commands.simulate.counts import FleetCounts
from commands.simulate.keyring import SYSTEM, Keyring, proof
from commands.simulate.life import Life
from commands.simulate.line import Identity
from commands.simulate.visits import Pace
from tests.authority import Authority
from tests.commands.bench_of_stations import PATIENCE, Bench, Central

KEY = "000102030405060708090a0b0c0d0e0fff00ff00"
OTHER = "ffeeddccbbaa99887766554433221100"
OWN = Authority()
SERVING = trustme.CA()


async def change(bench, key, value):
    return await bench.status("ChangeConfiguration", key=key, value=value)


@pytest.mark.parametrize(
    ("password", "status"),
    [
        (KEY, "Accepted"),
        ("sixteen letters!", "Accepted"),
        ("short", "Rejected"),
        (KEY + "00", "Rejected"),
        ("twenty-one characters", "Rejected"),
    ],
)
async def test_a_password_has_16_to_20_bytes(password, status):
    ring = Keyring(profile=1, password=OTHER)
    bench = Bench(ring)
    assert await change(bench, "AuthorizationKey", password) == status
    assert ring.password == (password if status == "Accepted" else OTHER)
    assert bench.equipment.reset.is_set() == (status == "Accepted")


async def test_nobody_reads_the_password_and_everybody_the_profile():
    bench = Bench(Keyring(profile=1, password=KEY))
    answer = await bench.ask("GetConfiguration", key=["authorizationkey", "SecurityProfile"])
    assert answer["configurationKey"] == [
        {"key": "SecurityProfile", "readonly": False, "value": "1"},
        {"key": "AuthorizationKey", "readonly": False},
    ]
    assert KEY not in bench.equipment.described()
    assert KEY not in str(await bench.ask("GetConfiguration"))


@pytest.mark.parametrize(
    ("ring", "value", "status"),
    [
        (Keyring(profile=1, password=KEY), "2", "Rejected"),  # no root to check the system with
        (Keyring(profile=1, password=KEY, roots={SYSTEM: [OWN.pem]}), "2", "Accepted"),
        (Keyring(profile=2, password=KEY, roots={SYSTEM: [OWN.pem]}), "3", "Rejected"),
        (Keyring(profile=2, chain="its own", roots={SYSTEM: [OWN.pem]}), "3", "Accepted"),
        (Keyring(profile=2, password=KEY, roots={SYSTEM: [OWN.pem]}), "1", "Rejected"),
        (Keyring(profile=2, password=KEY, roots={SYSTEM: [OWN.pem]}), "2", "Rejected"),
        (Keyring(profile=3, chain="its own", roots={SYSTEM: [OWN.pem]}), "4", "Rejected"),
        (Keyring(), "1", "Rejected"),  # no password
        (Keyring(), "²", "Rejected"),
    ],
)
async def test_the_profile_rises_and_only_with_what_it_needs(ring, value, status):
    bench = Bench(ring)
    assert await change(bench, "SecurityProfile", value) == status
    assert bench.features.access.next_profile == (int(value) if status == "Accepted" else 0)


async def test_what_was_reconfigured_becomes_an_event():
    bench = Bench(Keyring(profile=1, password=OTHER))
    await change(bench, "AuthorizationKey", KEY)
    name, event = await bench.said()
    assert (name, event["type"]) == (
        "SecurityEventNotification",
        "ReconfigurationOfSecurityParameters",
    )
    assert KEY not in json.dumps(event)


def test_secrets_are_kept_for_nobody_else_to_read(tmp_path):
    file = tmp_path / "kept" / "S.json"
    ring = Keyring(2, KEY, "chain", "key", roots={SYSTEM: ["root"]}, file=file)
    ring.keep()
    ring.keep()
    assert (file.stat().st_mode & 0o777, file.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    assert Keyring.read(file) == ring
    assert list(file.parent.iterdir()) == [file]


@pytest.mark.parametrize(
    ("password", "presented"),
    [(KEY, bytes.fromhex(KEY)), ("hello world", b"hello world"), ("abcd", b"abcd")],
)
def test_hex_digits_are_presented_as_the_bytes_they_stand_for(password, presented):
    assert proof(password) == presented


class Door(Central):
    """A system that lets in who has the password, or a certificate."""

    def __init__(self, password: str = "") -> None:
        super().__init__({})
        self.password = password
        self.refused: list[int] = []
        self.came: list[tuple[str, str]] = []  # how, and the CN of a certificate

    def check(self, connection, request):
        given = request.headers.get("Authorization", "").removeprefix("Basic ")
        expected = base64.b64encode(b"S:" + proof(self.password)).decode()
        if self.password and given != expected:
            self.refused.append(401)
            return connection.respond(401, "no")
        tls = connection.transport.get_extra_info("ssl_object")
        shown = (tls.getpeercert() or {}).get("subject", ()) if tls else ()
        names = [value for part in shown for name, value in part if name == "commonName"]
        self.came.append(("wss" if tls else "ws", "".join(names)))
        return None


@asynccontextmanager
async def open_door(door, *, server=SERVING, clients=None, name="localhost"):
    """Where to find it: by wss if it has a server's certificate."""
    context = None
    if server:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        server.issue_cert(name, "127.0.0.1").configure_cert(context)
    if context and clients:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(cadata=clients)
    options = {"subprotocols": ["ocpp1.6"], "process_request": door.check, "ssl": context}
    async with serve(door.serve, "localhost", 0, **options) as listening:
        port = listening.sockets[0].getsockname()[1]
        yield f"{'wss' if context else 'ws'}://localhost:{port}"


@asynccontextmanager
async def living(ring, *urls):
    life = Life(
        Identity(urls, "S", ring), Pace(1e9, 1e9, 0.05, 0), FleetCounts(), asyncio.Semaphore(1)
    )
    task = asyncio.ensure_future(life.run())
    try:
        yield life
    finally:
        task.cancel()
        await asyncio.wait([task])


async def until(condition):
    async with asyncio.timeout(PATIENCE):
        while True:
            if condition():
                return
            await asyncio.sleep(0.05)


def trusting(**of):
    return Keyring(roots={SYSTEM: [SERVING.cert_pem.bytes().decode()]}, **of)


async def test_it_comes_by_tls_with_its_password():
    door = Door(KEY)
    async with open_door(door) as url, living(trusting(profile=2, password=KEY), url):
        await door.hears("BootNotification")
    assert door.came == [("wss", "")]


async def test_a_changed_password_is_used_at_once():
    door, ring = Door(OTHER), Keyring(profile=1, password=OTHER)
    async with open_door(door, server=None) as url, living(ring, url):
        await door.hears("SecurityEventNotification", type="StartupOfTheDevice")
        answer = await door.ask("ChangeConfiguration", key="AuthorizationKey", value=KEY)
        assert answer == {"status": "Accepted"}
        door.password = KEY
        await door.hears("BootNotification")
    assert (len(door.came), door.refused) == (2, [])


async def test_a_refused_password_is_tried_again_and_told_later_once():
    door = Door(OTHER)
    async with open_door(door, server=None) as url, living(Keyring(1, KEY), url):
        await until(lambda: len(door.refused) > 1)
        door.password = KEY
        await door.hears("SecurityEventNotification", type="FailedToAuthenticateAtCentralSystem")
        await door.ask("TriggerMessage", requestedMessage="Heartbeat")
        await door.hears("Heartbeat")
        assert "FailedToAuthenticateAtCentralSystem" not in str(door.heard)


async def test_a_server_that_it_does_not_trust_is_not_spoken_to_and_told_of_later():
    door, ring = Door(), Keyring(profile=2, password=KEY, roots={SYSTEM: [OWN.pem]})
    async with open_door(door) as url, living(ring, url) as life:
        await until(lambda: "InvalidCentralSystemCertificate" in life._features.log.text())
        assert door.came == []
        ring.roots = trusting().roots
        await door.hears("SecurityEventNotification", type="InvalidCentralSystemCertificate")


async def test_after_a_reset_it_comes_with_the_higher_profile():
    plain, secure, ring = Door(KEY), Door(KEY), trusting(profile=1, password=KEY)
    async with (
        open_door(plain, server=None) as old,
        open_door(secure) as new,
        living(ring, old, new),
    ):
        await plain.hears("BootNotification")
        await plain.ask("ChangeConfiguration", key="SecurityProfile", value="2")
        await plain.ask("Reset", type="Hard")
        await secure.hears("BootNotification")
        await secure.hears("SecurityEventNotification", type="ResetOrReboot")
        answer = await secure.ask("GetConfiguration", key=["SecurityProfile"])
    assert answer["configurationKey"][0]["value"] == "2"
    assert (plain.came, secure.came) == ([("ws", "")], [("wss", "")])


async def test_it_falls_back_when_the_higher_profile_does_not_work():
    plain, secure, ring = Door(KEY), Door(OTHER), trusting(profile=1, password=KEY)
    async with (
        open_door(plain, server=None) as old,
        open_door(secure) as new,
        living(ring, old, new),
    ):
        await plain.hears("BootNotification")
        await plain.ask("ChangeConfiguration", key="SecurityProfile", value="2")
        await plain.ask("Reset", type="Hard")
        await plain.hears("BootNotification")
        answer = await plain.ask("GetConfiguration", key=["SecurityProfile"])
    assert answer["configurationKey"][0]["value"] == "1"
    assert secure.refused == [401]


async def test_it_enrols_itself_and_comes_with_its_certificate_where_it_is_asked_for():
    first, second, ring = Door(KEY), Door(), trusting(profile=2, password=KEY)
    async with (
        open_door(first) as old,
        open_door(second, clients=OWN.pem) as new,
        living(ring, old, new) as life,
    ):
        passed: list[str] = []
        life.enrol(lambda: passed.append("asked"), lambda: passed.append("certified"))
        csr = (await first.hears("SignCertificate"))["csr"]
        await first.ask("CertificateSigned", certificateChain=OWN.certify(csr))
        await until(lambda: sorted(passed) == ["asked", "certified"])
        await first.ask("ChangeConfiguration", key="SecurityProfile", value="3")
        await first.ask("Reset", type="Hard")
        await second.hears("BootNotification")
    assert second.came == [("wss", "S")]
    assert ring.profile == 3
