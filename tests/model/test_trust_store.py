"""Roots at a station: as it accepts, as it tells, and in doubt when it stays silent."""

import json
from typing import Any

import pytest

from domain.model.certificate import Hashed, Root
from domain.model.trust_store import CENTRAL_SYSTEM, MANUFACTURER, TYPES, TrustStore
from domain.repository import freeze, thaw
from tests.model.story import NOON, given

NAME = Hashed("SHA256", "aa", "bb", "1f")
OTHER = Hashed("SHA384", "cc", "dd", "1f")
STRANGE = Hashed("SHA256", "ee", "ff", "2")


def root(**changes):
    values: dict[str, Any] = {
        "certificate": "print",
        "pem": "PEM",
        "names": (NAME, OTHER),
        "serial_number": "1f",
        "common_name": "Root",
        "organisation": "",
        "issuer": "CN=Root",
        "not_before": NOON,
        "not_after": NOON,
    }
    return Root(**values | changes)


def begun():
    return TrustStore.begin("CP1", at=NOON)


def install(store, kind=CENTRAL_SYSTEM, status="Accepted", call="c1", late=False, **changes):
    how = {"call": call, "status": status, "late": late, "at": NOON}
    store.install(kind, root(**changes), **how)


def delete(store, name=NAME, status="Accepted", call="c2", late=False):
    store.delete(name, call=call, status=status, late=late, at=NOON)


def report(store, *names, kind=CENTRAL_SYSTEM):
    store.report(kind, names, call="c3", at=NOON)


def lose(store, *kinds, call="c1", reason="timed_out"):
    store.lose(kinds or (CENTRAL_SYSTEM,), call=call, reason=reason, at=NOON)


def installed(**changes):
    store = begun()
    install(store, **changes)
    return store


def certificates(story):
    (fact,) = story.aggregate.pending_events
    return [row[0] for row in json.loads(fact.certificates)]


def test_what_the_station_accepts_is_installed():
    given(begun()).when(install).then(
        (TrustStore.Installed, {"certificate_type": CENTRAL_SYSTEM, "certificate": "print"})
    )


@pytest.mark.parametrize("status", ["Rejected", "Failed"])
def test_what_it_does_not_is_not(status):
    story = given(begun()).when(install, status=status)
    story.then((TrustStore.Failed, {"action": "InstallCertificate", "status": status}))
    assert story.aggregate.held == {}


@pytest.mark.parametrize("status", ["Accepted", "NotFound"])
@pytest.mark.parametrize(
    "name",
    [NAME, OTHER, Hashed("SHA256", "AA", "BB", "001F"), Hashed("SHA256", "aa", "bb", "0x1f")],
)
def test_what_it_deletes_or_does_not_find_is_gone_by_any_of_its_names(status, name):
    story = given(installed()).when(delete, name, status)
    story.then((TrustStore.Removed, {"certificate": "print", "status": status}))
    assert story.aggregate.pems == []


def test_what_it_fails_to_delete_stays():
    story = given(installed()).when(delete, status="Failed")
    story.then((TrustStore.Failed, {"action": "DeleteCertificate", "certificate": "print"}))
    assert story.aggregate.pems == ["PEM"]


def test_deleting_what_nobody_knows_of_is_no_news():
    given(installed()).when(delete, STRANGE).then()


def test_a_report_is_all_that_there_is_of_a_type():
    store = installed()
    install(store, MANUFACTURER)
    story = given(store).when(report, STRANGE)
    assert certificates(story) == ["sha256:ee:ff:2"]
    assert list(story.aggregate.held[CENTRAL_SYSTEM]) == ["sha256:ee:ff:2"]
    assert list(story.aggregate.held[MANUFACTURER]) == ["print"]


@pytest.mark.parametrize("names", [(NAME,), (OTHER,), (NAME, OTHER)])
def test_a_report_knows_what_was_installed_under_any_name(names):
    assert certificates(given(installed()).when(report, *names)) == ["print"]


def test_one_whose_issuer_was_not_known_is_known_by_its_serial_number():
    story = given(installed(names=())).when(report, Hashed("SHA512", "x", "y", "01F"))
    assert certificates(story) == ["print"]
    story.when(delete, Hashed("SHA512", "x", "y", "1f"))
    assert story.aggregate.pems == []


def test_a_report_of_nothing_empties_the_type():
    story = given(installed()).when(report)
    assert certificates(story) == []
    assert story.aggregate.pems == []


def test_silence_leaves_the_type_in_doubt_until_it_is_reported():
    story = given(installed()).when(lose)
    story.then((TrustStore.Doubted, {"certificate_type": CENTRAL_SYSTEM, "call": "c1"}))
    story.when(report, NAME)
    assert story.aggregate.doubts == {}


def test_a_call_that_never_went_out_leaves_no_doubt():
    story = given(installed())
    for reason in ("expired", "cancelled", "refused"):
        story.when(lose, reason=reason).then()


def test_a_late_answer_counts_while_nothing_else_is_known():
    store = begun()
    lose(store)
    story = given(store).when(install, late=True).then((TrustStore.Installed, {}))
    assert story.aggregate.doubts == {}


def test_a_late_answer_says_nothing_after_a_report():
    store = begun()
    lose(store)
    report(store)
    given(store).when(install, late=True).then()


def test_a_late_deletion_counts_for_the_types_it_left_in_doubt():
    store = installed()
    lose(store, *store.types_of(NAME), call="c2")
    given(store).when(delete, late=True).then((TrustStore.Removed, {"certificate": "print"}))
    given(installed()).when(delete, late=True).then()


def test_a_certificate_that_nobody_knows_of_may_be_of_any_type():
    assert installed().types_of(NAME) == (CENTRAL_SYSTEM,)
    assert installed().types_of(STRANGE) == TYPES


def test_roots_survive_a_snapshot():
    store = installed()
    report(store, NAME, STRANGE)
    store.collect_events()
    assert vars(thaw(freeze(store))) == vars(store)
