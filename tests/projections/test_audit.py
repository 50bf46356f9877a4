"""What people did: from a note or a wish to the record, and found again."""

from datetime import timedelta

import pytest

from domain import wire
from domain.model.audit import Audit
from domain.model.operations import RecordAction
from projections import actions, audit, occasions
from projections.actions import ACTIONS, Actor, Noted
from projections.audit import Wanted
from projections.engines import writing
from tests.projections.scene import NOON, Scene

ADDED = RecordAction(action="AddUser", subject="user:carol", detail="role: viewer")


@pytest.fixture
def scene(database):
    return Scene(database)


def noted(scene, action=ADDED):
    with writing(scene.engine) as connection:
        actions.note(connection, Actor("admin", "192.0.2.1", NOON), action)


def untold(scene):
    scene.project()
    return scene.read(lambda c: list(actions.untold(c, scene.now)))


def kept(scene):
    return len(scene.read(lambda c: c.execute(ACTIONS.select()).all()))


def acted(scene, wish="w1", **changes):
    values = {
        "by": "olga",
        "origin": "192.0.2.7",
        "operation": "RequestCall",
        "subject": "CP1",
        "detail": "action: Reset",
        "outcome": "granted",
        "reason": "",
        "at": scene.now,
    }
    scene.tell(Audit.record(wish, **values | changes))


def shown(scene, **wanted):
    limits = {k: wanted.pop(k) for k in ("after", "before", "limit", "newest_first") if k in wanted}
    return [row.id for row in scene.shown(audit.listed, Wanted(**wanted), **limits)]


def test_a_note_is_wished_for_under_one_id_until_it_is_on_record(scene):
    noted(scene)
    ((name, wish),) = untold(scene)
    assert untold(scene) == [(name, wish)]
    assert isinstance(wish, wire.Wish)
    assert (wish.key, wish.by, wish.origin, wish.at) == (
        "user:carol",
        "admin",
        "192.0.2.1",
        NOON,
    )

    acted(scene, wish.id, operation="AddUser")
    assert untold(scene) == []


def test_a_note_is_swept_once_it_is_on_record(scene):
    noted(scene)
    sweeping = Noted(scene.engine)
    assert sweeping.sweep(scene.now) == 0
    ((_, wish),) = untold(scene)
    acted(scene, wish.id)
    scene.project()
    assert sweeping.sweep(scene.now) == 1
    assert kept(scene) == 0


def test_nothing_is_wished_for_while_the_trail_is_rebuilt():
    source = next(each for each in occasions.SOURCES if each.find is actions.untold)
    assert source.models == (audit.MODEL,)


def test_a_change_that_changes_nothing_is_not_noted(scene):
    with writing(scene.engine) as connection:
        actor = Actor("admin", "", NOON)
        assert not actions.noted(connection, actor, ADDED, lambda _: False)
        assert actions.noted(connection, actor, ADDED, lambda _: None) is None
    assert kept(scene) == 1


def test_a_note_goes_with_the_change_it_tells_of(scene):
    def failing(_connection):
        raise ZeroDivisionError

    actor = Actor("admin", "", NOON)
    with pytest.raises(ZeroDivisionError), writing(scene.engine) as connection:
        actions.noted(connection, actor, ADDED, failing)
    assert kept(scene) == 0


def test_actions_are_found_by_all_that_they_are(scene):
    acted(scene, "w1")
    scene.later(60)
    acted(scene, "w2", by="paul", subject="token:abc", operation="IssueToken", origin="192.0.2.8")
    scene.later(60)
    acted(scene, "w3", outcome="refused", reason="the station is not connected")
    assert shown(scene) == ["w3", "w2", "w1"]
    assert shown(scene, by="paul") == ["w2"]
    assert shown(scene, subject="CP1") == ["w3", "w1"]
    assert shown(scene, operation="IssueToken") == ["w2"]
    assert shown(scene, outcome="refused") == ["w3"]
    assert shown(scene, origin="192.0.2.8") == ["w2"]
    assert shown(scene, since=NOON + timedelta(seconds=60)) == ["w3", "w2"]
    assert shown(scene, until=NOON + timedelta(seconds=60)) == ["w1"]
    assert shown(scene, by="paul", subject="CP1") == []


def test_actions_come_in_pages_both_ways(scene):
    for number in range(4):
        acted(scene, f"w{number}")
    places = [row.first_position for row in scene.shown(audit.listed, Wanted())]
    assert shown(scene, before=places[1], limit=1) == ["w1"]
    assert shown(scene, after=places[2], newest_first=False) == ["w2", "w3"]


def test_the_trail_is_the_same_after_a_rebuild(scene):
    acted(scene, "w1")
    before = scene.shown(audit.listed, Wanted())
    scene.rebuild(audit.MODEL)
    assert scene.shown(audit.listed, Wanted()) == before
