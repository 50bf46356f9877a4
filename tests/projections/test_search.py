"""What is found by an id, by a number, and by a part of a name, and in which order."""

from datetime import timedelta

import pytest

from domain.model.campaign import Campaign, Plan
from domain.model.job_progress import FIRMWARE
from domain.model.maintenance import Maintenance
from domain.model.reservation import Reservation, Terms
from domain.model.token import Permit, Token
from domain.model.transaction import Start, Transaction
from projections import search
from tests.projections.scene import NOON, Scene


@pytest.fixture
def scene(database):
    return Scene(database)


def found(scene, wanted, **more):
    return [(hit.kind, hit.id) for hit in scene.shown(search.found, wanted, **more)]


def campaign(id, name, kind="campaign"):
    plan = Plan(action="Reset", payload="{}", stations=("CP1",))
    return Campaign.create(id, plan, kind=kind, name=name, by="olga", at=NOON)


def test_a_number_is_whatever_has_it(scene):
    reservations = [Reservation.name(station, 7, at=NOON) for station in ("CP1", "CP2")]
    for each in reservations:
        terms = Terms(1, "Abc", "", NOON + timedelta(hours=1))
        each.request("call", terms, by="olga", at=NOON)
    transaction = Transaction.start(7, Start("CP1", 1, "T", 0, NOON), at=NOON)
    scene.tell(transaction, *reservations, scene.registered("CP7"))
    numbered = [("transaction", "7"), ("reservation", "7"), ("reservation", "7")]
    assert found(scene, "7") == [*numbered, ("station", "CP7")]
    assert found(scene, "#7") == numbered
    assert found(scene, "07x") == []


def test_ids_of_jobs_and_campaigns_are_looked_up_as_a_whole_and_names_by_parts(scene):
    maintenance = Maintenance.begin("CP1", at=NOON)
    maintenance.request("job-1", FIRMWARE, location="x", by="olga", campaign="", at=NOON)
    scene.tell(maintenance, campaign("c-1", "Spring update"), campaign("b-1", "", kind="bulk"))
    assert found(scene, "job-1") == [("job", "job-1")]
    assert found(scene, "job") == found(scene, "c-") == []
    assert found(scene, "c-1") == found(scene, "spring") == [("campaign", "c-1")]
    assert found(scene, "b-1") == [("bulk-call", "b-1")]


def test_what_is_exactly_meant_goes_before_what_only_holds_it(scene):
    token = Token.issue("ab", Permit(), by="olga", at=NOON)
    scene.tell(*(scene.registered(id) for id in ("a-ab", "ab", "ab-2")), token)
    exact = [("station", "ab"), ("token", "ab")]
    assert found(scene, "ab") == [*exact, ("station", "a-ab"), ("station", "ab-2")]
    assert found(scene, "ab", limit=2) == exact
    assert found(scene, "AB")[0] == ("token", "ab")  # tags are the same in any case


def test_what_is_no_longer_there_is_not_found(scene):
    station = scene.registered("gone")
    station.remove(by="olga", at=NOON)
    token = Token.issue("gone", Permit(), by="olga", at=NOON)
    token.withdraw(by="olga", at=NOON)
    scene.tell(station, token)
    assert found(scene, "gone") == []


def test_kinds_take_turns(scene):
    tokens = [Token.issue(f"x{n}", Permit(), by="olga", at=NOON) for n in range(3)]
    scene.tell(*(scene.registered(f"x-{n}") for n in range(9)), *tokens)
    kinds = [kind for kind, _ in found(scene, "x", limit=6)]
    assert kinds == 3 * ["station", "token"]
