"""Cases of the quarantine in the read models: listed, counted, and what they may be about."""

from datetime import timedelta

import pytest

from domain.model.quarantine import Claim, Decided, Kind, Quarantine, Ruling
from domain.model.transaction import Start, Stop, Transaction
from domain.model.values import Standing, Verdict
from projections import candidates, quarantine
from projections.quarantine import Wanted
from tests.projections.scene import NOON, Scene

AN_HOUR = timedelta(hours=1)


@pytest.fixture
def scene(database):
    return Scene(database)


def case(subject="s", *, kind=Kind.ORPHAN_STOP, **claimed):
    return Quarantine.keep(
        Quarantine.id_of("CP1", subject),
        station="CP1",
        reason="r",
        action="StopTransaction",
        message_id="m",
        frame="5.1",
        subject=subject,
        detail="",
        at=NOON,
        kind=kind,
        claim=Claim(**claimed),
    )


def begun(number, *, hours=0, meter=1000, tag="ABC", station="CP1", parent="", connector=1):
    start = Start(station, connector, tag, meter, NOON + hours * AN_HOUR)
    made = Transaction.start(number, start, at=NOON)
    made.judge(Verdict(Standing.ACCEPTED, parent=parent), at=NOON)
    return made


def found(scene, told):
    scene.tell(told)
    row = scene.shown(quarantine.listed)[0]
    return {each.transaction.number: each for each in scene.read(candidates.of_case, row)}


def test_what_is_open_of_the_same_token_and_began_last_fits_best(scene):
    stopped, closed = begun(1), begun(2, hours=1, tag="DEF")
    stopped.stop(Stop(2000, NOON + AN_HOUR), at=NOON)
    closed.close(reason="r", by="olga", meter_wh=None, at=NOON)
    later, elsewhere = begun(4, hours=9), begun(5, hours=2, station="CP2")
    scene.tell(stopped, closed, begun(3, hours=2), later, elsewhere)
    claim = {"id_tag": "abc", "meter_wh": 4000, "happened_at": NOON + 3 * AN_HOUR}
    judged = found(scene, case(transaction=-1, **claim))
    assert list(judged) == [3, 4, 2, 1]
    assert (judged[3].score, judged[3].energy_wh) == (100, 3000)
    assert "it started later" in judged[4].reasons
    assert "its station has stopped it already" in judged[1].reasons


def test_a_parent_a_named_number_and_a_connector_speak_for_it(scene):
    scene.tell(begun(1, parent="FAMILY"), begun(2, connector=2))
    judged = found(scene, case(transaction=2, connector=2, id_tag="family", meter_wh=10))
    assert "the parent of its token" in judged[1].reasons
    assert {"the station names it", "the same connector", "another token"} <= set(judged[2].reasons)
    assert judged[1].energy_wh is None
    assert "the meter shows less than at its start" in judged[1].reasons


def test_a_contradiction_is_about_the_transaction_it_names(scene):
    scene.tell(begun(1), begun(2))
    assert list(found(scene, case("a", kind=Kind.SECOND_STOP, transaction=1))) == [1]
    assert found(scene, case("b", kind=Kind.FAILED)) == {}


def test_cases_are_listed_and_counted_by_what_became_of_them(scene):
    kept = case("a", transaction=7)
    scene.tell(kept, case("b", kind=Kind.FAILED))
    kept.resolve(
        Decided(ruling=Ruling.ASSIGN, note="why", by="olga", transaction=9), at=NOON + AN_HOUR
    )
    scene.tell(kept)
    scene.project()

    def subjects(**wanted):
        return [row.subject for row in scene.read(quarantine.listed, Wanted(**wanted))]

    assert (subjects(), subjects(state="open")) == (["b", "a"], ["b"])
    assert (subjects(state="resolved"), subjects(kind="failed")) == (["a"], ["b"])
    assert subjects(transaction=7) == subjects(transaction=9) == ["a"]
    row = scene.read(quarantine.listed, Wanted(state="resolved"))[0]
    assert (row.ruling, row.note, row.decided_by) == ("assign", "why", "olga")
    counts = scene.read(quarantine.counted)
    assert (counts["failed"], counts["orphan-stop"]) == (1, 0)
    kept.reopen(note="no", by="otto", at=NOON + AN_HOUR)
    kept.fail_again("trace", by="otto", at=NOON + AN_HOUR)
    scene.tell(kept)
    again = scene.shown(quarantine.find, row.first_position)
    assert (again.state, again.ruling, again.failures, again.failure) == ("open", "", 1, "trace")
