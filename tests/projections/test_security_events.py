"""The rows of security events."""

from datetime import timedelta

import pytest

from domain.model.security_log import SecurityLog
from projections import security_events
from projections.security_events import Choice
from tests.projections.scene import NOON, Scene


@pytest.fixture
def scene(database):
    """CP1 told of three events, CP2 was refused once; each a minute after the other."""
    scene = Scene(database)
    first, second = (
        SecurityLog.resume(SecurityLog.id_of(id), [], at=NOON) for id in ("CP1", "CP2")
    )
    for minutes, type in enumerate(("ResetOrReboot", "InvalidMessages", "SettingSystemTime")):
        at = NOON + timedelta(minutes=minutes)
        first.record("station", type, occurred_at=at, tech_info="x", at=scene.now)
    second.record_refusal("wrong or missing credentials", "", at=NOON + timedelta(minutes=3))
    scene.tell(first, second)
    scene.project()
    return scene


def listed(scene, **choice):
    found = scene.read(security_events.listed, Choice(**choice))
    return [(row.station, row.type) for row in found]


def test_an_event_is_shown_as_it_was_told(scene):
    (row,) = scene.read(security_events.listed, Choice(type="ResetOrReboot"))
    assert (row.station, row.source, row.severity) == ("CP1", "station", "critical")
    assert (row.occurred_at, row.received_at, row.tech_info) == (NOON, NOON, "x")


@pytest.mark.parametrize(
    ("choice", "types"),
    [
        ({"station": "CP2"}, ["FailedToAuthenticateAtCentralSystem"]),
        ({"source": "csms"}, ["FailedToAuthenticateAtCentralSystem"]),
        ({"severity": "critical"}, ["SettingSystemTime", "ResetOrReboot"]),
        ({"station": "CP1", "severity": "ordinary"}, ["InvalidMessages"]),
        (
            {"begin": NOON + timedelta(minutes=1), "end": NOON + timedelta(minutes=3)},
            ["SettingSystemTime", "InvalidMessages"],
        ),
    ],
)
def test_events_are_chosen(scene, choice, types):
    assert [type for _, type in listed(scene, **choice)] == types


def test_events_come_in_pages_both_ways(scene):
    newest = scene.read(security_events.listed, Choice(), limit=2)
    rest = scene.read(security_events.listed, Choice(), before=newest[-1].position)
    oldest = scene.read(security_events.listed, Choice(), newest_first=False)
    assert [*newest, *rest] == oldest[::-1]
    later = scene.read(
        security_events.listed, Choice(), after=oldest[1].position, newest_first=False
    )
    assert later == oldest[2:]
