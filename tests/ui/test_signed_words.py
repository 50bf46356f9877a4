"""What was found of signed meter values is told of each of them, and of all of them at once."""

import pytest

from commands.ui.pages.transaction.proof import judged

WHY = {"verified": "it fits", "failed": "it does not", "unchecked": "no key"}


def signed(*verdicts):
    return [
        {
            "context": "Sample.Periodic",
            "judgement": {"format": "OCMF", "verdict": each, "why": WHY[each]},
        }
        for each in verdicts
    ]


@pytest.mark.parametrize(
    ("verdicts", "said", "tone"),
    [
        (("verified", "verified"), "verified", "good"),
        (("verified", "failed"), "not verified", "bad"),
        (("failed", "verified"), "not verified", "bad"),
        (("verified", "unchecked"), "not verified", "warn"),
    ],
)
def test_all_of_them_must_hold(verdicts, said, tone):
    shown = judged(signed(*verdicts))["Signed values"]
    assert (shown["text"], shown["tone"]) == (said, tone)


def test_of_several_of_one_kind_each_is_told():
    told = [cell["text"] for cell in judged(signed("failed", "verified")).values()]
    assert told == ["not verified", "failed: it does not", "verified: it fits"]
