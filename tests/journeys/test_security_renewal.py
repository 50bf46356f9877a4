"""Certificates are renewed, revoked and asked for while stations go on charging."""

import asyncio
import ssl
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
import websockets
from cryptography import x509
from ocpp.v16 import call

from tests.authority import new_key, request_of
from tests.installation import Installation
from tests.journeys.charge_point import PATIENCE, Station
from tests.journeys.conftest import Operator
from tests.journeys.securing import Owner, equipped, owner, profile, station
from tests.journeys.waiting import nothing_unasked

__all__ = ["nothing_unasked", "owner", "profile", "station"]
MUTUAL = pytest.mark.parametrize("profile", [3], ids=["profile 3"])
_STATIONS, _TIMES = 8, 10


def served(station: Station) -> int:
    """The serial number of the certificate that the gateway showed."""
    tls = station.socket.transport.get_extra_info("ssl_object")
    return int(x509.load_der_x509_certificate(tls.getpeercert(binary_form=True)).serial_number)


async def test_new_certificates_are_shown_to_new_sockets_and_old_ones_stay(
    owner, station, installation
):
    await station.boot()
    before = served(station)
    await asyncio.to_thread(
        installation.command, "ca", "server", "--name", "localhost",
        "--out", str(installation.servers),
    )  # fmt: skip
    async with asyncio.timeout(PATIENCE):
        while await shown_to(owner) == before:
            await asyncio.sleep(0.1)
    assert (await station.ask(call.Heartbeat())).current_time
    assert station.socket.close_code is None
    await station.leave()
    await station.connect()
    assert served(station) != before


async def shown_to(owner: Owner) -> int:
    """To somebody who only looks."""
    place = owner.installation
    context = ssl.create_default_context(cafile=place.authorities)
    host, port = urlsplit(place.secure_url).hostname, urlsplit(place.secure_url).port
    _, writer = await asyncio.open_connection(host, port, ssl=context)
    try:
        der = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
        return int(x509.load_der_x509_certificate(der).serial_number)
    finally:
        writer.close()
        await writer.wait_closed()


@MUTUAL
async def test_a_revoked_certificate_is_refused_once_the_list_was_read(
    owner, station, installation, tmp_path
):
    await station.boot()
    leaf = x509.load_pem_x509_certificate(owner.pair.certificate.encode())
    await asyncio.to_thread(installation.command, "ca", "revoke", f"{leaf.serial_number:x}")
    async with asyncio.timeout(PATIENCE):
        while True:
            await station.leave()
            try:
                await station.connect()
            except websockets.InvalidStatus as refusal:
                assert refusal.response.status_code == 403
                break
            await asyncio.sleep(0.1)
    owner.pair = equipped(installation, owner.name, "--out", str(tmp_path))
    owner.prepare(station, 3)
    await station.connect()
    assert (await station.boot()).status == "Accepted"


async def test_a_certificate_never_overtakes_the_answer_to_its_request(installation, operator):
    """Many times, as signing is fast and the two take different ways (rule 0.6)."""
    async with asyncio.TaskGroup() as group:
        for number in range(_STATIONS):
            group.create_task(
                ask_often(installation, operator, f"OFTEN-{number}-{uuid4().hex[:6]}")
            )


async def ask_often(installation: Installation, operator: Operator, name: str) -> None:
    owner = Owner(installation, name, b"a password of its own")
    await operator.register(name, security_profile=2, password="a password of its own")
    station = Station("", name)
    owner.prepare(station, 2)
    station.answers["CertificateSigned"] = {"status": "Accepted"}
    async with station:
        for _ in range(_TIMES):
            csr = request_of(new_key(), name)
            assert (await station.ask(call.SignCertificate(csr=csr))).status == "Accepted"
            await station.asked("CertificateSigned")
        assert order_of(station) == ["SignCertificate", "answer", "CertificateSigned"] * _TIMES


def order_of(station: Station) -> list[str]:
    """What of a request for a certificate was on the wire, in order."""
    asked = {frame[1] for way, frame in station.frames if way == "sent" and frame[0] == 2}
    order = []
    for way, frame in station.frames:
        if frame[0] == 2:
            order.append(frame[2])
        elif way == "got" and frame[1] in asked:
            order.append("answer")
    return order
