"""Roots at a station over real calls: installed, reported, deleted, with their real names."""

import pytest

from domain.model.certificate import Hashed
from domain.model.trust_store import CENTRAL_SYSTEM, MANUFACTURER, TrustStore
from domain.ocpp import trusting
from domain.pki import hashes
from tests.domain.enrolling import EnrolHouse
from tests.pki import papers

ROOT, OTHER = papers.root("Root 1"), papers.root("Root 2")
SIGNED = papers.between(ROOT, "Root 3")  # by the one before (AdditionalRootCertificateCheck)
STRANGE = papers.between(papers.root("Nobody"), "Root 4")


@pytest.fixture
def house():
    return EnrolHouse()


def install(house, pem, kind=CENTRAL_SYSTEM, status="Accepted", call="i1"):
    house.call("InstallCertificate", {"certificateType": kind, "certificate": pem}, call)
    if status:
        house.answer(call, status)


def name_of(paper, issuer=None, algorithm="SHA256"):
    """certificateHashData of a certificate."""
    found = hashes.hash_data(paper.pem, issuer.pem if issuer else None, algorithm)
    return {
        "hashAlgorithm": algorithm,
        "issuerNameHash": found.issuer_name_hash,
        "issuerKeyHash": found.issuer_key_hash,
        "serialNumber": found.serial_number,
    }


def ask(house, *names, kind=CENTRAL_SYSTEM, call="g1"):
    house.call("GetInstalledCertificateIds", {"certificateType": kind}, call)
    if names:
        house.answer(call, certificateHashData=list(names))
    else:
        house.answer(call, "NotFound")


def delete(house, name, status="Accepted", call="d1"):
    house.call("DeleteCertificate", {"certificateHashData": name}, call)
    if status:
        house.answer(call, status)


def held(house, kind=CENTRAL_SYSTEM):
    """The names of what is installed, by what it is called here."""
    store = house.csms._repository.get(TrustStore, TrustStore.id_of("CP1"))
    return store.held.get(kind, {}) if store else {}


def told(house, kind):
    return [fact for fact in house.told() if isinstance(fact, kind)]


@pytest.mark.parametrize("kind", [CENTRAL_SYSTEM, MANUFACTURER])
@pytest.mark.parametrize("algorithm", ["SHA256", "SHA384", "SHA512"])
def test_a_root_is_installed_reported_and_deleted_with_any_algorithm(house, kind, algorithm):
    install(house, ROOT.pem, kind)
    ask(house, name_of(ROOT, algorithm=algorithm), kind=kind)
    (certificate,) = held(house, kind)
    assert certificate == told(house, TrustStore.Installed)[0].certificate
    delete(house, name_of(ROOT, algorithm=algorithm))
    assert held(house, kind) == {}


def test_the_names_rest_on_an_issuer_that_is_installed(house):
    install(house, ROOT.pem)
    install(house, SIGNED.pem, call="i2")
    ask(house, name_of(ROOT), name_of(SIGNED, ROOT), call="g1")
    assert len(held(house)) == 2
    delete(house, name_of(SIGNED, ROOT))
    assert len(held(house)) == 1


def test_without_the_issuer_there_is_no_name_until_it_is_reported(house):
    install(house, STRANGE.pem)
    (installed,) = told(house, TrustStore.Installed)
    assert installed.names == "[]"
    serial = f"{STRANGE.certificate.serial_number:X}"
    ask(house, name_of(OTHER) | {"serialNumber": f"00{serial}"})
    assert list(held(house)) == [installed.certificate]


@pytest.mark.parametrize("status", ["Rejected", "Failed"])
def test_what_is_not_accepted_is_an_alarm_and_not_installed(house, status):
    install(house, ROOT.pem, status=status)
    (failed,) = told(house, TrustStore.Failed)
    assert (failed.action, failed.status, failed.call) == ("InstallCertificate", status, "i1")
    assert held(house) == {}


def test_anything_can_be_sent_and_an_accepted_riddle_leaves_a_doubt(house):
    install(house, "no certificate", status="Rejected")
    assert not [topic for topic in house.topics() if topic == "trust.doubted"]
    install(house, "no certificate", call="i2")
    (doubt,) = told(house, TrustStore.Doubted)
    assert (doubt.certificate_type, doubt.call) == (CENTRAL_SYSTEM, "i2")


def test_silence_leaves_a_doubt_that_a_late_answer_clears(house):
    install(house, ROOT.pem, status="")
    house.lose("i1")
    assert len(told(house, TrustStore.Doubted)) == 1
    house.answer("i1")
    assert len(held(house)) == 1
    delete(house, name_of(ROOT), status="")
    house.lose("d1")
    house.answer("d1")
    assert held(house) == {}


def test_a_call_error_changes_nothing(house):
    install(house, ROOT.pem)
    delete(house, name_of(ROOT), status="")
    house.process(house.received([4, "d1", "NotSupported", "", {}]))
    assert len(held(house)) == 1
    assert told(house, TrustStore.Doubted) == []


def test_a_report_is_not_taken_from_an_answer_that_contradicts_itself(house):
    install(house, ROOT.pem)
    house.call("GetInstalledCertificateIds", {"certificateType": CENTRAL_SYSTEM}, "g1")
    house.answer("g1")
    assert len(held(house)) == 1


def test_a_late_report_tells_of_the_past(house):
    house.call("GetInstalledCertificateIds", {"certificateType": CENTRAL_SYSTEM}, "g1")
    house.lose("g1")
    install(house, ROOT.pem)
    house.answer("g1", "NotFound")
    assert len(held(house)) == 1


def test_what_is_known_survives_a_restart(house):
    install(house, ROOT.pem)
    house.restart()
    ask(house)
    assert told(house, TrustStore.Reported)[0].certificates == "[]"
    assert house.counts.failed == 0


def test_a_root_is_read_from_any_spelling():
    crlf = trusting.root(ROOT.pem.replace("\n", "\\r\\n"), [])
    assert crlf == trusting.root(ROOT.pem, [])
    assert crlf is not None
    assert crlf.names[0] == Hashed(*name_of(ROOT).values())
    assert trusting.root("", []) is None
