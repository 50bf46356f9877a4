"""TLS with real sockets (white paper A00.FR.312-324, 401-429, 501-512; TC_086, TC_087)."""

import asyncio
import hashlib
import socket
import ssl
import warnings
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import InvalidMessage

from domain import frames, wire
from domain.ports import Listing
from gateway.admission import Policy
from gateway.entrance import Limits
from gateway.listeners import ClientCertificates, Listener
from gateway.passwords import hash_password
from tests.authority import Authority
from tests.gateway.site import QUICK, RawStation, site, soon, until
from tests.gateway.stage import PATIENCE, listing
from tests.gateway.tls_files import TlsFolder, fingerprint

SECRET = {"Authorization": "Basic Q1AyOnNlY3JldCBvZiBDUDIsIGxvbmc="}  # secret of CP2, long
CP1 = replace(listing("CP1"), security_profile=3, serial_number="SN-1")
CP2 = replace(
    listing("CP2", password_hash=hash_password("secret of CP2, long")), security_profile=2
)
STATIONS: tuple[Listing, ...] = (CP1, CP2)
REQUIRED, OPTIONAL = ClientCertificates.REQUIRED, ClientCertificates.OPTIONAL
STRICT = Policy()
REFUSALS = (ssl.SSLError, ConnectionError, InvalidMessage)  # as the version and the moment have it


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> TlsFolder:
    return TlsFolder(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def folder(tmp_path: Path) -> TlsFolder:
    """One whose files may be changed."""
    return TlsFolder(tmp_path)


def at(*listeners: Listener, limits: Limits | None = None):
    return site(listeners=listeners, stations=STATIONS, policy=STRICT, limits=limits)


def shown_to(station: ClientConnection) -> str:
    """The fingerprint of the certificate that a station saw."""
    tls = station.transport.get_extra_info("ssl_object")
    return hashlib.sha256(tls.getpeercert(binary_form=True)).hexdigest()


def suite_of(station: ClientConnection) -> str:
    return station.transport.get_extra_info("ssl_object").cipher()[0]


# --- versions and suites (A00.FR.314-319) -----------------------------------------------------


@pytest.mark.parametrize(
    ("suite", "kind"),
    [
        ("ECDHE-ECDSA-AES128-GCM-SHA256", "ecdsa"),
        ("ECDHE-ECDSA-AES256-GCM-SHA384", "ecdsa"),
        ("AES128-GCM-SHA256", "rsa"),
        ("AES256-GCM-SHA384", "rsa"),
        ("ECDHE-RSA-AES128-GCM-SHA256", "rsa"),
    ],
)
async def test_a_station_with_one_suite_gets_the_certificate_for_it(
    shared: TlsFolder, suite: str, kind: str
) -> None:
    """TC_086."""
    tls = shared.station(suite=suite)
    async with at(shared.listener()) as here, here.dial("/CP2", headers=SECRET, tls=tls) as station:
        assert suite_of(station) == suite
        assert shown_to(station) == fingerprint(getattr(shared, kind))
        opened = await here.next(wire.Opened)
        assert (opened.profile, opened.credential, opened.certificate) == (2, "of CP2", "")
        assert station.transport.get_extra_info("ssl_object").compression() is None


async def test_tls_1_3_is_spoken(shared: TlsFolder) -> None:
    tls = shared.station()
    async with at(shared.listener()) as here, here.dial("/CP2", headers=SECRET, tls=tls) as station:
        assert station.transport.get_extra_info("ssl_object").version() == "TLSv1.3"


async def test_tls_1_1_is_refused(shared: TlsFolder) -> None:
    tls = shared.station(suite="ALL:@SECLEVEL=0")
    with warnings.catch_warnings(action="ignore", category=DeprecationWarning):
        tls.minimum_version = tls.maximum_version = ssl.TLSVersion.TLSv1_1
    async with at(shared.listener()) as here:
        with pytest.raises(REFUSALS):
            await here.dial("/CP2", headers=SECRET, tls=tls)
        assert here.counts.handshakes_failed == {"version": 1}


async def test_another_suite_is_refused(shared: TlsFolder) -> None:
    tls = shared.station(suite="ECDHE-ECDSA-CHACHA20-POLY1305")
    async with at(shared.listener()) as here:
        with pytest.raises(REFUSALS):
            await here.dial("/CP2", headers=SECRET, tls=tls)
        assert here.counts.handshakes_failed == {"cipher": 1}


async def test_a_station_that_does_not_trust_us_is_counted(shared: TlsFolder) -> None:
    async with at(shared.listener()) as here:
        await asyncio.to_thread(distrust, here.port)
        await until(lambda: here.counts.handshakes_failed.total() == 1)
        assert here.counts.handshakes_failed == {"distrusted": 1}


def distrust(port: int) -> None:
    """Shake hands on a plain socket: asyncio would keep its complaint for itself."""
    tls = ssl.create_default_context(cadata=Authority().pem)
    with (
        socket.create_connection(("127.0.0.1", port)) as plain,
        pytest.raises(ssl.SSLCertVerificationError),
    ):
        tls.wrap_socket(plain, server_hostname="localhost")


async def test_a_station_without_tls_is_counted(shared: TlsFolder) -> None:
    async with at(shared.listener()) as here:
        with pytest.raises(Exception, match=r"HTTP|reset|clos"):
            await here.dial("/CP2", headers=SECRET)
        assert here.counts.handshakes_failed == {"no_tls": 1}


async def test_ports_with_and_without_tls_stand_side_by_side(shared: TlsFolder) -> None:
    plain = Listener(host="127.0.0.1", port=0)
    async with at(plain, shared.listener()) as here:
        refused = await here.refusal("/CP2", headers=SECRET)
        assert (refused.response.status_code, refused.response.body) == (
            403,
            b"security profile 2 needs TLS\n",
        )
        here.doors = SecondDoor(here.doors.ports)
        async with here.dial("/CP2", headers=SECRET, tls=shared.station()):
            assert (await here.next(wire.Opened)).profile == 2


class SecondDoor:
    def __init__(self, ports: tuple[int, ...]) -> None:
        self.ports = ports[1:]


# --- client certificates (A00.FR.401-408, 423-429) --------------------------------------------


async def test_a_certificate_of_its_own_lets_a_station_in(shared: TlsFolder) -> None:
    """TC_087."""
    mine = shared.stations.pair("SN-1")
    tls = shared.station(mine)
    async with at(shared.listener(REQUIRED)) as here, here.dial("/CP1", tls=tls):
        opened = await here.next(wire.Opened)
        assert (opened.profile, opened.certificate) == (3, fingerprint(mine))


async def test_without_a_certificate_there_is_no_handshake(shared: TlsFolder) -> None:
    async with at(shared.listener(REQUIRED)) as here:
        with pytest.raises(REFUSALS):
            await here.dial("/CP1", tls=shared.station())
        assert here.counts.handshakes_failed == {"no_certificate": 1}


@pytest.mark.parametrize("asks", [REQUIRED, OPTIONAL])
async def test_a_certificate_of_another_authority_is_refused(
    shared: TlsFolder, asks: ClientCertificates
) -> None:
    tls = shared.station(Authority().pair("SN-1"))
    async with at(shared.listener(asks)) as here:
        with pytest.raises(REFUSALS):
            await here.dial("/CP1", tls=tls)
        assert here.counts.handshakes_failed == {"certificate": 1}


async def test_an_expired_certificate_is_refused(shared: TlsFolder) -> None:
    key = shared.stations.pair("SN-1", days=-1)
    async with at(shared.listener(REQUIRED)) as here:
        with pytest.raises(REFUSALS):
            await here.dial("/CP1", tls=shared.station(key))
        assert here.counts.handshakes_failed == {"certificate": 1}


async def test_the_certificate_of_another_station_is_barred(shared: TlsFolder) -> None:
    tls = shared.station(shared.stations.pair("SN-2"))
    async with at(shared.listener(REQUIRED)) as here:
        assert (await here.refusal("/CP1", tls=tls)).response.status_code == 403
        barred = await here.next(wire.Barred)
        assert barred.reason == "the client certificate names another station"


async def test_where_certificates_are_optional_both_profiles_come_in(shared: TlsFolder) -> None:
    async with at(shared.listener(OPTIONAL)) as here:
        async with here.dial("/CP2", headers=SECRET, tls=shared.station()):
            assert (await here.next(wire.Opened)).profile == 2
        async with here.dial("/CP1", tls=shared.station(shared.stations.pair("SN-1"))):
            assert (await here.next(wire.Opened)).profile == 3


async def test_an_authority_below_a_root_can_be_trusted_by_itself(tmp_path: Path) -> None:
    folder = TlsFolder(tmp_path)
    below = folder.stations._ca.create_child_ca()
    folder.write("stations.pem", below.cert_pem.bytes().decode())
    folder.stations._ca = below
    folder.stations.__dict__.pop("pem")
    folder.revoke()
    tls = folder.station(folder.stations.pair("SN-1"))
    async with at(folder.listener(REQUIRED)) as here, here.dial("/CP1", tls=tls):
        assert (await here.next(wire.Opened)).profile == 3


# --- revocation -------------------------------------------------------------------------------


async def test_a_revoked_certificate_is_barred(folder: TlsFolder) -> None:
    mine, other = folder.stations.pair("SN-1"), folder.stations.pair("SN-1")
    folder.revoke(mine)
    async with at(folder.listener(REQUIRED)) as here:
        refused = await here.refusal("/CP1", tls=folder.station(mine))
        assert refused.response.status_code == 403
        assert (await here.next(wire.Barred)).reason.endswith("it was revoked")
        async with here.dial("/CP1", tls=folder.station(other)):
            assert (await here.next(wire.Opened)).certificate == fingerprint(other)


async def test_what_is_revoked_while_the_gateway_runs_is_barred(folder: TlsFolder) -> None:
    mine = folder.stations.pair("SN-1")
    tls = folder.station(mine)
    async with at(folder.listener(REQUIRED)) as here:
        async with here.dial("/CP1", tls=tls) as station:
            await here.next(wire.Opened)
            folder.revoke(mine)
            await asyncio.to_thread(here.doors.look)
            assert await here.is_served(station)
        assert (await here.refusal("/CP1", tls=tls)).response.status_code == 403


async def test_a_list_that_has_lapsed_is_told_and_heeded(
    folder: TlsFolder, caplog: pytest.LogCaptureFixture
) -> None:
    mine = folder.stations.pair("SN-1")
    folder.revoke(mine, until=timedelta(days=-1))
    async with at(folder.listener(REQUIRED)) as here:
        here.doors.look()
        here.doors.look()
        (line,) = [each for each in caplog.records if "renewed" in each.message]
        assert "revocation list" in vars(line)["what"]
        assert (await here.refusal("/CP1", tls=folder.station(mine))).response.status_code == 403


# --- reloading --------------------------------------------------------------------------------


async def test_new_certificates_are_shown_and_standing_sockets_stay(folder: TlsFolder) -> None:
    tls = folder.station()
    async with (
        at(folder.listener()) as here,
        here.dial("/CP2", headers=SECRET, tls=tls) as station,
    ):
        before = shown_to(station)
        folder.renew()
        await asyncio.to_thread(here.doors.look)
        assert await here.is_served(station)
        async with here.dial("/CP2", headers=SECRET, tls=tls) as newer:
            assert shown_to(newer) == fingerprint(folder.ecdsa) != before


async def test_broken_files_are_told_and_the_old_ones_stay(
    folder: TlsFolder, caplog: pytest.LogCaptureFixture
) -> None:
    before = fingerprint(folder.ecdsa)
    async with at(folder.listener()) as here:
        folder.write("ecdsa.pem", "half a certif")
        here.doors.look()
        here.doors.look()
        (line,) = [each for each in caplog.records if each.levelname == "ERROR"]
        assert "ecdsa.pem" in vars(line)["why"]
        async with here.dial("/CP2", headers=SECRET, tls=folder.station()) as station:
            assert shown_to(station) == before


async def test_files_are_looked_at_every_so_often(folder: TlsFolder) -> None:
    async with at(folder.listener()) as here, asyncio.timeout(PATIENCE):
        here.doors._look_every = 0.01
        watching = asyncio.ensure_future(here.doors.watch())
        (door,) = here.doors._doors
        before = door.papers
        folder.renew()
        await until(lambda: door.papers is not before)
        watching.cancel()
        assert here.doors.seconds_left()[door.port] > 0


# --- sockets that are slow --------------------------------------------------------------------


async def test_a_handshake_that_is_not_made_ends(shared: TlsFolder) -> None:
    async with at(shared.listener(), limits=Limits(patience=0.05)) as here:
        reader, writer = await asyncio.open_connection("127.0.0.1", here.port)
        assert await soon(reader.read()) == b""
        writer.close()
        assert here.counts.handshakes_failed == {"timeout": 1}


async def test_a_station_that_does_not_read_is_dropped(shared: TlsFolder) -> None:
    settings = replace(QUICK, max_unread=1000)
    tls = shared.station()
    doors = (shared.listener(),)
    async with site(settings, listeners=doors, stations=STATIONS, policy=STRICT) as here:
        station = await RawStation.dial(here.port, "CP2", tls=tls, headers=SECRET)
        for n in range(40):
            station.send(f'[2,"{n}","DataTransfer",{{}}]')
        for n in range(40):
            call = await here.next(wire.Received)
            frame = frames.result(str(n), b'"%b"' % (b"x" * 1_000_000))
            await here.scene.tell(
                wire.Answer(station="CP2", connection=call.connection, frame=frame)
            )
        assert (await here.next(wire.Closed)).code == 1008
        await station.hang_up()
