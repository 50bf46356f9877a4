"""Local lists by their rows: what stations confirmed, and how updates went."""

from datetime import UTC, datetime

import pytest

from domain.model.list_update import ListUpdate
from domain.model.local_entries import Entry
from domain.model.local_list import LocalList
from domain.model.token import Permit, Token
from projections import local_list_entries, local_lists, tokens
from tests.projections.scene import NOON, Scene

UNTIL = "2027-01-01T00:00:00.000Z"
ANN, BOB = Entry("ANN"), Entry("Bob", "Blocked", UNTIL, "FAMILY")


@pytest.fixture
def scene(database):
    return Scene(database)


@pytest.fixture
def told(scene):
    """What a station says of its list, as it comes."""
    kept: dict[str, LocalList] = {}

    def tell(decision, *args, station="CP1", **kwargs):
        local_list = kept.setdefault(station, LocalList.begin(station, at=NOON))
        decision(local_list, *args, **kwargs, at=scene.later(1))
        scene.tell(local_list)

    return tell


@pytest.fixture
def followed(scene):
    """Updates of a station, step by step."""
    update = ListUpdate.begin("CP1", at=NOON)

    def tell(decision, *args, **kwargs):
        decision(update, *args, **kwargs, at=scene.later(1))
        scene.tell(update)
        return scene.shown(local_lists.find, "CP1")

    return tell


def row_of(scene, station="CP1"):
    return scene.shown(local_lists.find, station)


def tags_of(scene, station="CP1"):
    return [row.id_tag for row in scene.shown(local_list_entries.listed, station)]


def replaced(told, *entries, version=3, **where):
    told(LocalList.replace, f"c{version}", version, entries, late=False, **where)


def test_a_list_that_was_replaced_is_confirmed(scene, told):
    replaced(told, ANN, BOB)
    row = row_of(scene)
    assert (row.version, row.trust, row.supported, row.entries) == (3, "confirmed", True, 2)
    assert row.changed_at == scene.now
    _, bob = scene.read(local_list_entries.listed, "CP1")
    assert (bob.id, bob.id_tag, bob.status, bob.parent_id_tag) == (
        "bob",
        "Bob",
        "Blocked",
        "FAMILY",
    )
    assert (bob.expiry_date, bob.listed_at) == (datetime(2027, 1, 1, tzinfo=UTC), scene.now)


def test_a_differential_changes_and_removes_entries(scene, told):
    replaced(told, ANN, BOB)
    changes = (Entry("ann", ""), Entry("BOB"), Entry("EVE"), Entry("NOBODY", ""))
    told(LocalList.amend, "c4", 4, changes, late=False)
    assert tags_of(scene) == ["BOB", "EVE"]
    assert (row_of(scene).version, row_of(scene).entries) == (4, 2)


def test_lists_of_stations_are_kept_apart(scene, told):
    replaced(told, ANN)
    replaced(told, BOB, station="CP2")
    replaced(told, version=4)
    assert (tags_of(scene), tags_of(scene, "CP2")) == ([], ["Bob"])


@pytest.mark.parametrize(("version", "supported"), [(0, True), (-1, False)])
def test_a_station_without_a_list_has_no_entries(scene, told, version, supported):
    replaced(told, ANN)
    told(LocalList.tell, "c9", version, late=False)
    row = row_of(scene)
    assert (row.version, row.supported, row.entries) == (version, supported, 0)
    assert row.accepted_version == 3
    assert tags_of(scene) == []


def test_a_version_that_does_not_fit_keeps_the_entries_in_doubt(scene, told):
    replaced(told, ANN)
    told(LocalList.tell, "c9", 8, late=False)
    assert (row_of(scene).version, row_of(scene).trust) == (8, "uncertain")
    assert tags_of(scene) == ["ANN"]


def test_a_failure_tells_what_was_tried(scene, told):
    told(LocalList.fail, "c1", "Full", 5, "NotSupported")
    row = row_of(scene)
    assert (row.failure, row.failed_version, row.failed_call) == ("NotSupported", 5, "c1")
    assert (row.version, row.supported, row.trust) == (None, False, "unknown")


def test_doubt_conflict_and_fallback_are_shown(scene, told):
    replaced(told, ANN)
    told(LocalList.amend, "c1", 2, (BOB,), late=True)
    told(LocalList.conflict, 2)
    told(LocalList.switch_fallback, on=True, by="olga")
    row = row_of(scene)
    assert (row.trust, row.conflict_connector, row.automatic) == ("uncertain", 2, True)
    assert row.conflict_at is not None


def test_an_update_is_followed_part_by_part(followed):
    terms = {"part_size": 1, "ttl": 0, "timeout": 30, "by": "olga"}
    row = followed(ListUpdate.plan, "u1", ("a", "b"), **terms)
    assert (row.update_state, row.update_part, row.update_parts) == ("under_way", 1, 2)
    assert (row.update_id, row.update_by) == ("u1", "olga")
    row = followed(lambda update, at: update.advance(update.call, at=at))
    assert row.update_part == 2
    row = followed(lambda update, at: update.advance(update.call, at=at))
    assert row.update_state == "finished"
    followed(ListUpdate.plan, "u2", ("a", "b"), **terms)
    row = followed(ListUpdate.abandon, "replaced")
    assert (row.update_state, row.update_reason) == ("abandoned", "replaced")


def test_entries_are_read_as_they_were_sent(scene, told):
    replaced(told, BOB)
    scene.project()
    assert scene.read(local_list_entries.of, "CP1") == {"bob": BOB}


def test_entries_come_in_pages(scene, told):
    replaced(told, ANN, BOB)
    scene.project()
    (first,) = scene.read(local_list_entries.listed, "CP1", limit=1)
    (second,) = scene.read(local_list_entries.listed, "CP1", after=first.id)
    assert (first.id, second.id) == ("ann", "bob")


def test_tokens_of_a_group_are_found(scene):
    for tag, group in (("ANN", "staff"), ("BOB", ""), ("EVE", "staff")):
        scene.tell(Token.issue(tag, Permit(group=group), by="olga", at=NOON))
    gone = Token.issue("GONE", Permit(group="staff"), by="olga", at=NOON)
    gone.withdraw(by="olga", at=NOON)
    scene.tell(gone)
    staff = scene.shown(tokens.of_group, "staff")
    assert [row.id_tag for row in staff] == ["ANN", "EVE"]
    assert len(scene.read(tokens.of_group)) == 3
