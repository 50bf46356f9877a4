"""Proofs over HTTP, and the keys they are checked with."""

import pytest

from commands.proofs.page import inside
from domain.evidence import bundle
from domain.evidence.checking import check, failed
from domain.evidence.signed_values import Verdict
from tests.api.stage import eventually
from tests.domain.evidence.meters import Meter

pytestmark = pytest.mark.asyncio(loop_scope="session")

NOON, LATER = "2026-01-01T12:00:00.000Z", "2026-01-01T13:00:00.000Z"
BEGIN = ("B", "2026-01-01T12:00:00,000+0000 S", "0.500")
END = ("E", "2026-01-01T13:00:00,000+0000 S", "2.500")
METER = Meter("secp256k1")


@pytest.fixture
def charged(station, tag, api):
    """A transaction of 2000 Wh whose meter signs, once it can be read."""

    async def charge(value):
        answer = await station.ask(
            "StartTransaction", connectorId=1, idTag=tag, meterStart=500, timestamp=NOON
        )
        number = answer["transactionId"]
        sample = {"value": value, "format": "SignedData", "context": "Transaction.End"}
        await station.ask(
            "StopTransaction",
            transactionId=number,
            meterStop=2500,
            timestamp=LATER,
            transactionData=[{"timestamp": LATER, "sampledValue": [sample]}],
        )

        async def look():
            told = (await api.get(f"/api/v1/transactions/{number}")).json()
            return told.get("status") == "stopped"

        await eventually(look)
        return number

    return charge


async def public_key(api):
    return bytes.fromhex((await api.get("/api/v1/checkpoints/key")).json()["public_key"])


async def test_a_proof_is_verified_with_the_published_key_alone(api, name, charged):
    entered = await api.put(
        f"/api/v1/stations/{name}/connectors/1/meter-key", json={"public_key": METER.public.hex()}
    )
    assert entered.status_code == 200, entered.text
    number = await charged(METER.ocmf((BEGIN, END)))

    answer = await api.get(f"/api/v1/transactions/{number}/proof")
    lines = check(bundle.read(answer.content), await public_key(api))

    assert answer.headers["content-type"] == "application/json"
    told = {line.what: line.verdict for line in lines}
    assert told["signature of the bundle"] is Verdict.VERIFIED
    assert told["signed meter values: OCMF, Transaction.End"] is Verdict.VERIFIED
    assert told["signed energy"] is Verdict.VERIFIED
    assert not failed(lines)


async def test_the_page_holds_the_bundle_and_no_script_runs(api, charged):
    number = await charged("<script>alert(1)</script>")

    answer = await api.get(f"/api/v1/transactions/{number}/proof.html")

    found = bundle.read(inside(answer.content))
    assert found.proof.account.transaction.number == number
    assert not failed(check(found, await public_key(api)))
    assert answer.text.count("<script") == 1  # the bundle
    assert "&lt;script&gt;alert(1)" in answer.text
    assert "style-src 'sha256-" in answer.headers["content-security-policy"]
    assert "2.000 kWh" in answer.text


async def test_the_key_of_the_meter_may_come_with_the_question(api, charged):
    number = await charged(METER.ocmf((BEGIN, END)))

    for key, verdict in ((METER.public.hex(), "verified"), (Meter().public.hex(), "failed")):
        answer = await api.get(f"/api/v1/transactions/{number}/proof", params={"meter_key": key})
        (value,) = answer.json()["proof"]["account"]["signed_values"]
        assert value["judgement"]["verdict"] == verdict


async def test_a_meter_key_is_entered_shown_and_withdrawn(api, name):
    path = f"/api/v1/stations/{name}/connectors/2/meter-key"
    assert (await api.get(path)).status_code == 404

    put = await api.put(path, json={"public_key": METER.point.hex()})
    refused = await api.put(path, json={"public_key": "rubbish"})
    whole = (await api.get(path)).json()
    gone = await api.delete(path)

    assert put.status_code == 422  # a point of secp256k1 is none of secp256r1
    assert refused.status_code == 422
    assert whole["status"] == 404
    assert gone.status_code == 204
    key = METER.public.hex()
    assert (await api.put(path, json={"public_key": key})).json()["public_key"] == key
    assert (await api.delete(path)).status_code == 204
    assert (await api.get(path)).status_code == 404


async def test_there_is_no_proof_of_what_nobody_heard_of(api):
    for form in ("proof", "proof.html"):
        answer = await api.get(f"/api/v1/transactions/2000000000/{form}")
        assert (answer.status_code, answer.json()["title"]) == (404, "not found")
