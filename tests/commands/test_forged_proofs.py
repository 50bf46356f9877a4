"""Whoever has the key and rows that are genuine still cannot prove what was not charged."""

from collections.abc import Iterator
from typing import Any

import msgspec
import orjson
import pytest

from domain.evidence import bundle
from domain.evidence.account import account
from domain.evidence.bundle import Bundle
from domain.evidence.signed_values import Verdict
from domain.model.quarantine import Ruling
from projections import chain
from tests.commands.billed import Billed, billed, charged, lines, resigned, verdicts
from tests.commands.test_proofs import A_METER, BEGIN, END, decision

FAILED, VERIFIED, UNCHECKED = Verdict.FAILED, Verdict.VERIFIED, Verdict.CANNOT_BE_CHECKED


@pytest.fixture
def quick() -> Iterator[Billed]:
    with billed("memory://", "sqlite://") as made:
        yield made


def told_of(house: Billed, number: int) -> dict[str, Any]:
    told: dict[str, Any] = orjson.loads(house.proofs_of(number))["proof"]
    return told


def forged(house: Billed, told: dict[str, Any]) -> Bundle:
    """With the chain of its rows, and an account that says what they come to, if to anything."""
    found = bundle.read(resigned(told))
    rows = found.proof.rows
    places = [[each.position for each in some] for some in (rows.facts, rows.journal)]
    segment = house.database.read(chain.segment, *map(set, places))
    told["chain"] = orjson.loads(msgspec.json.encode(segment))
    try:
        made = account(found.proof.rows, found.proof.meter_keys)
    except ValueError:
        return found
    told["account"] = orjson.loads(msgspec.json.encode(made))
    return bundle.read(resigned(told))


def failing(found: Bundle) -> set[str]:
    return {line.what for line in lines(found) if line.verdict is FAILED}


def is_proven(found: Bundle, energy: int) -> bool:
    billed_wh = found.proof.account.derivation.energy_wh
    return billed_wh == energy and not failing(found)


def test_an_altered_row_does_not_hide_before_the_genuine_one(quick):
    told = told_of(quick, charged(quick))
    rows = told["rows"]
    stop = next(each for each in rows["journal"] if each["action"] == "StopTransaction")
    rows["journal"].insert(0, stop | {"payload": stop["payload"].replace(":8451", ":9451")})
    fact = next(each for each in rows["facts"] if each["topic"] == "transaction.stopped")
    rows["facts"].append(fact)
    rows["facts"][rows["facts"].index(fact)] = fact | {
        "state": fact["state"].replace("8451", "9451").replace("7451", "8451")
    }

    assert "chain of the log" in failing(forged(quick, told))


def test_facts_are_taken_in_the_order_of_the_log(quick):
    number = quick.start()
    quick.stop(number, 9000)
    quick.stop(number, 2000)
    quick.grant(decision(quick, Ruling.ACCEPT))
    told = told_of(quick, number)
    assert told["account"]["derivation"]["energy_wh"] == 1000

    told["rows"]["facts"].sort(key=lambda each: each["topic"] == "transaction.stopped")

    found = forged(quick, told)
    assert not is_proven(found, 8000)
    assert found.proof.account.derivation.energy_wh == 1000


def test_facts_of_another_transaction_prove_nothing_of_this_one(quick):
    other = charged(quick)
    theirs = told_of(quick, other)["rows"]
    number = quick.start(meter=8451)
    told = told_of(quick, number)

    begun = theirs["facts"]
    told["rows"]["facts"] = [begun[0], *told["rows"]["facts"], *begun[1:]]
    told["rows"]["journal"] += theirs["journal"]
    told["rows"]["openings"] += theirs["openings"]

    assert failing(forged(quick, told))


def test_what_the_meter_signed_in_another_transaction_proves_nothing_of_this_one(quick):
    session = (*BEGIN[:2], "0"), (*END[:2], "7.451")
    charged(quick, A_METER.ocmf(session))
    theirs = told_of(quick, 1)["rows"]
    number = quick.start(meter=0)
    quick.stop(number, 7451)
    told = told_of(quick, number)
    told["meter_keys"] = [{"text": A_METER.pem, "source": "olga"}]

    told["rows"]["journal"] = [
        *(each for each in theirs["journal"] if each["action"] == "StopTransaction"),
        *told["rows"]["journal"],
    ]
    told["rows"]["openings"] += theirs["openings"]

    found = verdicts(forged(quick, told))
    assert found["chain of the log"] is VERIFIED
    assert found["signed meter values"] is Verdict.NOT_PRESENT


def test_without_its_frames_an_energy_is_not_verified(quick):
    told = told_of(quick, charged(quick))
    stops = [each for each in told["rows"]["journal"] if each["action"] == "StopTransaction"]
    told["rows"]["journal"] = [each for each in told["rows"]["journal"] if each not in stops]
    told["rows"]["gone"] = [f"{each['station']} {each['key']}" for each in stops]

    found = {line.what: line for line in lines(forged(quick, told))}

    assert found["energy"].verdict is UNCHECKED
    assert "the frames" not in found["energy"].why


def test_an_end_that_an_operator_chose_is_not_verified(quick):
    number = quick.start()
    quick.stop(-1, 3000)
    quick.grant(decision(quick, Ruling.ASSIGN, transaction=number, meter_wh=4000))

    found = quick.proof(number)

    assert found.proof.account.derivation.energy_wh == 3000
    assert verdicts(found)["energy"] is UNCHECKED


def test_rows_of_any_shape_fail_and_do_not_break_the_check(quick):
    text = orjson.dumps(told_of(quick, charged(quick)))
    for old, new in (
        (b'\\"meter_start_wh\\":1000', b'\\"meter_start_wh\\":{}'),
        (b'"state":"{', b'"state":"['),
        (b'\\"timestamp\\":\\"2', b'\\"timestamp\\":\\"x'),
        (b'\\"StopTransaction\\",{', b'\\"StopTransaction\\",7,{'),
        (b'"payload":"[', b'"payload":"'),
        (b'"version":1}', b'"version":0}'),
        (b'"last_entry":', b'"last_entry":99999999999999'),
        (b'"day":', b'"day":9999999999'),
        (b'"stream":"transaction:1"', b'"stream":"transaction:x"'),
        (b'"stream":"transaction:1"', b'"stream":"meter"'),
        (b'"path":["', b'"path":["zz'),
        (b'"digest":"', b'"digest":"\xc3\xa4'),
        (b'"literal":"~1.', b'"literal":"\xc3\xa4~1.'),
    ):
        assert old in text
        found = bundle.read(resigned(orjson.loads(text.replace(old, new))))
        assert failing(found), new


def test_a_frame_that_is_nested_deeply_does_not_break_the_proof(quick):
    number = quick.start()
    deep = b"[" * 700 + b"]" * 700
    frame = b'[2,"deep","MeterValues",{"connectorId":1,"x":%b}]'
    quick.process(quick.received(frame % deep))
    quick.stop(number, 2000)

    assert quick.proof(number).proof.account.derivation.energy_wh == 1000
