"""Whatever happened, in whatever batches: rows rebuilt are the rows that grew live."""

from datetime import timedelta

import orjson
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.model.aggregate import Refused
from domain.model.audit import Audit
from domain.model.campaign import Campaign, Plan, call_of
from domain.model.charging import Assignment, Charging, Criteria
from domain.model.charging_profile import ChargingProfile
from domain.model.configuration import Configuration
from domain.model.connector import Connector
from domain.model.job_progress import DIAGNOSTICS, FIRMWARE, LOG, SIGNED_FIRMWARE
from domain.model.key_value import KeyValue
from domain.model.list_update import ListUpdate
from domain.model.local_entries import Entry
from domain.model.local_list import LocalList
from domain.model.maintenance import Maintenance
from domain.model.meter import Meter
from domain.model.quarantine import Decided, Quarantine, Ruling
from domain.model.reservation import Reservation, Terms
from domain.model.schedule_report import ScheduleReport
from domain.model.station import Station
from domain.model.stranger import Stranger
from domain.model.token import Permit, Token
from domain.model.transaction import Start, Stop, Transaction
from domain.model.values import Boot, Profile, Standing, Verdict
from projections.migration import READ_MODELS
from tests.projections.certified import KINDS, Certified
from tests.projections.scene import Scene, tables
from tests.projections.secured import SECURED, Secured

_IDS = ["CP1", "CP2"]
_MEMBERS = [f"M{n}" for n in range(5)]
_POWER = {"value": "7", "measurand": "Power.Active.Import", "unit": "kW"}
_SAMPLES = [[{"value": "1"}], [{"value": "x", "unit": "A"}, {"value": "2.5"}, _POWER], []]


class World(Certified, Secured):
    """A few aggregates of each kind, to which anything may happen."""

    def __init__(self, scene):
        self.scene = scene
        self.kept = {}

    def get(self, key, make):
        if key not in self.kept:
            self.kept[key] = make()
        return self.kept[key]

    def happen(self, what, who, how):
        at = self.scene.later(how)
        try:
            touched = getattr(self, what)(_IDS[who], how, at)
        except Refused:
            return
        self.scene.tell(touched)

    def station(self, id, how, at):
        station = self.get(id, lambda: Station.register(id, Profile(), by="x", at=at))
        match how % 7:
            case 0:
                station.remove(by="x", at=at)
            case 1:
                station.configure(Profile(note=str(how)), by="x", at=at)
            case 2 | 3:
                station.connect(self.socket(how), at=at)
            case 4:
                station.disconnect(station.connection, code=1000, reason="", at=at)
            case 5:
                station.boot(Boot("v", "m", firmware_version=str(how)), at=at)
            case 6:
                station.deviate("Heartbeat", "late", at=at)
        return station

    def stranger(self, id, how, at):
        stranger = self.get(("stranger", id), lambda: Stranger.notice(id, at=at))
        stranger.knock("ocpp1.6", str(how), at=at)
        return stranger

    def connector(self, id, how, at):
        make = lambda: Connector.appear(id, how % 2, at=at)  # noqa: E731
        connector = self.get(("connector", id, how % 2), make)
        if how % 3:
            reported = at - timedelta(seconds=how % 50)
            connector.report(str(how % 4), "NoError", ["", "", ""], reported_at=reported, at=at)
        elif connector.transaction:
            connector.free(connector.transaction, at=at)
        else:
            connector.take(how + 1, at=at)
        return connector

    def transaction(self, id, how, at):
        start = Start(id, 1, "ABC", 100, at)
        number = 1 + how % 3
        transaction = self.get(number, lambda: Transaction.start(number, start, at=at))
        match how % 4:
            case 0:
                transaction.judge(Verdict(Standing.ACCEPTED), at=at)
            case 1:
                transaction.stop(Stop(how, at), at=at)
            case 2:
                transaction.close(reason="x", by="x", meter_wh=how, at=at)
        return transaction

    def meter(self, id, how, at):
        number = 1 + how % 3
        stream = Meter.of_transaction(number) if number in self.kept else Meter.of_connector(id, 1)
        meter = self.get(stream, lambda: Meter.resume(stream, [], at=at))
        meter.read(
            orjson.dumps(_SAMPLES[how % 3]).decode(),
            station=id,
            connector=1,
            transaction=number,
            sampled_at=at,
            register_wh=how if how % 2 else None,
            source="MeterValues",
            at=at,
        )
        return meter

    def token(self, id, how, at):
        token = self.get(("token", id), lambda: Token.issue(id, Permit(), by="x", at=at))
        match how % 4:
            case 0:
                token.withdraw(by="x", at=at)
            case 1:
                token.permit(Permit(concurrent_limit=how), by="x", at=at)
            case 2:
                token.use(how, at=at)
            case 3:
                token.release(next(iter(token.transactions), 0), at=at)
        return token

    def call(self, id, how, at, name=""):
        name = name or f"{id}{how % 3}"
        call = self.get(("call", name), lambda: self.scene.requested(name, id))
        steps = (
            lambda: call.send(how, at=at),
            lambda: call.give_back(how, "gone", at=at),
            lambda: call.answer("{}", "", at=at),
            lambda: call.refuse("GenericError", "", "{}", at=at),
            lambda: call.time_out("silence", at=at),
            lambda: call.expire(at=at),
            lambda: call.cancel(by="x", at=at),
        )
        steps[how % 7]()
        return call

    def quarantine(self, id, how, at):
        stream = Quarantine.id_of(id, str(how))
        make = lambda: Quarantine.keep(  # noqa: E731
            stream,
            station=id,
            reason="r",
            action="a",
            message_id="m",
            frame="f",
            subject=str(how),
            detail="",
            at=at,
        )
        case = self.get(stream, make)
        if how % 3 == 0:
            case.fail_again("trace", by="x", at=at)
        elif case.open:
            case.resolve(Decided(ruling=Ruling.DISMISS, note="n", by="x"), at=at)
        else:
            case.reopen(note="n", by="x", at=at)
        return case

    def audit(self, id, how, at):
        values = {"operation": "A", "detail": "", "outcome": Audit.GRANTED, "reason": ""}
        make = lambda: Audit.record(str(how), by="x", origin="o", subject=id, at=at, **values)  # noqa: E731
        return self.get(("audit", how), make)

    def campaign(self, id, how, at):
        plan = Plan(action="Reset", payload="{}", stations=tuple(_MEMBERS), wave_size=2)
        make = lambda: Campaign.create(id, plan, kind="bulk", name="", by="x", at=at)  # noqa: E731
        campaign = self.get(("campaign", id), make)
        match how % 6:
            case 0:
                campaign.pause(by="x", at=at)
            case 1:
                campaign.resume(by="x", at=at)
            case 2 if how > 100:
                campaign.cancel(by="x", at=at)
            case _:
                station, outcome = _MEMBERS[how % 5], ("succeeded", "failed")[how % 2]
                campaign.report(station, outcome, "d", call=call_of(id, station), at=at)
        return campaign

    def member(self, id, how, at):
        name = call_of(id, _MEMBERS[how % 5])
        return self.call(name, 3 * how, at, name=name)

    def maintenance(self, id, how, at):
        make = lambda: Maintenance.begin(id, at=at)  # noqa: E731
        maintenance = self.get(("maintenance", id), make)
        kind, job = (FIRMWARE, LOG, SIGNED_FIRMWARE, DIAGNOSTICS)[how % 4], f"job {id} {how % 12}"
        number = how % 12 if kind in {LOG, SIGNED_FIRMWARE} else None
        statuses = ("Downloading", "Uploading", "Installed", "Uploaded", "DownloadFailed", "Idle")
        match how % 7:
            case 0:
                maintenance.request(job, kind, location="x", by="x", number=number, at=at)
            case 1:
                maintenance.answer(job, kind, file_name=str(how), at=at)
            case 2:
                maintenance.fail(job, kind, ("refused", "timed_out")[how % 3 == 0], at=at)
            case 3:
                maintenance.report(kind, statuses[how % 6], number=number, at=at)
            case 4:
                maintenance.boot(str(how), at=at)
            case 5:
                maintenance.send(job, kind, at=at)
            case 6:
                maintenance.close(job, reason="r", by="x", at=at)
        return maintenance

    def configuration(self, id, how, at):
        make = lambda: Configuration.begin(id, at=at)  # noqa: E731
        configuration = self.get(("configuration", id), make)
        key, value, call = f"K{how % 3}", str(how % 4), f"c{how % 2}"
        told = KeyValue(key, value if how % 5 else None, readonly=how % 2 == 0)
        steps = (
            lambda: configuration.report([told], [f"k{how % 7}"], complete=False, at=at),
            lambda: configuration.request_change(call, key, value, by="x", at=at),
            lambda: configuration.change(call, key, value, status="Accepted", at=at),
            lambda: configuration.change(call, key, value, status="RebootRequired", at=at),
            lambda: configuration.fail_change(call, key, value, reason="refused", at=at),
            lambda: configuration.take_effect(5, at=at),
            lambda: configuration.desire(key, value, by="x", at=at),
            lambda: configuration.drop_desire(key, by="x", at=at),
            lambda: configuration.set_automatic(automatic=how % 2 == 0, by="x", at=at),
        )
        steps[how % 9]()
        return configuration

    def schedule(self, id, how, at):
        make = lambda: ScheduleReport.begin(id, how % 2, at=at)  # noqa: E731
        report = self.get(("schedule", id, how % 2), make)
        start = at if how % 3 else None
        report.report(
            str(how), status="x", duration=how, unit="A", start=start, schedule="{}", at=at
        )
        return report

    def charging(self, id, how, at):
        charging = self.get(("charging", id), lambda: Charging.begin(id, at=at))
        number = how % 4 or None
        given = Assignment(how % 5, how % 2, "TxProfile", how % 3, number, "{}", str(how))
        match how % 6:
            case 0:
                charging.clear(Criteria(profile=how % 5), call="c", at=at)
            case 1:
                charging.end(how % 4, at=at)
            case _:
                charging.install(given, at=at)
        return charging

    def library(self, id, how, at):
        number = how % 3
        make = lambda: ChargingProfile.create(number, by="x", at=at)  # noqa: E731
        profile = self.get(("library", number), make)
        if how % 4:
            profile.save(f"{id} {how}", "{}", by="x", at=at)
        else:
            profile.remove(by="x", at=at)
        return profile

    def reservation(self, id, how, at):
        make = lambda: Reservation.name(id, how % 2, at=at)  # noqa: E731
        reservation = self.get(("reservation", id, how % 2), make)
        call, terms = f"r{how % 3}", Terms(how % 3, "ABC", "", at)
        steps = (
            lambda: reservation.request(call, terms, by="x", at=at),
            lambda: reservation.answer(call, terms, status="Accepted", at=at),
            lambda: reservation.answer(call, terms, status="Occupied", at=at),
            lambda: reservation.fail(call, terms, reason="timed_out", at=at),
            lambda: reservation.fail(call, terms, reason="refused", at=at),
            lambda: reservation.request_cancel("c", by="x", at=at),
            lambda: reservation.answer_cancel("c", status="Accepted", at=at),
            lambda: reservation.use(how, id_tag="ABC", began=at, at=at),
            lambda: reservation.release(told=at, clock=at, at=at),
            lambda: reservation.end("faulted", at=at),
        )
        steps[how % 10]()
        return reservation

    def local_list(self, id, how, at):
        begin = lambda: LocalList.begin(id, at=at)  # noqa: E731
        listed = self.get(("local list", id), begin)
        call, some = f"l{how % 3}", (Entry(f"T{how % 4}"), Entry("t1", "Blocked", parent=str(how)))
        steps = (
            lambda: listed.replace(call, how, some, late=how % 2 == 0, at=at),
            lambda: listed.amend(call, how, some, late=False, at=at),
            lambda: listed.amend(call, how, (Entry("T1", ""), some[0]), late=False, at=at),
            lambda: listed.fail(call, "Full", how, ("Failed", "timed_out")[how % 2], at=at),
            lambda: listed.tell(call, how % 5 - 1, late=False, at=at),
            lambda: listed.conflict(how % 3, at=at),
            lambda: listed.switch_fallback(on=how % 2 == 0, by="x", at=at),
        )
        steps[how % 7]()
        return listed

    def list_update(self, id, how, at):
        update = self.get(("list update", id), lambda: ListUpdate.begin(id, at=at))
        match how % 4:
            case 0:
                update.abandon("x", at=at)
            case 1:
                update.fail(update.call, "Failed", at=at)
            case 2:
                update.advance(update.call, at=at)
        if not update.under_way:
            update.plan(f"u{how}", ("a", "b"), part_size=1, ttl=0, timeout=1, by="x", at=at)
        return update


_KINDS = [
    "station",
    "reservation",
    "stranger",
    "maintenance",
    "connector",
    "transaction",
    "meter",
    "token",
    "call",
    "quarantine",
    "audit",
    "schedule",
    "charging",
    "library",
    "campaign",
    "member",
    "configuration",
    "local_list",
    "list_update",
    *KINDS,
    *SECURED,
]
_HAPPENING = st.tuples(st.sampled_from(_KINDS), st.integers(0, 1), st.integers(0, 200))


def _live(scene, happenings, limit):
    world = World(scene)
    projector = scene.another_projector(limit=limit)
    for number, each in enumerate(happenings):
        world.happen(*each)
        if number % 3 == 0:
            projector.step()
    while projector.step().moved:
        pass


@given(st.lists(_HAPPENING, min_size=20, max_size=60), st.integers(1, 20), st.integers(1, 50))
@settings(max_examples=20, suppress_health_check=[HealthCheck.too_slow])
def test_a_rebuilt_read_model_is_row_for_row_the_live_one(happenings, live, again):
    scene = Scene()
    _live(scene, happenings, live)
    before = scene.read(tables)
    scene.rebuild(*READ_MODELS, portion=again)
    assert scene.read(tables) == before
    assert len(before) == len(READ_MODELS)


def test_both_databases_show_the_same(database):
    happenings = [(_KINDS[n % len(_KINDS)], n // len(_KINDS) % 2, n * 11 % 199) for n in range(600)]
    here, elsewhere = Scene(database), Scene()
    for scene in (here, elsewhere):
        _live(scene, happenings, 25)
    shown = here.read(tables)
    assert shown == elsewhere.read(tables)
    assert all(shown.values())
