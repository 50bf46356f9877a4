"""What is carried between campaigns and stations, by the timers, on every database."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from domain import wire
from domain.handling.wishes import OPERATIONS
from domain.model.campaign import Campaign, Plan, call_of
from domain.model.job_progress import SIGNED_FIRMWARE
from domain.model.maintenance import Maintenance
from domain.model.operations import ReportMember, RequestCall
from projections import campaign_members, campaigns
from projections.errands import errands
from tests.projections.scene import NOON, Scene


@pytest.fixture
def scene(database):
    return Scene(database)


@pytest.fixture
def planned(scene):
    """A campaign over some stations."""

    def plan(*stations, id="K1", **changes):
        values: dict[str, Any] = {"action": "Reset", "payload": '{"type":"Soft"}', "ttl": 60}
        plan = Plan(stations=stations, timeout=7, **values | changes)
        campaign = Campaign.create(id, plan, kind="campaign", name="", by="olga", at=scene.now)
        scene.tell(campaign)
        return campaign

    return plan


def told(scene):
    """The wishes that are to be carried now."""
    return [
        wish for _, wish in scene.shown(lambda connection: list(errands(connection, scene.now)))
    ]


def read(scene):
    wishes = told(scene)
    assert all(isinstance(wish, wire.Wish) for wish in wishes)
    return [msgspec.json.decode(wish.body, type=OPERATIONS[wish.name]) for wish in wishes]


def member(scene, station, campaign="K1"):
    return scene.requested(call_of(campaign, station), station)


def report(station, outcome, detail="", campaign="K1"):
    return ReportMember(
        campaign=campaign,
        station=station,
        call=call_of(campaign, station),
        outcome=outcome,
        detail=detail,
    )


def test_a_station_that_did_not_take_it_says_why(scene, planned):
    planned("A", action="SignedUpdateFirmware", payload="{}", until="completed")
    call = member(scene, "A")
    call.answer('{"status":"InvalidCertificate"}', "", at=NOON)
    maintenance = Maintenance.begin("A", at=NOON)
    maintenance.request(call.name, SIGNED_FIRMWARE, location="x", by="olga", campaign="K1", at=NOON)
    maintenance.fail(call.name, SIGNED_FIRMWARE, "invalid_certificate", at=NOON)
    scene.tell(call, maintenance)
    assert read(scene) == [report("A", "failed", "invalid certificate")]


def test_what_was_found_out_before_goes_with_every_call(scene, planned):
    planned("CP1", "CP2", remark="verified")
    assert [wish.remark for wish in read(scene)] == ["verified", "verified"]
    assert scene.read(campaigns.find, "K1").remark == "verified"


def test_who_is_released_is_called(scene, planned):
    planned("A", "B", "C", wave_size=2)
    calls = read(scene)
    assert [call.station for call in calls] == ["A", "B"]
    assert calls[0] == RequestCall(
        station="A",
        call=call_of("K1", "A"),
        action="Reset",
        payload='{"type":"Soft"}',
        expires_at=NOON + timedelta(seconds=60),
        timeout=7,
        campaign="K1",
    )


def test_an_errand_has_the_same_name_whenever_it_is_told(scene, planned):
    planned("A")
    [first] = told(scene)
    scene.later(3600)
    [again] = told(scene)
    assert (first.id, first.key, first.by) == (again.id, "A", "olga")
    assert again.at > first.at


def test_a_location_names_each_station(scene, planned):
    planned("A/1", action="GetDiagnostics", payload='{"location":"ftp://h/{station}"}')
    assert read(scene)[0].payload == '{"location":"ftp://h/A%2F1"}'


def test_a_call_that_is_under_way_is_not_wished_again(scene, planned):
    planned("A")
    scene.tell(member(scene, "A"))
    assert told(scene) == []


@pytest.mark.parametrize(
    ("happened", "outcome", "detail"),
    [
        (lambda call: call.answer('{"status":"Rejected"}', "", at=NOON), "answered", "Rejected"),
        (lambda call: call.answer("{}", "", at=NOON), "answered", ""),
        (lambda call: call.answer("{broken", "", at=NOON), "answered", "unreadable"),
        (
            lambda call: call.refuse("NotSupported", "no", "{}", at=NOON),
            "failed",
            "NotSupported: no",
        ),
        (lambda call: call.time_out("no answer", at=NOON), "failed", "no answer"),
        (lambda call: call.reject("unknown", at=NOON), "failed", "unknown"),
    ],
)
def test_a_call_that_is_over_is_reported(scene, planned, happened, outcome, detail):
    planned("A")
    call = member(scene, "A")
    happened(call)
    scene.tell(call)
    assert read(scene) == [report("A", outcome, detail)]


@pytest.mark.parametrize(
    ("end", "outcome", "detail"),
    [
        (lambda call: call.expire(at=NOON), "failed", "the station did not connect in time"),
        (lambda call: call.cancel(by="olga", at=NOON), "cancelled", "taken back by olga"),
    ],
)
def test_what_may_be_out_all_the_same_is_reported_a_little_later(
    scene, planned, end, outcome, detail
):
    planned("A")
    call = member(scene, "A")
    end(call)
    scene.tell(call)
    scene.later(4)
    assert told(scene) == []
    scene.later(1)
    assert read(scene) == [report("A", outcome, detail)]


def test_what_went_out_while_it_was_taken_back_is_reported_by_its_answer(scene, planned):
    planned("A")
    call = member(scene, "A")
    call.cancel(by="olga", at=NOON)
    call.send(5, at=NOON)
    scene.tell(call)
    scene.later(60)
    assert told(scene) == []
    call.answer('{"status":"Accepted"}', "", at=NOON)
    scene.tell(call)
    assert read(scene) == [report("A", "answered", "Accepted")]


def test_what_was_reported_is_not_told_again(scene, planned):
    campaign, call = planned("A"), member(scene, "A")
    call.answer("{}", "", at=NOON)
    campaign.report("A", "succeeded", "", call=call_of("K1", "A"), at=NOON)
    scene.tell(call, campaign)
    assert told(scene) == []


def test_a_member_that_takes_too_long_is_overdue(scene, planned):
    planned("A", deadline=100)
    scene.tell(member(scene, "A"))
    scene.later(99)
    assert told(scene) == []
    scene.later(1)
    assert read(scene) == [report("A", "failed", "overdue")]


def test_a_member_that_cannot_be_called_is_overdue_too(scene, planned):
    planned("A", deadline=100)
    assert [type(each) for each in read(scene)] == [RequestCall]
    scene.later(100)
    assert report("A", "failed", "overdue") in read(scene)


def test_who_could_not_be_called_during_a_pause_is_not_overdue_for_it(scene, planned):
    campaign = planned("A", deadline=100)
    campaign.pause(by="olga", at=scene.now)
    scene.tell(campaign)
    scene.later(200)
    assert read(scene) == []
    campaign.resume(by="olga", at=scene.now)
    scene.tell(campaign)
    assert [type(each) for each in read(scene)] == [RequestCall]


@pytest.fixture
def unanswered(scene, planned):
    """A member whose station was asked for an update, and did not answer in time."""
    planned("A", action="UpdateFirmware", until="completed", deadline=600)
    maintenance, call = Maintenance.begin("A", at=NOON), member(scene, "A")
    job = call_of("K1", "A")
    maintenance.request(job, "firmware", location="x", by="olga", campaign="K1", at=NOON)
    call.send(5, at=NOON)
    maintenance.send(job, "firmware", at=NOON)
    call.time_out("no answer", at=NOON)
    maintenance.fail(job, "firmware", "timed_out", at=NOON)
    scene.tell(call, maintenance)
    return maintenance


def test_an_update_that_was_not_answered_may_be_carried_out_all_the_same(scene, unanswered):
    assert told(scene) == []
    unanswered.report("firmware", "Downloading", at=NOON)
    unanswered.report("firmware", "Installed", at=NOON)
    scene.tell(unanswered)
    assert read(scene) == [report("A", "succeeded", "installed")]


@pytest.mark.usefixtures("unanswered")
def test_an_update_that_nothing_is_heard_of_is_overdue(scene):
    scene.later(599)
    assert told(scene) == []
    scene.later(1)
    assert read(scene) == [report("A", "failed", "overdue")]


@pytest.fixture
def updating(scene, planned):
    """A member whose station has taken the request, and is at work."""
    planned("A", action="UpdateFirmware", until="completed")
    maintenance, call = Maintenance.begin("A", at=NOON), member(scene, "A")
    job = call_of("K1", "A")
    maintenance.request(job, "firmware", location="x", by="olga", campaign="K1", at=NOON)
    call.answer("{}", "", at=NOON)
    maintenance.answer(job, "firmware", file_name="", at=NOON)
    scene.tell(call, maintenance)
    return maintenance


@pytest.mark.parametrize(
    ("status", "outcome", "detail"),
    [
        ("Installed", "succeeded", "installed"),
        ("InstallationFailed", "failed", "installation failed"),
        ("DownloadFailed", "failed", "download failed"),
    ],
)
def test_a_job_is_reported_when_it_is_over(scene, updating, status, outcome, detail):
    updating.report("firmware", "Downloading", at=NOON)
    scene.tell(updating)
    assert told(scene) == []
    updating.report("firmware", status, at=NOON)
    scene.tell(updating)
    assert read(scene) == [report("A", outcome, detail)]


@pytest.mark.usefixtures("updating")
def test_a_job_that_never_ends_is_overdue(scene):
    scene.later(86_400)
    assert read(scene) == [report("A", "failed", "overdue")]


def test_a_job_that_another_took_the_place_of_has_failed(scene, updating):
    updating.request("another", "firmware", location="y", by="olga", campaign="", at=NOON)
    updating.send("another", "firmware", at=NOON)
    scene.tell(updating)
    assert read(scene) == [report("A", "failed", "superseded")]


def test_a_call_that_never_began_a_job_is_reported(scene, planned):
    planned("A", action="UpdateFirmware", until="completed")
    call = member(scene, "A")
    call.reject("unknown", at=NOON)
    scene.tell(call)
    assert read(scene) == [report("A", "failed", "unknown")]


def test_a_campaign_that_is_paused_calls_nobody_and_hears_of_all(scene, planned):
    campaign, call = planned("A", "B"), member(scene, "A")
    campaign.pause(by="olga", at=NOON)
    call.answer("{}", "", at=NOON)
    scene.tell(campaign, call)
    assert read(scene) == [report("A", "answered")]


def test_a_campaign_that_is_cancelled_takes_back_what_has_not_gone_out(scene, planned):
    campaign, queued, sent = planned("A", "B", "C"), member(scene, "B"), member(scene, "C")
    sent.send(5, at=NOON)
    campaign.cancel(by="otto", at=NOON)
    scene.tell(campaign, queued, sent)
    wishes = told(scene)
    assert [wish.by for wish in wishes] == ["otto", "otto"]
    assert [(call.station, call.withdrawn) for call in read(scene)] == [("A", True), ("B", True)]


def test_a_call_that_came_back_is_taken_back_under_another_name(scene, planned):
    campaign, call = planned("A"), member(scene, "A")
    campaign.cancel(by="olga", at=NOON)
    scene.tell(campaign, call)
    [first] = told(scene)
    call.send(5, at=NOON)
    call.give_back(5, "gone", at=NOON)
    scene.tell(call)
    [second] = told(scene)
    assert first.id != second.id


def test_only_so_much_is_told_at_a_time_and_everybody_has_a_share(scene, planned):
    planned(*(f"A{n}" for n in range(400)), id="K1")
    planned(*(f"B{n}" for n in range(400)), id="K2")
    stations = [call.station for call in read(scene)]
    assert len(stations) == 500
    assert sum(each.startswith("B") for each in stations) == 250


def test_campaigns_that_stand_still_leave_their_share_to_those_that_run(scene, planned):
    for number in range(20):
        campaign = planned("X", "Y", id=f"P{number}")
        campaign.pause(by="olga", at=NOON)
        scene.tell(campaign)
    planned("S", id="SMALL")
    planned(*(f"A{n}" for n in range(300)), id="K1")
    planned(*(f"B{n}" for n in range(300)), id="K2")
    stations = [call.station for call in read(scene)]
    assert sum(each.startswith("A") for each in stations) == 249
    assert sum(each.startswith("B") for each in stations) == 249
    assert "S" in stations


def test_the_rows_show_where_a_campaign_stands(scene, planned):
    campaign = planned("A", "B", "C", "D", wave_size=2, max_failure_permille=500)
    for station, outcome in (("A", "failed"), ("B", "succeeded")):
        campaign.report(station, outcome, "x", call=call_of("K1", station), at=NOON)
    scene.tell(campaign)
    row = scene.shown(campaigns.find, "K1")
    counts = (row.total, row.waiting, row.under_way, row.succeeded, row.failed, row.cancelled)
    assert (row.state, row.open, row.wave, counts) == ("running", True, 2, (4, 0, 2, 1, 1, 0))

    campaign.cancel(by="olga", at=NOON)
    scene.tell(campaign)
    assert scene.shown(campaigns.find, "K1").state == "cancelling"
    for station in ("C", "D"):
        campaign.report(station, "cancelled", "", call=call_of("K1", station), at=NOON)
    scene.tell(campaign)
    row = scene.shown(campaigns.find, "K1")
    assert (row.state, row.open, row.cancelled, row.finished_at) == ("cancelled", False, 2, NOON)


def test_a_halted_campaign_says_why(scene, planned):
    campaign = planned("A", "B", wave_size=1, max_failure_permille=0)
    campaign.report("A", "failed", "", call="", at=NOON)
    scene.tell(campaign)
    row = scene.shown(campaigns.find, "K1")
    assert (row.state, row.reason) == ("halted", "1 of the 1 stations of wave 1 failed")


def test_members_that_were_never_called_are_cancelled_with_their_campaign(scene, planned):
    campaign = planned("A", "B", wave_size=1)
    campaign.cancel(by="olga", at=NOON)
    scene.tell(campaign)
    shown = scene.shown(campaign_members.listed, "K1", after=-1, limit=10)
    assert [(row.station, row.state, row.outcome) for row in shown] == [
        ("A", "released", ""),
        ("B", "done", "cancelled"),
    ]


def test_the_members_of_a_campaign_are_listed_in_their_order(scene, planned):
    planned("B", "A", "C")
    call = member(scene, "A")
    call.answer('{"status":"Accepted"}', "", at=NOON)
    scene.tell(call)
    first = scene.shown(campaign_members.listed, "K1", after=-1, limit=2)
    rest = scene.read(campaign_members.listed, "K1", after=first[-1].place, limit=2)
    assert [row.station for row in first + rest] == ["B", "A", "C"]
    assert first[1].response == '{"status":"Accepted"}'
    assert first[0].response is None


def test_members_are_found_by_their_outcome(scene, planned):
    campaign = planned("A", "B")
    campaign.report("B", "failed", "why", call="", at=NOON)
    scene.tell(campaign)
    [row] = scene.shown(campaign_members.listed, "K1", outcome="failed", after=-1, limit=9)
    assert (row.station, row.detail) == ("B", "why")
