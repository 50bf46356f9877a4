"""Certificates of stations: TC_074 to TC_078 by their numbers (OCTT), with real ones."""

import asyncio
import re
from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256, SHA384, SHA512
from cryptography.x509 import ocsp
from cryptography.x509.oid import NameOID, SignatureAlgorithmOID
from ocpp.v16 import call

from tests.authority import Authority, new_key
from tests.journeys.charge_point import Station, now
from tests.journeys.conftest import Operator
from tests.journeys.securing import certified, event_of, owner, profile, station
from tests.journeys.waiting import nothing_unasked, until

__all__ = ["nothing_unasked", "owner", "profile", "station"]
ROOT = Authority()
ALGORITHMS = {"SHA256": SHA256(), "SHA384": SHA384(), "SHA512": SHA512()}
SYSTEM, MANUFACTURER = "CentralSystemRootCertificate", "ManufacturerRootCertificate"
TLS = pytest.mark.parametrize("profile", [2, 3], ids=["profile 2", "profile 3"])
MUTUAL = pytest.mark.parametrize("profile", [3], ids=["profile 3"])


def hash_data(pem: str, algorithm: str = "SHA256") -> dict[str, str]:
    """As a station tells it, by somebody else's hand than the system's."""
    root = x509.load_pem_x509_certificate(pem.encode())
    builder = ocsp.OCSPRequestBuilder().add_certificate(root, root, ALGORITHMS[algorithm])
    asked = builder.build()
    return {
        "hashAlgorithm": algorithm,
        "issuerNameHash": asked.issuer_name_hash.hex(),
        "issuerKeyHash": asked.issuer_key_hash.hex(),
        "serialNumber": f"{root.serial_number:x}",
    }


def snake(data: dict[str, str]) -> dict[str, str]:
    return {re.sub("([A-Z])", r"_\1", name).lower(): value for name, value in data.items()}


async def install(
    operator: Operator, station: Station, kind: str, pem: str, status: str = "Accepted"
) -> None:
    station.answers["InstallCertificate"] = {"status": status}
    asked = {"certificateType": kind, "certificate": pem}
    outcome = await operator.call(station.name, "InstallCertificate", asked)
    assert await station.asked("InstallCertificate") == asked
    assert outcome["response"] == {"status": status}


async def list_roots(
    operator: Operator, station: Station, kind: str, *known: dict[str, str]
) -> None:
    answer: dict[str, Any] = {"status": "Accepted" if known else "NotFound"}
    if known:
        answer["certificate_hash_data"] = [snake(each) for each in known]
    station.answers["GetInstalledCertificateIds"] = answer
    asked = {"certificateType": kind}
    await operator.call(station.name, "GetInstalledCertificateIds", asked)
    assert await station.asked("GetInstalledCertificateIds") == asked


@MUTUAL
@pytest.mark.parametrize("kind", [ec.EllipticCurvePrivateKey, rsa.RSAPrivateKey])
async def test_tc_074_renew_charge_point_certificate(owner, station, operator, kind):
    await station.boot()
    key = new_key(kind)
    pair = await certified(operator, station, key)
    leaf, *_ = x509.load_pem_x509_certificates(pair.certificate.encode())
    assert leaf.public_key() == key.public_key()
    names = leaf.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    assert [name.value for name in names] == [station.name]
    assert leaf.signature_algorithm_oid == SignatureAlgorithmOID.ECDSA_WITH_SHA256
    assert leaf.not_valid_before_utc <= datetime.now(UTC) < leaf.not_valid_after_utc
    owner.pair = pair
    await station.leave()
    owner.prepare(station, 3)
    await station.connect()
    assert (await station.boot()).status == "Accepted"


@TLS
@pytest.mark.parametrize("kind", [MANUFACTURER, SYSTEM], ids=["tc_075_1", "tc_075_2"])
async def test_tc_075_install_a_root_certificate(station, operator, kind):
    await station.boot()
    await install(operator, station, kind, ROOT.pem)
    await list_roots(operator, station, kind, hash_data(ROOT.pem))
    path = f"/api/v1/stations/{station.name}/certificates"
    await until(operator, path, lambda shown: hash_data(ROOT.pem)["serialNumber"] in str(shown))


@TLS
async def test_tc_075_and_076_from_what_is_shown_of_a_station(station, operator, installation):
    await station.boot()
    path = f"/api/v1/stations/{station.name}/certificates"
    station.answers["InstallCertificate"] = {"status": "Accepted"}
    await operator.post(f"{path}/install", body={"type": SYSTEM, "ca": "rsa"}, wait=10)
    sent = await station.asked("InstallCertificate")
    assert sent["certificateType"] == SYSTEM
    assert sent["certificate"] in installation.authorities.read_text()
    told = hash_data(sent["certificate"], "SHA512")
    answer = {"status": "Accepted", "certificate_hash_data": [snake(told)]}
    station.answers["GetInstalledCertificateIds"] = answer
    await operator.post(f"{path}/ask", body={"type": SYSTEM}, wait=10)
    assert await station.asked("GetInstalledCertificateIds") == {"certificateType": SYSTEM}
    (shown,) = (await until(operator, path, _is_reported))["installed"]
    station.answers["DeleteCertificate"] = {"status": "Accepted"}
    await operator.post(f"{path}/delete", body=shown["hash_data"], wait=10)
    assert await station.asked("DeleteCertificate") == {"certificateHashData": told}
    await until(operator, path, lambda row: not row["installed"])


def _is_reported(shown: dict[str, Any]) -> object:
    return shown["installed"] and shown["installed"][0]["reported_at"]


@TLS
@pytest.mark.parametrize("algorithm", ALGORITHMS)
async def test_tc_076_delete_a_certificate(station, operator, algorithm):
    await station.boot()
    await install(operator, station, MANUFACTURER, ROOT.pem)
    told = hash_data(ROOT.pem, algorithm)
    await list_roots(operator, station, MANUFACTURER, told)
    station.answers["DeleteCertificate"] = {"status": "Accepted"}
    asked = {"certificateHashData": told}
    await operator.call(station.name, "DeleteCertificate", asked)
    assert await station.asked("DeleteCertificate") == asked
    await list_roots(operator, station, MANUFACTURER)


@MUTUAL
async def test_tc_077_invalid_charge_point_certificate_event(station, operator):
    await station.boot()
    await certified(operator, station, answer="Rejected")
    await report(station, "InvalidChargePointCertificate")
    assert (await event_of(operator, station.name, "InvalidChargePointCertificate"))["tech_info"]
    await asyncio.sleep(0.5)
    assert station.unasked() == []  # nothing is sent again unasked
    await station.leave()
    await station.connect()  # the old certificate is as good as ever


@TLS
async def test_tc_078_invalid_central_system_certificate_event(station, operator):
    await station.boot()
    await install(operator, station, SYSTEM, ROOT.pem, "Rejected")
    await report(station, "InvalidCentralSystemCertificate")
    event = await event_of(operator, station.name, "InvalidCentralSystemCertificate")
    assert (event["station"], event["source"]) == (station.name, "station")


async def report(station: Station, type: str) -> None:
    await station.ask(
        call.SecurityEventNotification(type=type, timestamp=now(), tech_info="it does not verify")
    )
