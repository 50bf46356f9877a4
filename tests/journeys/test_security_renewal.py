"""Certificates are renewed, revoked and asked for while stations go on charging."""

import asyncio
import ssl
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from ocpp.v16 import call

from tests.authority import new_key, request_of
from tests.installation import Installation
from tests.journeys.charge_point import Station
from tests.journeys.conftest import Operator, embedded, operator_of
from tests.journeys.securing import (
    Owner,
    certified,
    equipped,
    event_of,
    knock,
    owner,
    profile,
    station,
)
from tests.journeys.waiting import eventually, happens, nothing_unasked, until

__all__ = ["nothing_unasked", "owner", "profile", "station"]
QUEUE = "/api/v1/certificate-requests"
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

    async def renewed() -> bool:
        return await shown_to(owner) != before

    await happens(renewed)
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
    owner, station, operator, installation, tmp_path
):
    await station.boot()
    owner.pair = await certified(operator, station)
    await station.leave()
    owner.prepare(station, 3)
    await station.connect()
    leaf = x509.load_pem_x509_certificate(owner.pair.certificate.encode())
    path = f"/api/v1/certificates/{leaf.fingerprint(SHA256()).hex()}"
    await operator.post(f"{path}/revoke", body={"reason": "the station was stolen"})
    await until(operator, path, lambda row: row["revocation"]["state"] == "done")
    await station.leave()

    async def is_refused() -> bool:
        return await knock(station) == 403

    await happens(is_refused)
    await event_of(operator, station.name, "InvalidChargePointCertificate", source="csms")
    owner.pair = equipped(installation, owner.name, "--out", str(tmp_path))
    owner.prepare(station, 3)
    await station.connect()
    assert (await station.boot()).status == "Accepted"


async def test_where_an_operator_signs_nothing_is_signed_before(tmp_path):
    with embedded(tmp_path, CSR_SIGNING="manual") as installation:
        async with operator_of(installation) as operator:
            await sign_by_hand(installation, operator)


async def sign_by_hand(installation: Installation, operator: Operator) -> None:
    owner = Owner(installation, "CP1", b"a password of its own")
    await operator.register("CP1", security_profile=2, password="a password of its own")
    station = Station("", "CP1")
    owner.prepare(station, 2)
    station.answers["CertificateSigned"] = {"status": "Accepted"}
    async with station:
        first, second = (request_of(new_key(), "CP1") for _ in range(2))
        assert (await station.ask(call.SignCertificate(csr=first))).status == "Accepted"
        declined = await pending(operator)
        await operator.post(f"{QUEUE}/{declined['id']}/decline", body={"reason": "unexpected"})
        assert (await station.ask(call.SignCertificate(csr=second))).status == "Accepted"
        wanted = await pending(operator)
        assert station.unasked() == []
        await operator.post(f"{QUEUE}/{wanted['id']}/sign")
        chain = (await station.asked("CertificateSigned"))["certificateChain"]
        leaf = x509.load_pem_x509_certificate(chain.encode())
        request = x509.load_pem_x509_csr(second.encode())
        assert leaf.public_key() == request.public_key()
        await eventually(operator, f"{QUEUE}/{wanted['id']}", "state", "delivered")
        assert (await operator.get(f"{QUEUE}/{declined['id']}"))["state"] == "declined"
        assert (await station.ask(call.SignCertificate(csr="nonsense"))).status == "Rejected"


async def pending(operator: Operator) -> dict[str, Any]:
    """The only request that waits."""
    page = await until(operator, f"{QUEUE}?state=pending", lambda page: page["items"])
    (request,) = page["items"]
    return dict(request)


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
