"""Authorize: section 4.1, rules A; OCTT 023_1 to 023_3 and 053."""

from datetime import timedelta

import pytest

from domain.model.transaction import Transaction
from domain.model.values import Standing
from tests.ocpp.harness import NOON, Csms, moment, start, token

ABC = {"idTag": "ABC"}


def test_a_known_token_is_welcome():
    Csms().given(token()).when("Authorize", ABC).then().answered(
        {"idTagInfo": {"status": "Accepted"}}
    )


@pytest.mark.parametrize("tag", ["NOBODY", "", "x" * 300])
def test_an_unknown_token_is_invalid(tag: str):
    Csms().when("Authorize", {"idTag": tag}).then().answered({"idTagInfo": {"status": "Invalid"}})


def test_a_withdrawn_token_is_invalid():
    abc = token()
    abc.withdraw(by="olga", at=NOON)
    Csms().given(abc).when("Authorize", ABC).answered({"idTagInfo": {"status": "Invalid"}})


def test_a_blocked_token_is_blocked_not_invalid():
    abc = token(standing=Standing.BLOCKED)
    Csms().given(abc).when("Authorize", ABC).answered({"idTagInfo": {"status": "Blocked"}})


def test_a_token_past_its_expiry_is_expired_and_told_since_when():
    abc = token(expires_at=NOON - timedelta(minutes=1))
    Csms().given(abc).when("Authorize", ABC).answered(
        {"idTagInfo": {"status": "Expired", "expiryDate": "2026-05-01T11:59:00.000Z"}}
    )


def test_the_group_and_the_expiry_are_told_when_known():
    abc = token(parent="FAMILY", expires_at=NOON + timedelta(days=1))
    expiry = moment(24 * 60).replace("Z", ".000Z")
    Csms().given(abc).when("Authorize", ABC).answered(
        {"idTagInfo": {"status": "Accepted", "parentIdTag": "FAMILY", "expiryDate": expiry}}
    )


def test_case_makes_no_difference():
    Csms().given(token("AbC")).when("Authorize", {"idTag": "aBc"}).answered(
        {"idTagInfo": {"status": "Accepted"}}
    )


def test_a_token_at_its_limit_is_still_authorised():
    csms = Csms().given(token(concurrent_limit=1)).when("StartTransaction", start())
    csms.when("Authorize", ABC).then().answered({"idTagInfo": {"status": "Accepted"}})
    assert not [f for f in csms.told if isinstance(f, Transaction.Started)]


def test_a_batch_loads_the_token_with_one_query():
    csms = Csms().given(token()).when("Authorize", ABC)
    assert csms.log.queries == [["token:abc"]]
