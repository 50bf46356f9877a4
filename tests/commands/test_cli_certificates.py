"""`ampledger certificates`, with a station that asks for certificates and takes roots."""

import asyncio
import json
from functools import partial

import pytest
from ocpp.v16 import call

from domain.pki import certificates, hashes, keys
from tests.authority import Authority

ROOT = Authority()
ACCEPTED = {"status": "Accepted"}


@pytest.fixture(scope="module", autouse=True)
def authority(installation):
    """The installation has one of its own."""
    installation.command("ca", "init", "--algorithm", "ecdsa")


@pytest.fixture
def station(station):
    for action in ("CertificateSigned", "InstallCertificate", "DeleteCertificate"):
        station.answers[action] = ACCEPTED
    return station


@pytest.fixture
def say(say):
    """A command of the group."""
    return partial(say, "certificates")


@pytest.fixture
async def request_id(say, station):
    """Of a request of the station."""
    csr = keys.request(keys.made(), common_name=station.name, organisation="")
    assert (await station.ask(call.SignCertificate(csr=csr))).status == "Accepted"
    (row,) = await rows(say, "requests", "--station", station.name, "--state", "pending")
    return row["id"]


async def rows(say, *words):
    """What a command lists, once it lists anything."""
    async with asyncio.timeout(10):
        while not (lines := (await say(*words, "--json")).stdout.splitlines()):  # noqa: ASYNC110 - it is in a database
            await asyncio.sleep(0.05)
    return [json.loads(line) for line in lines]


async def test_a_request_is_signed_and_the_certificate_listed(say, station, request_id):
    done = await say("sign", request_id, "--json")
    assert done.exit_code == 0, done.output
    chain = (await station.asked("CertificateSigned"))["certificateChain"]
    leaf = certificates.read(chain)
    assert leaf.common_name == station.name
    assert json.loads(done.stdout)["certificate"] == leaf.fingerprint
    (own,) = await rows(say, "list", station.name, "--within", "400d")
    assert (own["fingerprint"], own["state"]) == (leaf.fingerprint, "delivered")
    table = (await say("list", station.name)).stdout
    assert leaf.serial_number in table
    assert "BEGIN" not in table


async def test_a_certificate_that_the_station_refuses_is_a_failure(say, station, request_id):
    station.answers["CertificateSigned"] = {"status": "Rejected"}
    failed = await say("sign", request_id)
    assert (failed.exit_code, "refused: Rejected" in failed.stderr) == (1, True)
    await station.asked("CertificateSigned")


async def test_a_certificate_signed_elsewhere_is_read_from_a_file(
    say, station, request_id, tmp_path
):
    (row,) = await rows(say, "requests", "--station", station.name)
    file = tmp_path / "chain.pem"
    file.write_text(ROOT.certify(row["csr"]))
    done = await say("sign", request_id, "--chain", file)
    assert done.exit_code == 0, done.output
    await station.asked("CertificateSigned")


async def test_a_request_is_declined(say, request_id):
    declined = json.loads((await say("decline", request_id, "--reason", "no", "--json")).stdout)
    assert (declined["state"], declined["reason"]) == ("declined", "no")


async def test_a_certificate_is_revoked(say, station, request_id):
    await say("sign", request_id)
    await station.asked("CertificateSigned")
    (own,) = await rows(say, "list", station.name, "--within", "400")
    revoked = await say("revoke", own["fingerprint"], "--reason", "stolen")
    assert revoked.exit_code == 0, revoked.output
    assert any(f"revocation     {how}" in revoked.stdout for how in ("asked", "done"))
    assert "BEGIN" not in revoked.stdout


async def test_stations_are_asked_to_renew(say, station, request_id):
    nothing = await say("renew", "--within", "30d", "--station", station.name)
    assert nothing.exit_code == 1
    await say("sign", request_id)
    await station.asked("CertificateSigned")
    station.answers["ExtendedTriggerMessage"] = ACCEPTED
    started = await say("renew", "--within", "400d", "--station", station.name, "--json")
    assert started.exit_code == 0, started.output
    asked = await station.asked("ExtendedTriggerMessage")
    assert asked == {"requestedMessage": "SignChargePointCertificate"}


async def test_a_root_is_installed_asked_for_and_deleted(say, station, tmp_path):
    file = tmp_path / "root.pem"
    file.write_text(ROOT.pem)
    done = await say("install", station.name, "central-system", "--file", file)
    assert done.exit_code == 0, done.output
    assert await station.asked("InstallCertificate") == {
        "certificateType": "CentralSystemRootCertificate",
        "certificate": ROOT.pem,
    }
    found = hashes.hash_data(ROOT.pem, None, "SHA384")
    told = {
        "hash_algorithm": "SHA384",
        "issuer_name_hash": found.issuer_name_hash.upper(),
        "issuer_key_hash": found.issuer_key_hash,
        "serial_number": found.serial_number,
    }
    answer = ACCEPTED | {"certificate_hash_data": [told]}
    station.answers["GetInstalledCertificateIds"] = answer
    assert (await say("ask", station.name, "central-system")).exit_code == 0
    await station.asked("GetInstalledCertificateIds")
    assert "SHA384" in (await say("list", station.name, "--json")).stdout
    deleted = await say("delete", station.name, found.serial_number.upper())
    assert deleted.exit_code == 0, deleted.output
    assert list((await station.asked("DeleteCertificate"))["certificateHashData"].values()) == [
        *told.values()
    ]


async def test_our_own_root_is_installed_and_one_that_is_not_there_is_not(say, station):
    done = await say("install", station.name, "manufacturer", "--ca", "ecdsa")
    assert done.exit_code == 0, done.output
    sent = await station.asked("InstallCertificate")
    assert sent["certificateType"] == "ManufacturerRootCertificate"
    failed = await say("install", station.name, "manufacturer", "--ca", "rsa")
    assert (failed.exit_code, "no RSA authority" in failed.stderr) == (1, True)


async def test_a_root_that_is_refused_is_a_failure(say, station):
    station.answers["InstallCertificate"] = {"status": "Rejected"}
    failed = await say("install", station.name, "central-system", "--ca", "ecdsa")
    assert (failed.exit_code, "the station says Rejected" in failed.stderr) == (1, True)
    await station.asked("InstallCertificate")


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("delete", "{}", "ff"), 1),
        (("install", "{}", "central-system"), 2),
        (("list", "--within", "soon"), 2),
        (("sign", "nobodys"), 1),
    ],
)
async def test_what_cannot_be_done_is_told_in_a_line(say, name, words, code):
    failed = await say(*(word.format(name) for word in words))
    assert failed.exit_code == code
    assert failed.stderr.startswith("ampledger: ")
