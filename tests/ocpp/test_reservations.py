"""What StartTransaction and StatusNotification mean for reservations (rules R4, R5, S7)."""

from datetime import timedelta

import pytest

from domain.model.connector import Connector
from domain.model.reservation import Reservation, Terms
from domain.model.station import Station
from tests.ocpp.harness import NOON, Csms, moment, start, station, token

UNTIL = NOON + timedelta(hours=1)


def reserved(*reservations: tuple[int, int], names: str = "CP1") -> Csms:
    """These numbers stand at these connectors of CP1."""
    holder, made = station(names), []
    for number, connector in reservations:
        reservation = Reservation.name(names, number, at=NOON)
        terms = Terms(connector, "ABC", "FAM", UNTIL)
        reservation.request("a", terms, by="olga", at=NOON)
        reservation.answer("a", terms, status="Accepted", at=NOON)
        holder.reserve(number, connector, at=NOON)
        made.append(reservation)
    return Csms().given(holder, token(parent="FAM"), token("DEF", parent="FAM"), *made)


def status(csms: Csms, text: str, connector: int = 1, **members: object) -> Csms:
    payload = {"connectorId": connector, "errorCode": "NoError", "status": text}
    return csms.when("StatusNotification", payload | members)


def told(csms: Csms) -> list[tuple[str, int]]:
    """What was told of reservations by the last message: how they ended, and their numbers."""
    kinds = (Reservation.Used, Reservation.Expired, Reservation.Ended)
    return [
        (getattr(fact, "reason", type(fact).__name__), int(fact.originator_id.split(":")[-1]))
        for fact in csms.told
        if isinstance(fact, kinds)
    ]


def remembered(csms: Csms) -> dict[int, int]:
    found = csms._repository.get(Station, "station:CP1")
    assert found is not None
    return found.reservations


# --- StartTransaction ---


@pytest.mark.parametrize("tag", ["ABC", "DEF"])
def test_a_start_uses_the_reservation_whatever_the_token(tag):
    csms = reserved((7, 1)).when("StartTransaction", start(idTag=tag, reservationId=7))
    used = [fact for fact in csms.told if isinstance(fact, Reservation.Used)]
    assert [(fact.transaction, fact.id_tag) for fact in used] == [(1, tag)]
    assert csms.answer["idTagInfo"] == {"parentIdTag": "FAM", "status": "Accepted"}
    assert remembered(csms) == {}


def test_the_verdict_stays_the_tokens_own():
    csms = reserved((7, 1)).when("StartTransaction", start(idTag="NOBODY", reservationId=7))
    assert csms.answer["idTagInfo"]["status"] == "Invalid"
    assert told(csms) == [("Used", 7)]


def test_a_repeated_start_uses_it_once():
    csms = reserved((7, 1)).when("StartTransaction", start(reservationId=7))
    assert told(csms.when("StartTransaction", start(reservationId=7))) == []


@pytest.mark.parametrize("number", [8, 0, -1, 2**53 - 1])
def test_an_unknown_reservation_is_no_error(number):
    csms = reserved((7, 1)).when("StartTransaction", start(reservationId=number))
    assert csms.answer["idTagInfo"]["status"] == "Accepted"
    assert told(csms) == []
    assert csms.deviations == []


def test_a_reservation_of_another_station_is_not_used():
    csms = reserved((7, 1), names="CP2").given(station())
    assert told(csms.when("StartTransaction", start(reservationId=7))) == []


def test_a_start_told_of_late_uses_what_has_expired_meanwhile():
    csms = status(reserved((7, 1)), "Reserved")
    status(csms.restart(), "Available", timestamp=moment(61))
    assert told(csms) == [("Expired", 7)]
    late = csms.when("StartTransaction", start(5, reservationId=7), after=timedelta(hours=2))
    assert told(late) == [("Used", 7)]


def test_a_start_loads_its_reservation_with_the_batch():
    csms = reserved((7, 1)).restart()
    csms.when("StartTransaction", start(reservationId=7))
    assert "reservation:CP1:7" in csms.log.queries[0]


# --- StatusNotification ---


@pytest.mark.parametrize("text", ["Faulted", "Unavailable"])
def test_a_connector_out_of_service_ends_what_is_held_there(text):
    csms = status(reserved((7, 1), (8, 2), (9, 0)), text)
    assert told(csms) == [(text.lower(), 7)]
    assert remembered(csms) == {8: 2, 9: 0}


@pytest.mark.parametrize("text", ["Faulted", "Unavailable"])
def test_a_station_out_of_service_ends_all(text):
    csms = status(reserved((7, 1), (8, 2), (9, 0)), text, 0)
    assert sorted(told(csms)) == [(text.lower(), 7), (text.lower(), 8), (text.lower(), 9)]
    assert remembered(csms) == {}


def test_from_reserved_to_available_it_is_released():
    csms = status(reserved((7, 1), (8, 2)), "Reserved")
    assert told(csms) == []
    assert told(status(csms, "Available")) == [("released", 7)]


def test_all_at_a_station_are_loaded_together():
    csms = reserved((7, 1), (8, 2), (9, 0)).restart()
    csms.log.queries.clear()
    status(csms, "Faulted", 0)
    assert len(csms.log.queries) == 2


def test_available_without_having_been_reserved_ends_nothing():
    assert told(status(status(reserved((7, 1)), "Preparing"), "Available")) == []


def test_reserved_then_preparing_ends_nothing():
    assert told(status(status(reserved((7, 1)), "Reserved"), "Preparing")) == []


@pytest.mark.parametrize("past", ["Available", "Faulted", "Unavailable"])
def test_a_status_of_the_past_ends_nothing(past):
    csms = status(reserved((7, 1)), "Reserved", timestamp=moment(0))
    assert told(status(csms, past, timestamp=moment(-5))) == []
    assert remembered(csms) == {7: 1}


def test_when_its_time_has_come_by_the_stations_clock_it_has_expired():
    csms = status(reserved((7, 1)), "Reserved")
    assert told(status(csms, "Available", timestamp=moment(60))) == [("Expired", 7)]


def test_without_reservations_a_status_costs_nothing_more():
    csms = reserved((7, 1))
    csms.log.queries.clear()
    status(csms, "Charging")
    assert csms.log.queries == [[Connector.id_of("CP1", 1)]]
