"""What answers to our calls, starts and stops mean for the profiles that a station holds."""

from datetime import timedelta
from typing import Any

import orjson
import pytest

from domain import wire
from domain.model import operations as op
from domain.model.charging import Charging
from domain.store.memory import MemoryLog
from tests.domain.house import House, heartbeat, start, stop

SCHEDULE = {
    "chargingRateUnit": "A",
    "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 6.0}],
}


def profile(id=7, purpose="TxDefaultProfile", **members):
    return {
        "chargingProfileId": id,
        "stackLevel": 0,
        "chargingProfilePurpose": purpose,
        "chargingProfileKind": "Relative",
        "chargingSchedule": SCHEDULE,
        **members,
    }


class CountingLog(MemoryLog):
    """Counts the queries for what stations hold."""

    looked = 0

    def read(self, known, *, upto=None):
        self.looked += any(stream.startswith("charging:") for stream in known)
        return super().read(known, upto=upto)


class ChargingHouse(House):
    """CP1 is called, and answers."""

    calls = 0

    def called(self, action, payload, answer="Accepted"):
        self.calls += 1
        call = f"call-{self.calls}"
        wish = op.RequestCall(
            station="CP1",
            call=call,
            action=action,
            payload=orjson.dumps(payload).decode(),
            expires_at=self.now,
        )
        self.process(self.wish(wish))
        self.process(wire.Sent(station="CP1", connection=5, call=call, at=self.now))
        if answer:
            self.process(self.received([3, call, {"status": answer}]))
        return call

    def set(self, *, connector=1, answer="Accepted", **what):
        payload = {"connectorId": connector, "csChargingProfiles": profile(**what)}
        return self.called("SetChargingProfile", payload, answer)

    def clear(self, answer="Accepted", **criteria):
        return self.called("ClearChargingProfile", criteria, answer)

    def remote_start(self, *, answer="Accepted", purpose="TxProfile", tag="ABC", **members):
        payload = {"idTag": tag, **members, "chargingProfile": profile(purpose=purpose)}
        return self.called("RemoteStartTransaction", payload, answer)

    def start(self, **what):
        return self.ask(start(**what))[2]["transactionId"]

    def held(self):
        """What is installed: the id, the connector and the transaction of each."""
        charging: Any = None
        for fact in self.told():
            if fact.originator_id == "charging:CP1":
                charging = fact.mutate(charging)
        installed = charging.installed if charging else {}
        return [(n, each["connector"], each["transaction"]) for n, each in installed.items()]


@pytest.fixture
def house():
    house = ChargingHouse(CountingLog())
    house.settle()
    return house


def test_an_accepted_profile_is_held_and_others_are_not(house):
    house.set(answer="Rejected")
    house.set(answer="NotSupported")
    assert house.held() == []
    call = house.set()
    assert house.held() == [(7, 1, None)]
    (told,) = [fact for fact in house.told() if isinstance(fact, Charging.Installed)]
    assert told.call == call
    assert orjson.loads(told.content) == profile()


def test_a_late_answer_counts_too(house):
    call = house.set(answer="")
    house.process(
        wire.TimedOut(station="CP1", connection=5, call=call, reason="silence", at=house.now)
    )
    assert house.held() == []
    house.process(house.received([3, call, {"status": "Accepted"}]))
    assert house.held() == [(7, 1, None)]


def test_a_callerror_changes_nothing(house):
    call = house.set(answer="")
    house.process(house.received([4, call, "PropertyConstraintViolation", "", {}]))
    assert house.held() == []


def test_what_is_cleared_is_gone_but_only_when_the_station_says_so(house):
    house.set()
    house.clear("Unknown", id=7)
    assert house.held() == [(7, 1, None)]
    house.clear(id=7)
    assert house.held() == []


def test_clearing_where_nothing_was_ever_held_tells_nothing(house):
    house.clear()
    assert not [topic for topic in house.topics() if topic.startswith("charging.")]


def test_a_profile_of_a_transaction_ends_with_its_stop(house):
    number = house.start()
    house.set(purpose="TxProfile", transactionId=number)
    assert house.held() == [(7, 1, number)]
    house.ask(stop(number))
    assert house.held() == []


def test_it_ends_when_an_operator_closes_the_transaction(house):
    number = house.start()
    house.set(purpose="TxProfile", transactionId=number)
    wish = op.CloseTransaction(station="CP1", transaction=number, reason="stuck")
    house.process(house.wish(wish))
    assert house.held() == []


def test_it_ends_when_another_start_supersedes_the_transaction(house):
    number = house.start()
    house.set(purpose="TxProfile", transactionId=number)
    house.start(message_id="s2", meter=900)
    assert house.held() == []


def test_without_a_number_it_is_of_the_transaction_that_runs_there(house):
    number = house.start()
    house.set(purpose="TxProfile")
    assert house.held() == [(7, 1, number)]


def test_an_answer_that_a_stop_overtook_installs_nothing(house):
    number = house.start()
    call = house.set(purpose="TxProfile", transactionId=number, answer="")
    house.ask(stop(number))
    house.process(house.received([3, call, {"status": "Accepted"}]))
    assert house.held() == []


def test_an_answer_that_a_closing_overtook_installs_nothing(house):
    number = house.start()
    call = house.set(purpose="TxProfile", transactionId=number, answer="")
    house.process(house.wish(op.CloseTransaction(station="CP1", transaction=number, reason="gone")))
    house.process(house.received([3, call, {"status": "Accepted"}]))
    assert house.held() == []


@pytest.mark.parametrize("purpose", ["ChargePointMaxProfile", "TxDefaultProfile"])
def test_other_profiles_outlive_transactions_and_boots(house, purpose):
    house.set(connector=0, purpose=purpose)
    house.ask(stop(house.start()))
    house.ask([2, "b", "BootNotification", {"chargePointVendor": "V", "chargePointModel": "M"}])
    assert house.held() == [(7, 0, None)]


@pytest.mark.parametrize("where", [{}, {"connectorId": 1}], ids=["any", "here"])
def test_the_profile_of_a_remote_start_is_of_the_transaction_that_follows(house, where):
    house.remote_start(**where)
    assert house.held() == []
    number = house.start(tag="abc")
    assert house.held() == [(7, 1, number)]
    house.ask(stop(number))
    assert house.held() == []


def test_a_profile_of_the_transaction_replaces_the_one_that_came_along(house):
    house.remote_start()
    number = house.start()
    house.set(id=8, purpose="TxProfile", transactionId=number)
    assert house.held() == [(8, 1, number)]


@pytest.mark.parametrize(
    "start", [{"answer": "Rejected"}, {"connectorId": 2}, {"tag": "OTHER"}], ids=str
)
def test_no_other_transaction_has_it(house, start):
    house.remote_start(**start)
    house.start()
    assert house.held() == []


def test_a_start_long_after_is_not_the_one_that_was_meant(house):
    house.remote_start()
    house.now += timedelta(hours=1)
    frame: Any = start()
    frame[3]["timestamp"] = house.now.isoformat()
    house.ask(frame)
    assert house.held() == []


def test_a_profile_of_another_purpose_is_no_promise(house):
    house.remote_start(purpose="TxDefaultProfile")
    house.start()
    assert house.held() == []


def test_stations_without_profiles_cost_no_query(house):
    house.restart()
    house.ask(heartbeat())
    house.ask(stop(house.start()))
    assert house.log.looked == 0


def test_what_a_station_holds_is_found_after_a_restart(house):
    house.remote_start()
    house.restart()
    number = house.start()
    assert house.held() == [(7, 1, number)]
    house.restart()
    house.ask(stop(number))
    assert house.held() == []


# --- the library --------------------------------------------------------------------------


def replied(house, wish):
    ((_, reply),) = house.process(house.wish(wish)).replies
    return reply


def test_a_number_is_given_once(house):
    save = op.SaveChargingProfile(profile=7, description="night", content="{}", only_new=True)
    assert replied(house, save).result == "7"
    assert replied(house, save).refused == "conflict"
    assert house.topics()[-2:] == ["profile.created", "profile.saved"]


def test_a_number_is_free_again_when_its_profile_is_removed(house):
    save = op.SaveChargingProfile(profile=7, description="night", content="{}", only_new=True)
    remove = op.RemoveChargingProfile(profile=7)
    assert replied(house, remove).refused == "not_found"
    house.process(house.wish(save))
    assert replied(house, remove).result == "7"
    assert replied(house, save).result == "7"
    assert house.topics()[-2:] == ["profile.removed", "profile.saved"]
