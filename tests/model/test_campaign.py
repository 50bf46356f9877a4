"""Campaigns: waves, outcomes, the share of failures that halts one."""

from typing import Any

import pytest

from domain.model.aggregate import Fact, Refused
from domain.model.campaign import Campaign, Plan, call_of, payload_for
from tests.model.story import LATER, NOON, given


def planned(*stations, **changes):
    plan = Plan(action="Reset", payload='{"type":"Soft"}', stations=stations, **changes)
    return Campaign.create("K1", plan, kind="campaign", name="calm", by="olga", at=NOON)


def reported(campaign, *stations, outcome="succeeded"):
    for station in stations:
        campaign.report(station, outcome, "", call="c", at=NOON)
    return campaign


def wave(number, first, size):
    return Campaign.Released, {"wave": number, "first": first, "size": size}


def outcome(station, outcome="succeeded"):
    return Campaign.Reported, {"station": station, "outcome": outcome, "detail": "d", "call": "c"}


def report(story, station, outcome="succeeded"):
    return story.when(Campaign.report, station, outcome, "d", call="c", at=LATER)


FINISHED: tuple[type[Fact], dict[str, Any]] = (Campaign.Finished, {})


def test_a_campaign_begins_with_its_canaries():
    campaign = planned("A", "B", "C", canary=1, wave_size=2)
    assert [type(fact) for fact in campaign.pending_events] == [Campaign.Created, Campaign.Released]
    assert list(campaign.open) == ["A"]


def test_a_bulk_call_is_one_wave():
    assert list(planned("A", "B", "C").open) == ["A", "B", "C"]


def test_a_station_that_is_named_twice_is_one_member():
    assert list(planned("A", "B", "A").open) == ["A", "B"]


def test_the_next_wave_goes_out_when_the_last_of_this_one_is_done():
    story = given(planned("A", "B", "C", "D", "E", wave_size=2))
    report(story, "B").then(outcome("B"))
    report(story, "A").then(outcome("B"), outcome("A"), wave(2, 2, 2))


def test_the_last_wave_takes_what_is_left_and_then_it_is_finished():
    story = given(reported(planned("A", "B", "C", wave_size=2), "A", "B"))
    report(story, "C").then(outcome("C"), FINISHED)


def test_only_the_first_outcome_of_a_station_counts():
    story = given(reported(planned("A", "B"), "A"))
    report(story, "A", "failed").then()


def test_the_outcome_of_who_was_not_called_is_not_taken():
    story = given(planned("A", "B", wave_size=1))
    report(report(story, "B"), "Z").then()


def test_more_failures_than_may_be_halt_it_at_once():
    stations = [f"S{n}" for n in range(10)]
    campaign = planned(*stations, "LAST", wave_size=10, max_failure_permille=200)
    story = given(reported(campaign, "S0", "S1", outcome="failed"))
    halted = Campaign.Halted, {"reason": "3 of the 10 stations of wave 1 failed"}
    report(story, "S2", "failed").then(outcome("S2", "failed"), halted)


def test_a_share_of_failures_that_may_be_halts_nothing():
    campaign = planned("A", "B", "C", wave_size=2, max_failure_permille=500)
    story = given(reported(campaign, "A", outcome="failed"))
    report(story, "B").then(outcome("B"), wave(2, 2, 1))


def test_one_failing_canary_is_enough():
    story = given(planned("A", "B", canary=1, max_failure_permille=100))
    report(story, "A", "failed").then(outcome("A", "failed"), (Campaign.Halted, {}))


def test_who_is_taken_back_has_not_failed():
    story = given(planned("A", "B", wave_size=1, max_failure_permille=0))
    report(story, "A", "cancelled").then(outcome("A", "cancelled"), wave(2, 1, 1))


def test_a_halted_campaign_that_is_resumed_goes_on():
    campaign = planned("A", "B", wave_size=1, max_failure_permille=0)
    story = given(reported(campaign, "A", outcome="failed"))
    story.when(Campaign.resume, by="olga", at=LATER)
    story.then((Campaign.Resumed, {"by": "olga"}), wave(2, 1, 1))


def test_a_pause_does_not_make_failures_forgotten():
    campaign = planned("A", "B", "C", wave_size=2, max_failure_permille=0)
    campaign.pause(by="olga", at=NOON)
    story = given(reported(campaign, "A", outcome="failed"))
    story.when(Campaign.resume, by="olga", at=LATER)
    story.then((Campaign.Resumed, {}), (Campaign.Halted, {}))


def test_a_paused_campaign_hears_of_who_is_out_and_releases_nobody():
    campaign = planned("A", "B", wave_size=1)
    campaign.pause(by="olga", at=NOON)
    story = report(given(campaign), "A").then(outcome("A"))
    story.when(Campaign.resume, by="olga", at=LATER)
    story.then(outcome("A"), (Campaign.Resumed, {}), wave(2, 1, 1))


def test_a_cancelled_campaign_is_over_when_the_last_who_is_out_is_done():
    story = given(planned("A", "B", wave_size=1))
    story.when(Campaign.cancel, by="olga", at=LATER).then((Campaign.Cancelled, {"by": "olga"}))
    report(story, "A").then((Campaign.Cancelled, {}), outcome("A"), FINISHED)


def test_a_halted_campaign_without_anybody_out_is_over_when_cancelled():
    campaign = planned("A", "B", wave_size=1, max_failure_permille=0)
    story = given(reported(campaign, "A", outcome="failed"))
    story.when(Campaign.cancel, by="olga", at=LATER).then((Campaign.Cancelled, {}), FINISHED)


@pytest.mark.parametrize("decision", [Campaign.pause, Campaign.cancel])
def test_a_repeated_decision_changes_nothing(decision):
    campaign = planned("A", "B", wave_size=1)
    decision(campaign, by="olga", at=NOON)
    given(campaign).when(decision, by="olga", at=LATER).then()


def test_resuming_what_runs_changes_nothing():
    given(planned("A")).when(Campaign.resume, by="olga", at=LATER).then()


@pytest.mark.parametrize("decision", [Campaign.pause, Campaign.resume, Campaign.cancel])
def test_a_finished_campaign_cannot_be_steered(decision):
    with pytest.raises(Refused, match="finished"):
        decision(reported(planned("A"), "A"), by="olga", at=LATER)


@pytest.mark.parametrize("decision", [Campaign.pause, Campaign.resume])
def test_a_cancelled_campaign_does_not_go_on(decision):
    campaign = planned("A", "B")
    campaign.cancel(by="olga", at=NOON)
    with pytest.raises(Refused, match="cancelled"):
        decision(campaign, by="olga", at=LATER)


def test_a_halted_campaign_cannot_be_paused():
    campaign = reported(planned("A", "B", max_failure_permille=0), "A", outcome="failed")
    with pytest.raises(Refused, match="halted"):
        campaign.pause(by="olga", at=LATER)


def test_there_is_no_campaign_of_nobody():
    with pytest.raises(Refused, match="no station"):
        planned()


def test_there_is_a_most_of_stations():
    with pytest.raises(Refused, match="too many"):
        planned(*(str(n) for n in range(50_001)))


def test_a_member_has_one_call_however_often_it_is_asked_for():
    assert call_of("K1", "A") == call_of("K1", "A")
    assert len({call_of("K1", "A"), call_of("K1", "B"), call_of("K2", "A")}) == 3


def test_a_location_names_the_station_it_is_for():
    payload = '{"location":"ftp://h/{station}/x"}'
    assert (
        payload_for("GetDiagnostics", payload, 'a/"ü') == '{"location":"ftp://h/a%2F%22%C3%BC/x"}'
    )


def test_other_payloads_are_left_as_they_are():
    payload = '{"vendorId":"v","data":"{station}"}'
    assert payload_for("DataTransfer", payload, "A") == payload
