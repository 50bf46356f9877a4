"""Station: registered, connected with a fencing token, booted, removed."""

import pytest

from domain.model.aggregate import Refused
from domain.model.station import Station
from domain.model.values import Boot, Profile, Registration, Socket
from tests.model.story import LATER, NOON, given

BOOT = Boot("ACME", "One", firmware_version="1.0")


def registered(registration: Registration = Registration.ACCEPTED) -> Station:
    profile = Profile(registration=registration, heartbeat_interval=300, boot_retry_interval=60)
    return Station.register("CP1", profile, by="olga", at=NOON)


def socket(connection: int) -> Socket:
    return Socket(connection=connection, node="g1", protocol="ocpp1.6", profile=2, credential="c1")


def connected(connection: int = 5) -> Station:
    station = registered()
    station.connect(socket(connection), at=NOON)
    return station


def test_a_station_is_registered_with_its_profile():
    station = registered()
    assert station.id == "station:CP1"
    assert station.registration == "Accepted"


def test_configuring_the_same_again_changes_nothing():
    profile = Profile(heartbeat_interval=300, boot_retry_interval=60)
    given(registered()).when(Station.configure, profile, by="olga", at=LATER).then()


def test_removing_twice_is_refused():
    story = given(registered()).when(Station.remove, by="olga", at=LATER)
    with pytest.raises(Refused, match="not registered"):
        story.when(Station.remove, by="olga", at=LATER)


def test_a_removed_station_can_be_registered_again():
    station = registered()
    station.remove(by="olga", at=NOON)
    (
        given(station)
        .when(Station.configure, Profile(note="back"), by="olga", at=LATER)
        .then((Station.Restored, {}), (Station.Configured, {"note": "back"}))
    )


def test_the_newest_socket_wins():
    proof = {"profile": 2, "credential": "c1", "certificate": ""}
    (
        given(connected(5))
        .when(Station.connect, socket(6), at=LATER)
        .when(Station.connect, socket(4), at=LATER)
        .then((Station.Connected, {"connection": 6, **proof}))
    )


def test_the_late_end_of_an_old_socket_does_not_take_the_station_offline():
    station = connected(5)
    station.connect(socket(6), at=NOON)
    given(station).when(Station.disconnect, 5, code=1006, reason="", at=LATER).then()


def test_the_end_of_the_current_socket_is_told_once():
    (
        given(connected(5))
        .when(Station.disconnect, 5, code=1000, reason="bye", at=LATER)
        .when(Station.disconnect, 5, code=1006, reason="gateway lost", at=LATER)
        .then((Station.Disconnected, {"code": 1000, "reason": "bye"}))
    )


@pytest.mark.parametrize(
    ("registration", "interval"),
    [(Registration.ACCEPTED, 300), (Registration.PENDING, 60), (Registration.REJECTED, 60)],
)
def test_a_boot_is_answered_with_the_registration_and_its_interval(registration, interval):
    story = given(registered(registration)).when(Station.boot, BOOT, at=LATER)
    assert story.answer == (registration, interval)
    story.then((Station.Booted, {"status": registration, "vendor": "ACME"}))


def test_a_deviation_is_told_once_per_firmware():
    station = registered()
    station.boot(BOOT, at=NOON)
    story = given(station)
    story.when(Station.deviate, "Heartbeat", "unknown field x", at=LATER)
    story.when(Station.deviate, "Heartbeat", "unknown field x", at=LATER)
    story.then((Station.Deviated, {"action": "Heartbeat"}))
    story.aggregate.boot(Boot("ACME", "One", firmware_version="2.0"), at=LATER)
    story.when(Station.deviate, "Heartbeat", "unknown field x", at=LATER)
    assert isinstance(story.aggregate.pending_events[-1], Station.Deviated)


def test_only_a_connected_station_can_be_disconnected():
    with pytest.raises(Refused, match="not connected"):
        given(registered()).when(Station.wish_disconnect, by="olga", at=LATER)
