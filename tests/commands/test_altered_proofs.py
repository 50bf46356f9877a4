"""Whatever is altered in a proof is noticed, and told where."""

import base64
from collections.abc import Iterator

import orjson
import pytest

from domain.evidence import bundle
from domain.evidence.signed_values import Verdict
from tests.commands.billed import Billed, billed, charged, lines, resigned, verdicts

FAILED, VERIFIED = Verdict.FAILED, Verdict.VERIFIED


@pytest.fixture
def quick() -> Iterator[Billed]:
    with billed("memory://", "sqlite://") as made:
        yield made


def test_one_altered_letter_breaks_the_signature(quick):
    text = quick.proofs_of(charged(quick))
    found = bundle.read(text.replace(b'"energy_wh":7451', b'"energy_wh":9451'))

    assert verdicts(found)["signature of the bundle"] is FAILED


def _meter(told: dict) -> None:
    row = next(each for each in told["rows"]["journal"] if each["action"] == "StopTransaction")
    row["payload"] = row["payload"].replace('"meterStop":8451', '"meterStop":9451')


def _fact(told: dict) -> None:
    row = next(each for each in told["rows"]["facts"] if each["topic"] == "transaction.stopped")
    row["state"] = row["state"].replace("7451", "9451")


def _account(told: dict) -> None:
    told["account"]["derivation"]["energy_wh"] = 9451


def _lost_fact(told: dict) -> None:
    told["rows"]["facts"] = [
        each for each in told["rows"]["facts"] if each["topic"] != "transaction.judged"
    ]


def _lost_frame(told: dict) -> None:
    told["rows"]["journal"] = told["rows"]["journal"][:-1]


def _opening(told: dict) -> None:
    opening = told["rows"]["openings"][0]
    opening["key"] = base64.b64encode(bytes(32)).decode()


def _topic(told: dict) -> None:
    told["rows"]["facts"][0]["topic"] = "transaction.invented"


@pytest.mark.parametrize(
    ("alter", "broken"),
    [
        (_meter, {"chain of the log", "readings", "energy"}),
        (_fact, {"chain of the log", "readings", "energy"}),
        (_account, {"readings"}),
        (_lost_fact, {"completeness"}),
        (_lost_frame, {"completeness", "readings"}),
        (_opening, {"sealed values", "readings and energy"}),
        (_topic, {"chain of the log", "readings and energy"}),
    ],
    ids=lambda each: getattr(each, "__name__", ""),
)
def test_whoever_has_the_key_cannot_alter_what_the_chain_holds(quick, alter, broken):
    number = charged(quick)
    told = orjson.loads(quick.proofs_of(number))["proof"]

    alter(told)

    found = lines(bundle.read(resigned(told)))
    assert {line.what for line in found if line.verdict is FAILED} == broken
    assert {line.what: line.verdict for line in found}["signature of the bundle"] is VERIFIED
