"""OCMF is verified for what it is; everything else is told as what it is."""

import base64
import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.evidence import ocmf
from domain.evidence.signed_values import PublicKey, Verdict, judge, unwrap
from tests.domain.evidence.meters import CURVES, FIRST, LAST, Meter

A_METER = Meter()


def key_of(meter: Meter, text: str = "") -> list[PublicKey]:
    return [PublicKey(text or meter.public.hex(), "an operator")]


@pytest.mark.parametrize("curve", CURVES)
@pytest.mark.parametrize("encoding", ["hex", "base64"])
def test_a_signature_on_every_curve_is_verified(curve, encoding):
    meter = Meter(curve)

    found = judge(meter.ocmf(encoding=encoding), key_of(meter))

    assert found.verdict is Verdict.VERIFIED
    assert found.key == meter.public.hex()
    assert found.key_source == "an operator"


@pytest.mark.parametrize("curve", CURVES)
def test_one_altered_digit_is_noticed_on_every_curve(curve):
    meter = Meter(curve)
    altered = meter.ocmf().replace("1007.451", "1007.452")

    assert judge(altered, key_of(meter)).verdict is Verdict.FAILED


def test_a_signature_that_is_r_and_s_side_by_side_is_verified():
    assert judge(A_METER.ocmf(raw=True), key_of(A_METER)).verdict is Verdict.VERIFIED


@pytest.mark.parametrize(
    "text",
    [
        A_METER.public.hex(),
        A_METER.public.hex().upper(),
        base64.b64encode(A_METER.public).decode(),
        A_METER.pem,
        A_METER.point.hex(),
        A_METER.point[1:].hex(),
        f"oca:base16:asn1:{A_METER.public.hex()}",
        base64.b64encode(f"oca:base16:asn1:{A_METER.public.hex()}".encode()).decode(),
    ],
    ids=["der hex", "HEX", "base64", "pem", "point", "bare point", "oca", "oca in base64"],
)
def test_a_key_is_read_in_every_form_that_is_about(text):
    found = judge(A_METER.ocmf(), key_of(A_METER, text))

    assert (found.verdict, found.key) == (Verdict.VERIFIED, A_METER.public.hex())


@pytest.mark.parametrize(
    "pack",
    [
        str,
        lambda text: f"  {text}\n",
        lambda text: text.encode().hex(),
        lambda text: base64.b64encode(text.encode()).decode(),
        lambda text: json.dumps({"signedMeterData": text, "encodingMethod": "OCMF"}),
        lambda text: json.dumps({"signedMeterData": base64.b64encode(text.encode()).decode()}),
    ],
    ids=["plain", "spaces", "hex", "base64", "structure", "structure of base64"],
)
def test_it_is_found_in_whatever_it_is_packed(pack):
    assert judge(pack(A_METER.ocmf()), key_of(A_METER)).verdict is Verdict.VERIFIED


def test_the_default_algorithm_is_that_of_the_format():
    assert judge(A_METER.ocmf(SA=""), key_of(A_METER)).verdict is Verdict.VERIFIED


def test_another_meters_key_does_not_verify_it():
    found = judge(A_METER.ocmf(), key_of(Meter()))

    assert found.verdict is Verdict.FAILED
    assert "not that of these readings" in found.why


def test_a_key_of_another_curve_than_the_signature_names_does_not_verify_it():
    found = judge(A_METER.ocmf(), key_of(Meter("secp256k1")))

    assert (found.verdict, "secp256k1" in found.why) == (Verdict.FAILED, True)


def test_a_key_that_came_along_verifies_nothing_and_refutes_when_nobody_else_names_one():
    forger = Meter()
    packed = json.dumps({"signedMeterData": forger.ocmf(), "publicKey": forger.public.hex()})

    other = json.dumps({"signedMeterData": forger.ocmf(), "publicKey": A_METER.public.hex()})

    alone, vouched = judge(packed, []), judge(packed, key_of(A_METER))

    assert (alone.verdict, "nobody" in alone.key_source) == (Verdict.CANNOT_BE_CHECKED, True)
    assert judge(other, []).verdict is Verdict.FAILED
    assert vouched.verdict is Verdict.FAILED


@pytest.mark.parametrize(
    ("value", "keys", "why"),
    [
        (A_METER.ocmf(), [], "no public key"),
        (A_METER.ocmf(), key_of(A_METER, "rubbish!"), "cannot be read"),
        (A_METER.ocmf(), key_of(A_METER, "30" * 20), "cannot be read"),
        (A_METER.ocmf(), key_of(A_METER, "ab" * 5000), "too long"),
        (A_METER.ocmf(SA="ECDSA-secp192k1-SHA256"), key_of(A_METER), "secp192k1"),
        (
            "AP;0;3;AJ2J7LYMGCIWT4AHUJPPFIIVB3FGRV2JQ2HVZG2I;BIHEIWSHAAA2W2V7OYYDCNQAAFACRC2I",
            [],
            "ALFEN",
        ),
        ("1B1B1B1B010101017600", [], "EDL"),
        ("<signedMeterValue/>", [], "XML"),
        ("123.4", [], "not known"),
        ("", [], "not known"),
    ],
)
def test_what_cannot_be_checked_is_told_with_its_reason(value, keys, why):
    found = judge(value, keys)

    assert found.verdict is Verdict.CANNOT_BE_CHECKED
    assert why in found.why


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("OCMF|{}", "no signature"),
        ("OCMF|{}|", "no JSON"),
        ('OCMF|{"RD":[]}|[]', "no JSON object"),
        ('OCMF|{}|{"SD":""}', "empty"),
        ('OCMF|{}|{"SD":"?"}', "neither hex nor base64"),
        ('OCMF|{}|{"SA":"RSA-2048","SD":"00"}', "RSA-2048"),
    ],
)
def test_broken_ocmf_fails_and_says_why(text, why):
    found = judge(text, key_of(A_METER))

    assert (found.verdict, why in found.why) == (Verdict.FAILED, True)


def test_readings_inherit_what_they_leave_out():
    first, last = ocmf.parse(A_METER.ocmf()).readings

    assert (first.kind, last.kind) == ("B", "E")
    assert (last.unit, last.obis, last.status) == ("kWh", "1-b:1.8.0", "G")
    assert last.wh == Decimal(1007451)
    assert last.resolution_wh == 1
    assert last.taken_at is not None
    assert last.taken_at.isoformat() == "2026-05-04T11:00:00+02:00"
    assert ocmf.parse(A_METER.ocmf((FIRST, LAST))).text("GS") == "1850006a"


@pytest.mark.parametrize("value", ['"x"', "1e999999", "NaN", "null", "1e-9999999"])
def test_a_reading_that_is_no_number_is_no_energy(value):
    text = f'OCMF|{{"RD":[{{"RV":{value},"RU":"kWh"}}, 7]}}|{{"SD":"00"}}'

    assert [reading.wh for reading in ocmf.parse(text).readings] == [None]


@given(st.text() | st.text().map("OCMF|{}".format) | st.binary().map(bytes.hex))
def test_nothing_a_station_sends_raises(text):
    assert judge(text, key_of(A_METER)).verdict is not Verdict.VERIFIED
    assert isinstance(unwrap(text).format, str)
