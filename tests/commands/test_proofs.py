"""A bill is proven by its own rows, by nothing else, and what does not hold is told."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from commands import kept
from commands.proofs.proofs import NoSuchTransaction
from domain.evidence import bundle
from domain.evidence.checking import check, failed
from domain.evidence.signed_values import Verdict
from domain.model import operations as op
from domain.model.case_operations import ResolveCase
from domain.model.meter_key_operations import EnterMeterKey, WithdrawMeterKey
from domain.model.quarantine import Quarantine, Ruling
from domain.model.token import Permit
from domain.pki.seals import Seal
from tests.commands.billed import (
    Billed,
    billed,
    charged,
    lines,
    register,
    verdicts,
)
from tests.domain.evidence.meters import FIRST, LAST, Meter

VERIFIED, FAILED = Verdict.VERIFIED, Verdict.FAILED
NOT_PRESENT, UNCHECKED = Verdict.NOT_PRESENT, Verdict.CANNOT_BE_CHECKED
BEGIN, END = (FIRST[0], FIRST[1], "1.000"), (LAST[0], LAST[1], "8.451")
A_METER = Meter()


@pytest.fixture(params=["sqlite", "postgresql"])
def house(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Billed]:
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres_database")
        urls = (url, url)
    else:
        urls = (f"sqlite:///{tmp_path}/log.db", f"sqlite:///{tmp_path}/read.db")
    with billed(*urls) as made:
        yield made


@pytest.fixture
def quick() -> Iterator[Billed]:
    """Where the database does not matter."""
    with billed("memory://", "sqlite://") as made:
        yield made


def test_a_whole_transaction_is_verified_line_by_line(house):
    house.grant(EnterMeterKey(station="CP1", connector=1, key=A_METER.public.hex()))
    number = charged(house, A_METER.ocmf((BEGIN, END)))

    found = house.proof(number)

    told = verdicts(found)
    assert told.pop("signed identity") is UNCHECKED
    assert set(told.values()) == {VERIFIED}, lines(found)
    assert found.proof.account.derivation.energy_wh == 7451
    assert [step.wh for step in found.proof.account.derivation.steps if step.wh] == [
        1000,
        8451,
        7451,
    ]
    (value,) = found.proof.account.signed_values
    assert value.judgement.key == A_METER.public.hex()
    assert value.judgement.key_source.startswith("olga")
    assert {clock.behind_ms for clock in found.proof.account.clock} == {2001}
    assert found.proof.account.readings[0].samples[1].unit == "kW"


def test_only_the_drivers_own_values_are_disclosed(house):
    house.grant(op.IssueToken(id_tag="STRANGER", permit=Permit()))
    first = house.start()
    second = house.start(idTag="STRANGER", meter=2000)  # supersedes the first

    text = house.proofs_of(first)

    assert b"ABC" in text
    assert b"STRANGER" not in text
    assert verdicts(bundle.read(text))["sealed values"] is VERIFIED
    assert bundle.read(text).proof.account.transaction.closed_by == f"transaction {second}"


def test_what_is_not_sealed_in_the_chain_yet_is_told(quick):
    number = charged(quick)
    found = quick.proof(number, sealed=False)

    assert verdicts(found)["chain of the log"] is UNCHECKED
    assert not failed(lines(found))


def test_without_a_public_key_the_bundle_vouches_for_itself_and_says_so(quick):
    told = check(quick.proof(charged(quick)))

    assert {line.what: line.verdict for line in told}["public key"] is UNCHECKED
    assert not failed(told)


def test_somebody_elses_public_key_does_not_verify_it(quick):
    found = quick.proof(charged(quick))
    told = verdicts(found, Seal(kept.new_secret_key()).public_key)

    assert told["public key"] is FAILED
    assert told["signature of the bundle"] is FAILED
    assert told["chain of the log"] is FAILED


def test_there_is_no_proof_of_what_nobody_heard_of(quick):
    with pytest.raises(NoSuchTransaction):
        quick.proofs.make(4711)


def test_bytes_that_are_no_proof_are_refused():
    for text in (b"", b"{}", b'{"proof":{},"signature":{}}', b"\xff", b"[" * 100_000):
        with pytest.raises(bundle.NotABundle):
            bundle.read(text)


# --- what a transaction may come to ---


def test_an_open_transaction_is_proven_as_far_as_it_has_come(quick):
    number = quick.start()
    quick.measure(number, register(1600))

    found = quick.proof(number)

    assert (found.proof.account.derivation.energy_wh, found.proof.account.derivation.final) == (
        600,
        False,
    )
    assert not failed(lines(found))


def test_a_transaction_that_has_just_begun_has_no_energy(quick):
    assert verdicts(quick.proof(quick.start()))["energy"] is NOT_PRESENT


def test_a_meter_that_went_backwards_gives_no_energy(quick):
    number = quick.start(meter=5000)
    quick.stop(number, 4000)

    found = quick.proof(number)

    assert verdicts(found)["energy"] is NOT_PRESENT
    assert "backwards" in found.proof.account.derivation.steps[-1].text


def test_what_an_operator_did_stands_in_the_proof(quick):
    number = quick.start()
    quick.measure(number, register(3000))
    quick.grant(op.CloseTransaction(station="CP1", transaction=number, reason="it is gone"))

    found = quick.proof(number)

    (deed,) = found.proof.account.deeds
    assert (deed.by, deed.name, "it is gone" in deed.body) == ("olga", "CloseTransaction", True)
    assert found.proof.account.transaction.state == "closed"
    assert found.proof.account.derivation.energy_wh == 2000
    assert not failed(lines(found))


def test_an_orphan_stop_that_was_assigned_is_the_end_of_its_transaction(quick):
    number = quick.start()
    quick.stop(-1, 3000)
    quick.grant(decision(quick, Ruling.ASSIGN, transaction=number))

    found = quick.proof(number)

    told = found.proof.account
    assert (told.derivation.energy_wh, told.derivation.final) == (2000, True)
    assert told.derivation.steps[1].source.startswith("StopTransaction")
    assert (told.transaction.corrected_by, told.deeds[-1].name) == ("olga", "ResolveCase")
    assert not failed(lines(found))


def test_an_energy_that_somebody_decided_is_told_as_such(quick):
    number = quick.start(meter=5000)
    quick.stop(number, 4000)
    quick.grant(decision(quick, Ruling.ACCEPT, energy_wh=700))

    found = quick.proof(number)

    assert found.proof.account.derivation.energy_wh == 700
    assert verdicts(found)["energy"] is UNCHECKED
    assert not failed(lines(found))


def test_repeats_of_a_station_are_told_once_and_kept_all(quick):
    number = quick.start()
    payload = {"transactionId": number, "meterStop": 2000, "timestamp": quick.said()}
    quick.ask([2, "e1", "StopTransaction", payload])
    quick.ask([2, "e2", "StopTransaction", payload])

    found = quick.proof(number)

    stops = [row for row in found.proof.rows.journal if row.action == "StopTransaction"]
    assert len(stops) == 2
    assert not failed(lines(found))


def test_rows_that_were_pruned_are_told(quick):
    number = charged(quick)
    quick.project()
    quick.checkpoint()
    quick.now = quick.now.replace(day=quick.now.day + 3)
    quick.stored.prune(quick.now)

    found = quick.proof(number)

    told = verdicts(found)
    assert (told["completeness"], told["energy"]) == (UNCHECKED, UNCHECKED)
    assert "no frame of it is here" in found.proof.account.derivation.steps[0].text
    assert not failed(lines(found))


def test_a_clock_that_was_never_set_is_told_and_not_counted(quick):
    number = quick.start(timestamp="1970-01-01T00:00:07Z")

    (clock,) = quick.proof(number).proof.account.clock

    assert (clock.said is not None, clock.behind_ms) == (True, None)


# --- whose key ---


def test_the_stations_own_configuration_tells_the_key(quick):
    report_key(quick, "MeterPublicKey[1]", A_METER.public.hex())
    number = charged(quick, A_METER.ocmf((BEGIN, END)))

    (value,) = quick.proof(number).proof.account.signed_values

    assert value.judgement.verdict is VERIFIED
    assert "MeterPublicKey[1]" in value.judgement.key_source


def test_a_key_of_another_connector_is_not_taken(quick):
    report_key(quick, "meterPublicKey2", A_METER.public.hex())
    number = charged(quick, A_METER.ocmf((BEGIN, END)))

    (value,) = quick.proof(number).proof.account.signed_values

    assert value.judgement.verdict is UNCHECKED


def test_an_operators_key_outweighs_the_stations_and_the_askers_outweighs_both(quick):
    report_key(quick, "MeterPublicKey", Meter().public.hex())
    quick.grant(EnterMeterKey(station="CP1", connector=0, key=A_METER.pem))
    number = charged(quick, A_METER.ocmf((BEGIN, END)))
    other = Meter()

    entered = quick.proof(number).proof.account.signed_values[0].judgement
    asked = quick.proof(number, meter_key=other.pem).proof.account.signed_values[0].judgement

    assert (entered.verdict, entered.key_source[:4]) == (VERIFIED, "olga")
    assert (asked.verdict, asked.key_source) == (FAILED, "whoever asked for this proof")


def test_a_withdrawn_key_still_counts_for_what_it_was_entered_for(quick):
    quick.grant(EnterMeterKey(station="CP1", connector=1, key=A_METER.public.hex()))
    before = charged(quick, A_METER.ocmf((BEGIN, END)))
    quick.grant(WithdrawMeterKey(station="CP1", connector=1))
    after = charged(quick, A_METER.ocmf((BEGIN, END)))

    assert verdict_of(quick, before) is VERIFIED
    assert verdict_of(quick, after) is UNCHECKED


# --- signed against unsigned ---


@pytest.mark.parametrize(
    ("readings", "told"),
    [
        ((BEGIN, END), {"start": VERIFIED, "end": VERIFIED, "energy": VERIFIED}),
        (
            ((*BEGIN[:2], "1.0"), (*END[:2], "8.4")),  # resolution of 100 Wh
            {"start": VERIFIED, "end": VERIFIED, "energy": VERIFIED},
        ),
        (
            (BEGIN, (*END[:2], "8.461")),
            {"start": VERIFIED, "end": FAILED, "energy": FAILED},
        ),
        (((*BEGIN[:2], "1"), (*END[:2], "8")), {"start": VERIFIED, "end": UNCHECKED}),  # 1 kWh
        (((*BEGIN[:2], "0"), (*END[:2], "7.451")), {"registers": UNCHECKED, "energy": VERIFIED}),
        ((END,), {"start": NOT_PRESENT, "end": VERIFIED, "energy": NOT_PRESENT}),
    ],
    ids=["alike", "coarse", "too coarse", "another", "of the session", "end only"],
)
def test_signed_readings_are_compared_with_those_that_are_billed(quick, readings, told):
    number = charged(quick, A_METER.ocmf(readings))
    found = verdicts(quick.proof(number, meter_key=A_METER.pem))

    short = {
        what.rpartition(" ")[2]: verdict for what, verdict in found.items() if "signed " in what
    }
    assert {name: short.get(name) for name in told} == told


@pytest.mark.parametrize("register", ["1-0:2.8.0", "01-00:02.08.00.FF", "01-00:C2.08.00*FF"])
def test_energy_that_was_given_back_is_not_compared_with_what_was_taken(quick, register):
    with_register = A_METER.ocmf((BEGIN, END), register=register)
    number = charged(quick, with_register)

    told = verdicts(quick.proof(number, meter_key=A_METER.pem))

    assert told["signed meter values: OCMF, Transaction.End"] is VERIFIED
    assert told["signed energy"] is UNCHECKED
    assert "signed reading at the end" not in told


def test_an_id_that_was_signed_is_compared_with_the_tag(quick):
    tag = "1F2D3A4F5506C7"  # what the meter of the tests signs
    quick.grant(op.IssueToken(id_tag=tag, permit=Permit()))
    number = charged(quick, A_METER.ocmf((BEGIN, END)), tag=tag)

    found = quick.proof(number, meter_key=A_METER.pem)

    assert verdicts(found)["signed identity"] is VERIFIED
    assert not failed(lines(found))


def decision(house: Billed, ruling: Ruling, **more: Any) -> ResolveCase:
    """Of the case that was put aside last."""
    case = [fact for fact in house.told() if isinstance(fact, Quarantine.Kept)][-1]
    return ResolveCase(
        station="CP1", case=case.originator_id, ruling=ruling, note="seen on site", **more
    )


def verdict_of(house: Billed, number: int) -> Verdict:
    return house.proof(number).proof.account.signed_values[0].judgement.verdict


def report_key(house: Billed, name: str, value: str) -> None:
    """The station answers GetConfiguration."""
    call = op.RequestCall(
        station="CP1",
        call="config-1",
        action="GetConfiguration",
        payload="{}",
        expires_at=house.now,
    )
    house.grant(call)
    key = {"key": name, "readonly": True, "value": value}
    house.ask([3, "config-1", {"configurationKey": [key], "unknownKey": []}])
