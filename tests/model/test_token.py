"""Token: what Authorize and StartTransaction are told."""

from datetime import timedelta

import pytest

from domain.model.aggregate import Refused
from domain.model.token import Permit, Token, judge
from domain.model.values import Standing, Verdict
from tests.model.story import LATER, NOON, given


def issued(**permit: object) -> Token:
    return Token.issue("Abc", Permit(**permit), by="olga", at=NOON)  # type: ignore[arg-type]


def test_an_unknown_token_is_invalid():
    assert judge(None, NOON) == Verdict(Standing.INVALID)


def test_two_spellings_are_one_token():
    assert Token.id_of("ABC") == Token.id_of("abc")


@pytest.mark.parametrize(
    ("permit", "standing"),
    [
        ({}, Standing.ACCEPTED),
        ({"standing": Standing.BLOCKED}, Standing.BLOCKED),
        ({"expires_at": LATER}, Standing.EXPIRED),
        ({"expires_at": LATER + timedelta(seconds=1)}, Standing.ACCEPTED),
        ({"standing": Standing.BLOCKED, "expires_at": NOON}, Standing.BLOCKED),
    ],
)
def test_a_token_is_judged_by_its_standing_and_expiry(permit, standing):
    assert issued(**permit).judge(LATER).standing is standing


def test_the_verdict_tells_the_group():
    assert issued(parent="FLEET").judge(NOON).parent == "FLEET"


def test_a_withdrawn_token_is_invalid_until_it_is_issued_again():
    token = issued()
    token.withdraw(by="olga", at=NOON)
    assert token.judge(LATER).standing is Standing.INVALID
    story = given(token).when(Token.permit, Permit(), by="olga", at=LATER)
    assert story.aggregate.judge(LATER).standing is Standing.ACCEPTED


def test_withdrawing_twice_is_refused():
    token = issued()
    token.withdraw(by="olga", at=NOON)
    with pytest.raises(Refused, match="not known"):
        token.withdraw(by="olga", at=LATER)


def test_permitting_the_same_again_changes_nothing():
    given(issued(note="x")).when(Token.permit, Permit(note="x"), by="olga", at=LATER).then()


def test_the_limit_counts_open_transactions():
    token = issued(concurrent_limit=1)
    token.use(1, at=NOON)
    assert token.judge_start(2, LATER).standing is Standing.CONCURRENT
    assert token.judge_start(1, LATER).standing is Standing.ACCEPTED
    assert token.judge(LATER).standing is Standing.ACCEPTED  # never ConcurrentTx in Authorize
    token.release(1, at=LATER)
    assert token.judge_start(2, LATER).standing is Standing.ACCEPTED


def test_without_a_limit_nothing_is_counted():
    given(issued()).when(Token.use, 1, at=LATER).then()
