"""Roots at a station over HTTP: installed, asked for, deleted by the name it has for them."""

import asyncio
from urllib.parse import quote

import orjson
import pytest

from domain.pki import certificates, hashes
from tests.api.stage import PATIENCE
from tests.authority import Authority

pytestmark = pytest.mark.asyncio(loop_scope="session")

ROOT = Authority()
CENTRAL, MANUFACTURER = "CentralSystemRootCertificate", "ManufacturerRootCertificate"


@pytest.fixture
def path(name):
    return f"/api/v1/stations/{name}/certificates"


@pytest.fixture
def does(api, station, path):
    """Ask something of the station, and let it answer so; the answer, and what it was asked."""

    async def act(what, body, answer):
        async with asyncio.TaskGroup() as group:
            url, query = f"{path}/{what}", {"wait": PATIENCE}
            request = group.create_task(api.post(url, json=body, params=query))
            message_id, frame = await station.asked()
            await station.reply(message_id, answer)
        return request.result(), orjson.loads(frame)[2:]

    return act


def name_of(pem, algorithm):
    """As stations write it that like capitals."""
    found = hashes.hash_data(pem, None, algorithm)
    return {
        "hashAlgorithm": algorithm,
        "issuerNameHash": found.issuer_name_hash.upper(),
        "issuerKeyHash": found.issuer_key_hash.upper(),
        "serialNumber": found.serial_number.upper(),
    }


@pytest.mark.parametrize(
    "spelled",
    [
        lambda pem: pem,
        lambda pem: pem.replace("\n", "\r\n"),
        lambda pem: pem.replace("\n", "\\n"),
        quote,
        lambda pem: pem.strip(),
    ],
)
async def test_a_root_goes_out_in_plain_pem_however_it_came(does, spelled):
    body = {"type": CENTRAL, "certificate": spelled(ROOT.pem)}
    answer, (action, payload) = await does("install", body, {"status": "Rejected"})
    assert (answer.status_code, answer.json()["status"]) == (201, "answered")
    assert action == "InstallCertificate"
    assert payload == {"certificateType": CENTRAL, "certificate": ROOT.pem}


@pytest.mark.parametrize("algorithm", ["ecdsa", "rsa"])
async def test_our_own_root_is_known_by_its_algorithm(does, algorithm):
    body = {"type": CENTRAL, "ca": algorithm}
    _, (_, payload) = await does("install", body, {"status": "Accepted"})
    found = certificates.read(payload["certificate"])
    assert found.is_ca
    assert found.key.startswith({"ecdsa": "EC", "rsa": "RSA"}[algorithm])


@pytest.mark.parametrize("kind", [CENTRAL, MANUFACTURER])
@pytest.mark.parametrize("algorithm", ["SHA256", "SHA384", "SHA512"])
async def test_a_root_is_deleted_by_the_very_name_that_was_reported(
    api, path, does, kind, algorithm
):
    await does("install", {"type": kind, "certificate": ROOT.pem}, {"status": "Accepted"})
    (row,) = (await api.get(path)).json()["installed"]
    assert (row["type"], row["hash_data"]["hashAlgorithm"]) == (kind, "SHA256")
    told = name_of(ROOT.pem, algorithm)
    answer = {"status": "Accepted", "certificateHashData": [told]}
    _, (_, payload) = await does("ask", {"type": kind}, answer)
    assert payload == {"certificateType": kind}
    (row,) = (await api.get(path)).json()["installed"]
    assert (row["hash_data"], row["certificate"]) == (told, ROOT.pem)
    assert row["reported_at"] >= row["installed_at"]
    answer, (_, payload) = await does("delete", row["hash_data"], {"status": "Accepted"})
    assert payload == {"certificateHashData": told}
    assert (await api.get(path)).json()["installed"] == []


async def test_what_went_wrong_is_shown(api, path, does):
    await does("install", {"type": CENTRAL, "certificate": ROOT.pem}, {"status": "Rejected"})
    (store,) = (await api.get(path)).json()["stores"]
    assert (store["failure"], store["failed_action"]) == ("Rejected", "InstallCertificate")
    assert (store["type"], store["doubt"], store["reported_at"]) == (CENTRAL, None, None)


@pytest.mark.parametrize(
    "wish",
    [
        {"type": CENTRAL},
        {"type": CENTRAL, "certificate": "x", "ca": "rsa"},
        {"type": CENTRAL, "certificate": "no PEM"},
        {"type": CENTRAL, "certificate": ROOT.pem * 2},
        {"type": CENTRAL, "certificate": ROOT.pem.replace("MII", "!!!")},
        {"type": "V2GRootCertificate", "certificate": ROOT.pem},
    ],
)
async def test_what_is_no_wish_for_a_root_is_refused(api, path, wish):
    answer = await api.post(f"{path}/install", json=wish)
    assert answer.status_code == 422
    assert answer.json()["detail"]


async def test_an_illegal_name_is_refused(api, path):
    wish = name_of(ROOT.pem, "SHA256") | {"hashAlgorithm": "MD5"}
    assert (await api.post(f"{path}/delete", json=wish)).status_code == 422


async def test_a_station_that_is_away_is_not_called(api, path):
    answer = await api.post(f"{path}/ask", json={"type": CENTRAL})
    assert answer.status_code == 409


async def test_a_station_nobody_knows_has_no_certificates(api):
    assert (await api.get("/api/v1/stations/nobody/certificates")).status_code == 404
