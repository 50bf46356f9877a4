"""Wishes of campaigns: planned, steered, reported to; and the calls of their members."""

from dataclasses import replace

import pytest
from msgspec import structs

from domain.model import operations as op
from domain.model.campaign import Campaign, Plan, call_of
from domain.repository import Repository

CALL = call_of("K1", "CP1")


@pytest.fixture
def wished(house):
    """The reply to an operation."""

    def wish(operation):
        ((_, reply),) = house.process(house.wish(operation)).replies
        return reply

    return wish


def create(*stations, **changes):
    plan = Plan(action="Reset", payload='{"type":"Soft"}', stations=stations, **changes)
    return op.CreateCampaign(campaign="K1", kind="campaign", name="calm", plan=plan)


def report(outcome, detail="", station="CP1"):
    return op.ReportMember(
        campaign="K1", station=station, call=CALL, outcome=outcome, detail=detail
    )


def member(house, **changes):
    values = {
        "station": "CP1",
        "call": CALL,
        "action": "Reset",
        "payload": '{"type":"Soft"}',
        "expires_at": house.now,
        "campaign": "K1",
    }
    return op.RequestCall(**values | changes)


def last(house):
    return house.told()[-1]


def test_a_campaign_lives_through_its_facts(house, wished):
    assert wished(create("CP1", "CP2", wave_size=1)).result == "K1"
    wished(op.PauseCampaign(campaign="K1"))
    wished(report("succeeded"))
    wished(op.ResumeCampaign(campaign="K1"))
    wished(op.CancelCampaign(campaign="K1"))
    told = [fact for fact in house.topics() if fact.startswith("campaign.")]
    happened = ["created", "released", "paused", "reported", "resumed", "released", "cancelled"]
    assert told == [f"campaign.{each}" for each in happened]


def test_a_campaign_that_is_wished_again_is_the_same(house, wished):
    wished(create("CP1"))
    wished(create("CP1", "CP2"))
    assert house.topics().count("campaign.created") == 1


@pytest.mark.parametrize(
    "wish", [op.PauseCampaign, op.ResumeCampaign, op.CancelCampaign], ids=lambda kind: kind.__name__
)
def test_what_is_no_campaign_cannot_be_steered(wished, wish):
    assert wished(wish(campaign="K9")).refused == "not_found"


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        ("Accepted", "succeeded"),
        ("accepted", "succeeded"),
        ("Scheduled", "succeeded"),
        ("RebootRequired", "succeeded"),
        ("Unlocked", "succeeded"),
        ("Rejected", "failed"),
        ("NotSupported", "failed"),
        ("VersionMismatch", "failed"),
        ("Maybe", "failed"),
    ],
)
def test_an_answer_is_judged_by_its_status(house, wished, status, outcome):
    wished(create("CP1", "CP2"))
    wished(report("answered", status))
    assert (last(house).outcome, last(house).detail) == (outcome, status)


def test_an_answer_without_the_status_it_must_have_is_no_success(house, wished):
    wished(create("CP1", "CP2"))
    wished(report("answered", ""))
    assert (last(house).outcome, last(house).detail) == ("failed", "the answer has no status")


@pytest.mark.parametrize("action", ["GetConfiguration", "UpdateFirmware", "GetDiagnostics"])
def test_an_answer_that_has_no_status_is_a_success(house, wished, action):
    created = create("CP1", "CP2")
    wished(replace(created, plan=replace(created.plan, action=action, payload="{}")))
    wished(report("answered", ""))
    assert (last(house).outcome, last(house).detail) == ("succeeded", "")


def test_a_wish_that_nobody_waits_for_is_granted_too(house):
    silent = structs.replace(house.wish(create("CP1")), reply_to="")
    assert house.process(silent).replies == []
    assert "campaign.created" in house.topics()


def test_a_report_that_comes_again_under_another_day_changes_nothing(house, wished):
    wished(create("CP1"))
    wished(report("succeeded"))
    wished(report("failed"))
    assert house.topics().count("campaign.reported") == 1


def test_a_member_that_cannot_be_called_is_on_record(house, wished):
    wished(member(house, station="NOBODY"))
    assert house.topics()[-2:] == ["call.requested", "call.rejected"]
    assert last(house).reason == "this station is not registered"


def test_a_member_is_called_once_however_often_it_is_wished(house, wished):
    wished(member(house))
    wished(member(house))
    assert house.topics().count("call.requested") == 1


def test_a_call_that_waits_is_taken_back(house, wished):
    wished(member(house))
    wished(member(house, withdrawn=True))
    assert house.topics()[-2:] == ["call.requested", "call.cancelled"]


def test_a_call_that_was_taken_back_first_is_never_sent(house, wished):
    wished(member(house, withdrawn=True))
    wished(member(house))
    assert house.topics()[-2:] == ["call.requested", "call.cancelled"]


def test_a_call_that_has_gone_out_is_not_taken_back(house, wished):
    wished(member(house))
    house.ask([3, CALL, {"status": "Accepted"}])
    wished(member(house, withdrawn=True))
    assert house.topics()[-1] == "call.answered"


def test_a_campaign_goes_on_after_a_restart_from_its_snapshot(house, wished):
    stations = [f"S{n}" for n in range(600)]
    wished(create(*stations, wave_size=590))
    for station in stations[:590]:
        wished(report("succeeded", station=station))
    house.restart()
    for station in stations[590:]:
        wished(report("succeeded", station=station))
    assert house.topics()[-1] == "campaign.finished"
    campaign = Repository(house.log).get(Campaign, "campaign:K1")
    assert campaign
    assert campaign.over
    assert len(house.log.read({"campaign:K1": 0})[0]) == 1
