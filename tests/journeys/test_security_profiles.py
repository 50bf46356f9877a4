"""Security profiles: TC_083, TC_086 and TC_087 by their numbers (OCTT), over real sockets."""

import re

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import NameOID

from tests.authority import Authority
from tests.journeys.charge_point import Station
from tests.journeys.conftest import Operator
from tests.journeys.securing import certified, event_of, knock, owner, profile, station
from tests.journeys.test_security_certificates import SYSTEM, install
from tests.journeys.waiting import eventually, nothing_unasked, until

__all__ = ["nothing_unasked", "owner", "profile", "station"]
SUITES = {  # of OpenSSL, by the names of the white paper
    "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256": "ECDHE-ECDSA-AES128-GCM-SHA256",
    "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384": "ECDHE-ECDSA-AES256-GCM-SHA384",
    "TLS_RSA_WITH_AES_128_GCM_SHA256": "AES128-GCM-SHA256",
    "TLS_RSA_WITH_AES_256_GCM_SHA384": "AES256-GCM-SHA384",
}
SUITE = pytest.mark.parametrize("suite", SUITES.values(), ids=SUITES)
STATUSES = ((0, "Available"), (1, "Available"), (2, "Available"))


async def demand(operator: Operator, station: Station, profile: int) -> None:
    """Have it rise, and restart."""
    change = {"key": "SecurityProfile", "value": str(profile)}
    for action, payload in (("ChangeConfiguration", change), ("Reset", {"type": "Hard"})):
        station.answers[action] = {"status": "Accepted"}
        await operator.call(station.name, action, payload)
        assert await station.asked(action) == payload
    await station.leave()


@pytest.mark.parametrize(("profile", "next"), [(1, 2), (2, 3)], ids=["from 1 to 2", "from 2 to 3"])
async def test_tc_083_upgrade_security_profile(
    owner, station, operator, installation, profile, next
):
    await station.boot()
    if next == 2:
        await install(operator, station, SYSTEM, first_of(installation.authorities))
    else:
        owner.pair = await certified(operator, station)
    await demand(operator, station, next)
    owner.prepare(station, next)
    await station.connect()
    assert (await station.boot(*STATUSES)).status == "Accepted"
    await station.leave()
    owner.prepare(station, profile)
    assert await knock(station) == 403
    owner.prepare(station, next)
    await station.connect()
    row = await eventually(operator, f"/api/v1/stations/{station.name}", "security_profile", next)
    assert row["next_profile"] is None
    await event_of(operator, station.name, "WrongSecurityProfile", source="csms")


@pytest.mark.parametrize(("profile", "next"), [(1, 2), (2, 3)], ids=["from 1 to 2", "from 2 to 3"])
async def test_until_the_higher_profile_was_used_the_old_one_is_as_good(
    owner, station, operator, next
):
    await station.boot()
    if next == 3:
        owner.pair = await certified(operator, station)
    station.answers["ChangeConfiguration"] = {"status": "Accepted"}
    path = f"/api/v1/stations/{station.name}/security-profile"
    await operator.post(path, body={"profile": next}, wait=10)
    change = {"key": "SecurityProfile", "value": str(next)}
    assert await station.asked("ChangeConfiguration") == change
    await station.leave()
    for _ in range(2):  # it falls back, and falls back again
        await station.connect()
        assert (await station.boot()).status == "Accepted"
        await station.leave()
    owner.prepare(station, next)
    await station.connect()


@pytest.mark.parametrize("profile", [2])
async def test_no_change_of_the_configuration_lowers_the_profile(owner, station, operator):
    await station.boot()
    await demand(operator, station, 1)
    owner.prepare(station, 1)
    assert await knock(station) == 403
    owner.prepare(station, 2)
    await station.connect()


@pytest.mark.parametrize("profile", [2])
async def test_an_operator_lowers_the_profile(owner, station, operator):
    await station.leave()
    await operator.register(station.name, security_profile=1)
    owner.prepare(station, 1)
    await station.connect()
    assert (await station.boot()).status == "Accepted"


@pytest.mark.parametrize(("profile", "other"), [(1, 2), (2, 1), (2, 3), (3, 2), (3, 1), (2, 0)])
async def test_a_station_that_comes_with_another_profile_is_refused_and_that_is_on_record(
    owner, station, operator, other
):
    await station.leave()
    if other == 3:
        owner.pair = Authority().pair(station.name)
    owner.prepare(station, other)
    status = await knock(station)
    assert status == (0 if other == 3 else 403)
    if other != 3:  # then TLS is refused before anybody has said who comes
        await event_of(operator, station.name, "WrongSecurityProfile", source="csms")


@SUITE
async def test_tc_086_tls_server_certificate(owner, station, suite):
    await station.leave()
    owner.prepare(station, 2, suite=suite)
    await station.connect()
    check_tls(station, suite)
    assert (await station.boot(*STATUSES)).status == "Accepted"


@SUITE
@pytest.mark.parametrize("profile", [3])
async def test_tc_086_and_087_tls_with_a_client_certificate(owner, station, suite):
    await station.leave()
    owner.prepare(station, 3, suite=suite)
    await station.connect()
    check_tls(station, suite)
    assert (await station.boot(*STATUSES)).status == "Accepted"


@pytest.mark.parametrize("profile", [3])
async def test_tc_087_tls_client_certificate(owner, station, operator):
    await station.leave()
    own, owner.pair = owner.pair, None
    owner.prepare(station, 3)
    assert await knock(station) == 0  # without a certificate
    owner.pair = Authority().pair(station.name)
    owner.prepare(station, 3)
    assert await knock(station) == 0  # of an authority that nobody trusts
    owner.pair = own
    owner.prepare(station, 3)
    await station.connect()
    assert (await station.boot(*STATUSES)).status == "Accepted"
    leaf = x509.load_pem_x509_certificate(own.certificate.encode())
    row = await until(operator, f"/api/v1/stations/{station.name}", lambda row: row["online"])
    assert row["connection"]["security_profile"] == 3
    assert row["connection"]["certificate"] == leaf.fingerprint(SHA256()).hex()


def first_of(authorities) -> str:
    """The first certificate of a PEM file."""
    found = re.search("-----BEGIN.*?END CERTIFICATE-----\n", authorities.read_text(), re.DOTALL)
    assert found
    return found[0]


def check_tls(station: Station, suite: str) -> None:
    """What the tool looks at: version, suite, key, name and serial number of the certificate."""
    tls = station.socket.transport.get_extra_info("ssl_object")
    assert (tls.version(), tls.cipher()[0]) == ("TLSv1.2", suite)
    assert tls.compression() is None
    served = x509.load_der_x509_certificate(tls.getpeercert(binary_form=True))
    key = served.public_key()
    if "ECDSA" in suite:
        assert isinstance(key, ec.EllipticCurvePublicKey)
        assert key.key_size >= 224
    else:
        assert isinstance(key, rsa.RSAPublicKey)
        assert key.key_size >= 2048
    names = served.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    assert [name.value for name in names] == ["localhost"]
    assert served.serial_number > 0
