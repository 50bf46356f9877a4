"""Whatever is asked, answered, late, lost or restarted: once all answers are in, both sides agree.

The station takes calls in their order and answers them as it likes, some of them late.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count

import orjson
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from domain import wire
from domain.model import operations as op
from domain.model.reservation import Reservation
from domain.model.station import Station
from tests.domain.house import House

NUMBERS, CONNECTORS = st.sampled_from([7, -1]), st.integers(0, 2)
NOBODYS = 99
HOWS = st.sampled_from(
    [
        "take",
        "take",
        "take late",
        "take late",
        "decline",
        "decline late",
        "fail",
        "take back",
        "take back too late",
        "take back too late",
        "wait",
    ]
)
STATUSES = ["Reserved", "Available", "Preparing", "Faulted", "Unavailable"]
FINAL = (Reservation.Used, Reservation.Cancelled, Reservation.Expired, Reservation.Ended)


@dataclass
class Box:
    """The station's side of the story."""

    kept: dict[int, tuple[int, datetime]] = field(default_factory=dict)

    def take(self, action: str, payload: dict, *, refusal: str) -> str:
        number = payload["reservationId"]
        if action == "CancelReservation":
            known = self.kept.pop(number, None) if not refusal else None
            return "Accepted" if known else "Rejected"
        if not refusal:
            until = datetime.fromisoformat(payload["expiryDate"])
            self.kept[number] = (payload["connectorId"], until)
        return refusal or "Accepted"

    def drop(self, lost) -> None:
        self.kept = {n: kept for n, kept in self.kept.items() if not lost(*kept)}


class ReservationMachine(RuleBasedStateMachine):
    """An operator, a station, timers and restarts, in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.house, self.box = House(), Box()
        self.house.settle()
        self.names = count()
        self.queued: list[tuple[str, str, dict]] = []
        self.late: list[tuple[str, str]] = []
        self.fired: set[str] = set()
        self.statuses: dict[int, str] = {}

    # --- the operator ---

    @rule(number=NUMBERS, connector=CONNECTORS, minutes=st.integers(0, 20), how=HOWS)
    def reserve(self, number, connector, minutes, how):
        until = (self.house.now + timedelta(minutes=minutes)).isoformat()
        payload = {"connectorId": connector, "expiryDate": until, "idTag": "ABC"}
        self._call("ReserveNow", payload | {"reservationId": number}, how)

    @rule(number=NUMBERS | st.just(NOBODYS), how=HOWS)
    def cancel(self, number, how):
        self._call("CancelReservation", {"reservationId": number}, how)

    def _call(self, action, payload, how):
        call = f"call-{next(self.names)}"
        wish = op.RequestCall(
            station="CP1",
            call=call,
            action=action,
            payload=orjson.dumps(payload).decode(),
            expires_at=self.house.now + timedelta(days=1),
        )
        self.house.process(self.house.wish(wish))
        self.queued.append((call, action, payload))
        while self.queued and how != "wait":
            self._deliver(how)

    # --- the station ---

    def _deliver(self, how):
        call, action, payload = self.queued.pop(0)
        if "back" in how:
            self.house.process(self.house.wish(op.CancelCall(station="CP1", call=call)))
        if how == "take back":
            return
        sent = wire.Sent(station="CP1", connection=5, call=call, at=self.house.now)
        self.house.process(sent)
        if how == "fail":
            self.house.process(self.house.received([4, call, "NotSupported", "", {}]))
            return
        refusal = "Rejected" if "decline" in how else ""
        status = self.box.take(action, payload, refusal=refusal)
        if how.endswith(("take late", "decline late")):
            self._time_out(call)
            self.late.append((call, status))
        else:
            self._answer(call, status)

    @precondition(lambda self: self.late)
    @rule(data=st.data())
    def answer_late(self, data):
        place = data.draw(st.integers(0, len(self.late) - 1))
        self._answer(*self.late.pop(place))

    def _time_out(self, call):
        at = self.house.now
        lost = wire.TimedOut(station="CP1", connection=5, call=call, reason="silence", at=at)
        self.house.process(lost)

    def _answer(self, call, status):
        self.house.process(self.house.received([3, call, {"status": status}]))

    @precondition(lambda self: not self.late)  # what it keeps, it has told us of
    @rule(connector=CONNECTORS, text=st.sampled_from(STATUSES))
    def report(self, connector, text):
        before, self.statuses[connector] = self.statuses.get(connector), text
        if text in {"Faulted", "Unavailable"}:
            self.box.drop(lambda place, _: connector in {0, place})
        elif (before, text) == ("Reserved", "Available"):
            self.box.drop(lambda place, _: place == connector)
        payload = {"connectorId": connector, "errorCode": "NoError", "status": text}
        self.house.ask([2, "m", "StatusNotification", payload])

    @rule(data=st.data())
    def start(self, data):
        number = data.draw(st.sampled_from([*self.box.kept, NOBODYS]))
        self.box.kept.pop(number, None)
        payload = {
            "connectorId": data.draw(st.integers(1, 2)),
            "idTag": "ABC",
            "meterStart": next(self.names),
            "timestamp": self.house.now.isoformat(),
            "reservationId": number,
        }
        answer = self.house.ask([2, "m", "StartTransaction", payload])
        assert answer[2]["idTagInfo"]["status"] == "Accepted"

    # --- time ---

    @rule(minutes=st.integers(1, 15), number=NUMBERS, restart=st.booleans())
    def wait(self, minutes, number, restart):
        overtaken = self.house.now
        if restart:
            self.house.restart()
        self.house.now += timedelta(minutes=minutes)
        self.fire()
        self._fire(f"stale-{next(self.names)}", number, overtaken)

    def fire(self):
        """As the timers do: once for each call that made one stand; some are told twice."""
        for each in self._held():
            if each.expires_at and each.expires_at <= self.house.now:
                id = f"{each.number}:{each.held}"
                assert id not in self.fired
                self.fired.add(id)
                for _ in range(2):
                    self._fire(id, each.number, self.house.now)
        self.box.drop(lambda _, until: until <= self.house.now)

    def _fire(self, id, number, at):
        due = wire.Due(id=id, key="CP1", name="expire_reservation", subject=str(number), at=at)
        self.house.process(due)

    # --- what is always so ---

    def _held(self) -> list[Reservation]:
        found = [self._find(Reservation, Reservation.id_of("CP1", n)) for n in (7, -1, NOBODYS)]
        return [each for each in found if each is not None and each.held]

    def _find(self, kind, stream):
        return self.house.csms._repository.get(kind, stream)

    @invariant()
    def the_station_is_remembered_to_hold_what_stands(self):
        station = self._find(Station, "station:CP1")
        assert station.reservations == {each.number: each.connector for each in self._held()}

    @precondition(lambda self: not self.late)
    @invariant()
    def both_sides_agree(self):
        known = {each.number: (each.connector, each.expires_at) for each in self._held()}
        assert self._ahead(known) == self._ahead(self.box.kept)

    def _ahead(self, kept):
        return {n: (place, until) for n, (place, until) in kept.items() if until > self.house.now}

    def teardown(self) -> None:
        """Each life ended once, and nothing failed."""
        ends: dict[str, list[type]] = {}
        for fact in self.house.told():
            stream = fact.originator_id
            if isinstance(fact, Reservation.Accepted | Reservation.Unanswered):
                ends[stream] = []
            elif isinstance(fact, FINAL):
                ends[stream].append(type(fact))
                told_late = len(ends[stream]) == 2 and ends[stream][1] is Reservation.Used
                assert len(ends[stream]) == 1 or told_late
                assert ends[stream].count(Reservation.Used) <= 1
        assert "quarantine.kept" not in self.house.topics()


ReservationMachine.TestCase.settings = settings(max_examples=150, stateful_step_count=40)
TestReservations = ReservationMachine.TestCase
