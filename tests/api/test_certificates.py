"""Certificates over HTTP: requests decided, what stations show, renewals, revocations."""

from uuid import uuid4

import orjson
import pytest
import pytest_asyncio

from domain.pki import certificates, keys
from tests.api.stage import Station, eventually
from tests.authority import Authority

pytestmark = pytest.mark.asyncio(loop_scope="session")

ELSEWHERE = Authority()
REQUESTS, CERTIFICATES = "/api/v1/certificate-requests", "/api/v1/certificates"


def new_csr(name="whoever"):
    return keys.request(keys.made(), common_name=name, organisation="")


@pytest.fixture
def request_of(api, name):
    """The newest request of the station, in a state."""

    async def look(state):
        async def found():
            page = (await api.get(REQUESTS, params={"station": name})).json()
            return next((one for one in page["items"][:1] if one["state"] == state), None)

        return await eventually(found)

    return look


@pytest_asyncio.fixture(loop_scope="session")
async def asked(station, request_of):
    """A request of the station that waits."""
    assert (await station.ask("SignCertificate", csr=new_csr()))["status"] == "Accepted"
    return await request_of("pending")


@pytest.fixture
def given(api, station, request_of):
    """Have the station given a certificate; what it is."""

    async def act(status="Accepted"):
        await station.ask("SignCertificate", csr=new_csr())
        asked = await request_of("pending")
        (await api.post(f"{REQUESTS}/{asked['id']}/sign")).raise_for_status()
        message_id, frame = await station.asked()
        await station.reply(message_id, {"status": status})
        ended = await request_of("delivered" if status == "Accepted" else "refused")
        return ended["certificate"], orjson.loads(frame)[3]["certificateChain"]

    return act


# --- requests ---


async def test_a_request_is_shown_with_what_was_asked(api, asked, name):
    one = (await api.get(f"{REQUESTS}/{asked['id']}")).json()
    assert one == asked
    assert (one["station"], one["common_name"], one["key"]) == (name, "whoever", "EC-secp256r1")
    assert (one["trigger"], one["certificate"], one["call"]) == (None, None, None)
    assert one["csr"].startswith("-----BEGIN CERTIFICATE REQUEST-----")


async def test_a_request_that_is_signed_by_our_authority_reaches_the_station(
    api, station, asked, request_of, name
):
    await api.put(f"/api/v1/stations/{name}", json={"serial_number": "SN-7"})
    answer = await api.post(f"{REQUESTS}/{asked['id']}/sign", json={})
    assert answer.status_code == 202
    assert answer.json()["state"] in {"approved", "signed"}  # the authority may have been quick
    message_id, frame = await station.asked()
    action, payload = orjson.loads(frame)[2:]
    leaf = certificates.read(payload["certificateChain"])
    assert action == "CertificateSigned"
    assert (leaf.common_name, leaf.organisation) == ("SN-7", "ACME")
    await station.reply(message_id, {"status": "Accepted"})
    ended = await request_of("delivered")
    assert (ended["certificate"], ended["decided_by"]) == (leaf.fingerprint, "admin")
    call = (await api.get(f"/api/v1/calls/{ended['call']}")).json()
    assert call["request"] == payload


async def test_a_certificate_signed_elsewhere_is_sent_as_it_is(
    api, station, asked, request_of, name
):
    await api.put(f"/api/v1/stations/{name}", json={"serial_number": "whoever"})
    chain = ELSEWHERE.certify(asked["csr"])
    body = {"certificate_chain": (chain + ELSEWHERE.pem).replace("\n", "\r\n")}
    (await api.post(f"{REQUESTS}/{asked['id']}/sign", json=body)).raise_for_status()
    message_id, frame = await station.asked()
    sent = orjson.loads(frame)[3]["certificateChain"]
    assert certificates.read(sent) == certificates.read(chain)
    assert sent.count("BEGIN") == 1  # no root
    await station.reply(message_id, {"status": "Accepted"})
    await request_of("delivered")


@pytest.mark.parametrize(
    ("chain", "why"),
    [
        ("nonsense", "the chain cannot be read"),
        (ELSEWHERE.certify(new_csr()), "not for the key of the request"),
        (ELSEWHERE.pem, "not for the key of the request"),
    ],
)
async def test_a_certificate_that_does_not_fit_is_not_taken(api, asked, chain, why):
    answer = await api.post(f"{REQUESTS}/{asked['id']}/sign", json={"certificate_chain": chain})
    assert answer.status_code == 422
    assert why in answer.json()["detail"]
    assert (await api.get(f"{REQUESTS}/{asked['id']}")).json()["state"] == "pending"


async def test_a_declined_request_is_past_signing(api, asked):
    path = f"{REQUESTS}/{asked['id']}"
    declined = (await api.post(f"{path}/decline", json={"reason": "a stranger"})).json()
    assert (declined["state"], declined["reason"]) == ("declined", "a stranger")
    answer = await api.post(f"{path}/sign")
    assert (answer.status_code, answer.json()["detail"]) == (
        409,
        "this request is declined already",
    )


async def test_a_weak_request_is_listed_as_rejected(station, request_of):
    assert (await station.ask("SignCertificate", csr="nonsense"))["status"] == "Rejected"
    assert "cannot be read" in (await request_of("rejected"))["reason"]


async def test_a_refused_certificate_is_offered_again_when_somebody_asks(
    api, station, given, request_of
):
    certificate, chain = await given("Rejected")
    refused = await request_of("refused")
    await api.post(f"{REQUESTS}/{refused['id']}/sign")
    message_id, frame = await station.asked()
    assert orjson.loads(frame)[3]["certificateChain"] == chain
    await station.reply(message_id, {"status": "Accepted"})
    assert (await request_of("delivered"))["certificate"] == certificate


@pytest.mark.parametrize("path", ["", "/sign", "/decline"])
async def test_a_request_nobody_made_is_not_found(api, path):
    url = f"{REQUESTS}/nobodys{path}"
    answer = await (api.post(url) if path else api.get(url))
    assert answer.status_code == 404


# --- what stations show ---


async def test_a_certificate_is_shown_with_its_dates(api, given, name):
    fingerprint, chain = await given()
    one = (await api.get(f"{CERTIFICATES}/{fingerprint.upper()}")).json()
    assert (one["station"], one["state"], one["chain"]) == (name, "delivered", chain)
    assert (one["revocation"], one["last_used_at"]) == (None, None)
    page = (await api.get(CERTIFICATES, params={"station": name, "within_days": 400})).json()
    assert [each["fingerprint"] for each in page["items"]] == [fingerprint]
    page = (await api.get(CERTIFICATES, params={"station": name, "within_days": 300})).json()
    assert page["items"] == []
    own = (await api.get(f"/api/v1/stations/{name}/certificates")).json()["own"]
    assert own == [one]


async def test_a_certificate_is_revoked_by_its_authority(api, given):
    fingerprint, _ = await given()
    path = f"{CERTIFICATES}/{fingerprint}"
    answer = await api.post(f"{path}/revoke", json={"reason": "stolen"})
    assert answer.status_code == 202

    async def revoked():
        found = (await api.get(path)).json()["revocation"]
        return found if found["state"] == "done" else None

    revocation = await eventually(revoked)
    assert (revocation["by"], revocation["reason"], revocation["problem"]) == (
        "admin",
        "stolen",
        "",
    )


async def test_what_our_authority_did_not_issue_it_cannot_revoke(
    api, station, asked, request_of, name
):
    await api.put(f"/api/v1/stations/{name}", json={"serial_number": "whoever"})
    body = {"certificate_chain": ELSEWHERE.certify(asked["csr"])}
    await api.post(f"{REQUESTS}/{asked['id']}/sign", json=body)
    await station.reply((await station.asked())[0], {"status": "Accepted"})
    path = f"{CERTIFICATES}/{(await request_of('delivered'))['certificate']}"
    await api.post(f"{path}/revoke", json={"reason": "stolen"})

    async def failed():
        found = (await api.get(path)).json()["revocation"]
        return found if found["state"] == "failed" else None

    assert (await eventually(failed))["problem"]


async def test_a_certificate_nobody_knows_is_not_found(api):
    assert (await api.get(f"{CERTIFICATES}/ff")).status_code == 404
    answer = await api.post(f"{CERTIFICATES}/ff/revoke", json={"reason": "x"})
    assert answer.status_code == 404


# --- renewal ---


async def ends(api, name, days):
    page = (await api.get(f"{CERTIFICATES}/ending", params={"within_days": days})).json()
    return name in [each["station"] for each in page["items"]]


async def test_stations_whose_certificate_ends_are_asked_for_a_new_request(
    api, station, given, request_of, name
):
    await given()
    assert (await ends(api, name, 30), await ends(api, name, 400)) == (False, True)
    wish = {"stations": [name, "nobody"], "within_days": 400}
    campaign = (await api.post(f"{CERTIFICATES}/renewals", json=wish)).json()
    assert (campaign["action"], campaign["stations"]["total"]) == ("ExtendedTriggerMessage", 1)
    message_id, frame = await station.asked()
    assert orjson.loads(frame)[2:] == [
        "ExtendedTriggerMessage",
        {"requestedMessage": "SignChargePointCertificate"},
    ]
    await station.reply(message_id, {"status": "Accepted"})
    await station.ask("SignCertificate", csr=new_csr())
    assert (await request_of("pending"))["trigger"] == message_id


async def test_a_renewal_of_nothing_is_refused(api, name):
    answer = await api.post(f"{CERTIFICATES}/renewals", json={"stations": [name]})
    assert answer.status_code == 422
    assert "within 30 days" in answer.json()["detail"]


async def test_stations_whose_certificate_ends_come_in_pages(api, installation):
    names = sorted(f"END-{uuid4().hex[:6]}" for _ in range(2))
    for name in names:
        (await api.put(f"/api/v1/stations/{name}", json={})).raise_for_status()
        async with Station.connected(installation, name) as station:
            payload = {"certificateChain": ELSEWHERE.certify(new_csr(name), days=3)}
            await api.post(f"/api/v1/stations/{name}/calls/CertificateSigned", json=payload)
            await station.reply((await station.asked())[0], {"status": "Accepted"})

            async def known(name=name):
                return await ends(api, name, 5)

            await eventually(known)
    found, cursor = [], ""
    while cursor is not None:
        query = {"within_days": 5, "limit": 1, "cursor": cursor}
        page = (await api.get(f"{CERTIFICATES}/ending", params=query)).json()
        found += [each["station"] for each in page["items"]]
        cursor = page["next"]
    assert [each for each in found if each in names] == names
