"""A simulated station and its certificates: roots, its own, and the events about them."""

import pytest

from commands.simulate.keyring import MANUFACTURER, SYSTEM, Keyring
from domain.pki import hashes, requests
from tests.authority import Authority
from tests.commands.bench_of_stations import Bench

OWN, ROOT = Authority(), Authority()


@pytest.fixture
def ring():
    return Keyring(profile=2, password="a password of theirs")


@pytest.fixture
def bench(ring):
    return Bench(ring)


async def install(bench, pem, kind=SYSTEM):
    return await bench.status("InstallCertificate", certificateType=kind, certificate=pem)


async def enrol(bench):
    """The request that a trigger brings."""
    asked = {"requestedMessage": "SignChargePointCertificate"}
    assert await bench.status("ExtendedTriggerMessage", **asked) == "Accepted"
    name, payload = await bench.said()
    assert name == "SignCertificate"
    return payload["csr"]


@pytest.mark.parametrize("kind", [SYSTEM, MANUFACTURER])
async def test_an_installed_root_is_told_by_its_hashes_and_only_with_its_kind(bench, kind):
    assert await install(bench, ROOT.pem, kind) == "Accepted"
    told = await bench.ask("GetInstalledCertificateIds", certificateType=kind)
    expected = hashes.hash_data(ROOT.pem)
    assert told["certificateHashData"] == [
        {
            "hashAlgorithm": "SHA256",
            "issuerNameHash": expected.issuer_name_hash,
            "issuerKeyHash": expected.issuer_key_hash,
            "serialNumber": expected.serial_number,
        }
    ]
    other = MANUFACTURER if kind == SYSTEM else SYSTEM
    assert await bench.status("GetInstalledCertificateIds", certificateType=other) == "NotFound"


@pytest.mark.parametrize("algorithm", ["SHA256", "SHA384", "SHA512"])
async def test_a_root_is_deleted_by_its_hashes_of_any_algorithm_and_then_gone(bench, algorithm):
    await install(bench, OWN.pem)
    await install(bench, ROOT.pem)
    found = hashes.hash_data(ROOT.pem, algorithm=algorithm)
    data = {
        "hashAlgorithm": algorithm,
        "issuerNameHash": found.issuer_name_hash.upper(),
        "issuerKeyHash": found.issuer_key_hash,
        "serialNumber": found.serial_number,
    }
    assert await bench.status("DeleteCertificate", certificateHashData=data) == "Accepted"
    assert await bench.status("DeleteCertificate", certificateHashData=data) == "NotFound"


async def test_the_last_root_of_a_station_that_needs_it_stays(bench):
    await install(bench, ROOT.pem)
    told = await bench.ask("GetInstalledCertificateIds", certificateType=SYSTEM)
    data = told["certificateHashData"][0]
    assert await bench.status("DeleteCertificate", certificateHashData=data) == "Failed"


@pytest.mark.parametrize("pem", ["nonsense", OWN.pair("S").certificate], ids=["no pem", "a leaf"])
async def test_what_is_no_root_is_rejected_and_becomes_an_event(bench, pem):
    assert await install(bench, pem) == "Rejected"
    name, event = await bench.said()
    assert (name, event["type"]) == (
        "SecurityEventNotification",
        "InvalidCentralSystemCertificate",
    )


async def test_no_more_roots_are_stored_than_there_is_room_for(ring):
    bench = Bench(ring, CertificateStoreMaxLength="1")
    assert await install(bench, ROOT.pem) == "Accepted"
    assert await install(bench, OWN.pem, MANUFACTURER) == "Rejected"
    assert await install(bench, ROOT.pem) == "Accepted"


async def test_a_request_names_the_station_and_its_operator(ring):
    csr = requests.read(await enrol(Bench(ring, CpoName="Wattson")))
    assert (csr.common_name, csr.organisation, csr.key) == ("S", "Wattson", "EC-secp256r1")


async def test_a_certificate_for_its_key_is_taken(bench, ring):
    chain = OWN.certify(await enrol(bench))
    assert await bench.status("CertificateSigned", certificateChain=chain) == "Accepted"
    assert ring.chain == chain
    assert not bench.equipment.reset.is_set()


async def test_with_profile_3_it_comes_back_with_the_new_certificate(bench, ring):
    ring.profile = 3
    chain = OWN.certify(await enrol(bench))
    assert await bench.status("CertificateSigned", certificateChain=chain) == "Accepted"
    assert bench.equipment.reset.is_set()


@pytest.mark.parametrize("wrong", ["another key", "expired", "no pem", "unasked"])
async def test_a_certificate_that_is_wrong_is_rejected_and_becomes_an_event(bench, ring, wrong):
    csr = "" if wrong == "unasked" else await enrol(bench)
    chain = {
        "another key": lambda: OWN.pair("S").certificate,
        "expired": lambda: OWN.certify(csr, days=-1),
        "no pem": lambda: "nonsense",
        "unasked": lambda: OWN.pair("S").certificate,
    }[wrong]()
    assert await bench.status("CertificateSigned", certificateChain=chain) == "Rejected"
    name, event = await bench.said()
    assert (name, event["type"]) == ("SecurityEventNotification", "InvalidChargePointCertificate")
    assert ring.chain == ""


async def test_a_later_certificate_that_is_right_is_still_taken(bench):
    csr = await enrol(bench)
    other = OWN.pair("S").certificate
    assert await bench.status("CertificateSigned", certificateChain=other) == "Rejected"
    chain = OWN.certify(csr)
    assert await bench.status("CertificateSigned", certificateChain=chain) == "Accepted"
