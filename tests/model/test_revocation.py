"""Revocations: asked once, and again when the authority failed."""

from typing import Any

from domain.model.revocation import Revocation
from tests.model.story import NOON, given

OF_IT = {"station": "CP1", "certificate": "print"}


def asked():
    how: dict[str, Any] = {"serial_number": "1f", "reason": "stolen", "by": "olga", "at": NOON}
    return Revocation.ask("CP1", "print", **how)


def test_what_the_authority_did_is_on_record_once():
    story = given(asked())
    for problem in ("", "", "away"):
        story.when(Revocation.conclude, problem, at=NOON)
    story.when(Revocation.ask_again, by="olga", at=NOON)
    story.then((Revocation.Done, OF_IT))


def test_what_failed_may_be_asked_again():
    story = given(asked()).when(Revocation.ask_again, by="olga", at=NOON)
    story.when(Revocation.conclude, "away", at=NOON)
    story.when(Revocation.conclude, "", at=NOON)
    story.when(Revocation.ask_again, by="carol", at=NOON)
    story.when(Revocation.conclude, "", at=NOON)
    story.then(
        (Revocation.Failed, OF_IT | {"reason": "away"}),
        (Revocation.AskedAgain, {"by": "carol"}),
        (Revocation.Done, OF_IT),
    )
