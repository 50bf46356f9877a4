"""Certificates by their rows: requests, what stations show, what they trust."""

from datetime import timedelta

import pytest

from domain.model.certificate import Hashed
from domain.model.enrolment import Enrolment
from domain.model.revocation import Revocation
from domain.model.trust_store import CENTRAL_SYSTEM, MANUFACTURER, TrustStore
from projections import (
    certificate_requests,
    client_certificates,
    installed_certificates,
    trust_stores,
)
from projections.authority_work import AuthorityQueue
from projections.progress import Trust
from tests.projections.certified import csr, issued, root
from tests.projections.scene import NOON, Scene

DAY = timedelta(days=1)
NAME = Hashed("SHA256", "AA", "BB", "1F")


@pytest.fixture
def scene(database):
    return Scene(database)


class Told:
    """What a station and its authority say, as it comes."""

    def __init__(self, scene: Scene, station: str = "CP1") -> None:
        self.scene, self.station = scene, station
        self.enrolment = Enrolment.begin(station, at=NOON)
        self.store = TrustStore.begin(station, at=NOON)

    def asks(self, name="x", request="r1", trigger=""):
        how = {"message": f"m {request}", "trigger": trigger}
        self._tell(Enrolment.request, request, csr(name), **how)

    def signed(self, name="x", request="r1", ends=30 * DAY, outcome="Accepted"):
        """And what became of it."""
        end = self.scene.now + ends
        made = issued(name, self.scene.now, not_after=end)
        self._tell(Enrolment.sign, request, made, by="ca")
        self._tell(Enrolment.offer, made, call=f"c {name}", by="ca")
        if outcome:
            self._tell(Enrolment.conclude, name, call=f"c {name}", outcome=outcome)

    def given(self, name="x", **how):
        self.asks(name, f"{self.station} {name}")
        self.signed(name, f"{self.station} {name}", **how)

    def decides(self, decision, *args, **kwargs):
        self._tell(decision, *args, **kwargs)

    def trusts(self, decision, *args, **kwargs):
        decision(self.store, *args, **kwargs, at=self.scene.later(1))
        self.scene.tell(self.store)

    def _tell(self, decision, *args, **kwargs):
        decision(self.enrolment, *args, **kwargs, at=self.scene.later(1))
        self.scene.tell(self.enrolment)


@pytest.fixture
def told(scene):
    return Told(scene)


def request(scene, id="r1"):
    return scene.shown(certificate_requests.find, id)


def certificate(scene, name="x"):
    (row,) = scene.shown(client_certificates.of_fingerprint, name)
    return row


# --- requests ---


def test_a_request_waits_and_tells_what_was_asked(scene, told):
    told.asks(trigger="t1")
    row = request(scene)
    assert (row.station, row.state, row.waiting, row.key) == (
        "CP1",
        "pending",
        True,
        "EC-secp256r1",
    )
    assert (row.csr, row.message_id, row.trigger) == ("PEM x", "m r1", "t1")
    assert row.requested_at == row.changed_at == scene.now


@pytest.mark.parametrize(
    ("outcome", "state"),
    [("Accepted", "delivered"), ("Rejected", "refused"), ("timed_out", "undelivered")],
)
def test_a_request_is_followed_to_the_station(scene, told, outcome, state):
    told.asks()
    told.decides(Enrolment.approve, "r1", by="olga")
    assert (request(scene).state, request(scene).decided_by) == ("approved", "olga")
    told.signed(outcome="")
    row = request(scene)
    assert (row.state, row.waiting, row.certificate, row.call) == ("signed", False, "x", "c x")
    told.decides(Enrolment.conclude, "x", call="c x", outcome=outcome)
    row = request(scene)
    assert (row.state, row.reason) == (state, "" if outcome == "Accepted" else outcome)


def test_why_it_came_to_nothing_is_shown(scene, told):
    told.asks()
    told.decides(Enrolment.fail, "r1", "away")
    assert (request(scene).state, request(scene).reason) == ("failed", "away")
    told.asks("y", "r2")
    assert request(scene).state == "superseded"
    told.decides(Enrolment.decline, "r2", reason="a stranger", by="olga")
    row = request(scene, "r2")
    assert (row.state, row.reason, row.waiting) == ("declined", "a stranger", False)
    told.decides(Enrolment.reject, "r3", "d", "too weak", message="m", trigger="")
    row = request(scene, "r3")
    assert (row.state, row.reason, row.csr, row.station) == ("rejected", "too weak", "", "CP1")


def test_requests_are_found_by_station_and_state_the_newest_first(scene, told):
    told.asks()
    told.asks("y", "r2")
    Told(scene, "CP2").asks("z", "r3")

    def found(**how):
        return [row.id for row in scene.shown(certificate_requests.listed, **how)]

    assert found() == ["r3", "r2", "r1"]
    assert found(station="CP1", state="pending") == ["r2"]
    assert found(before=request(scene, "r2").first_position, limit=1) == ["r1"]
    assert scene.read(certificate_requests.counted) == {"pending": 2, "superseded": 1}


# --- what stations show ---


def test_a_certificate_is_known_from_its_signing_on(scene, told):
    told.given(outcome="")
    row = certificate(scene)
    assert (row.station, row.state, row.request) == ("CP1", "signed", "CP1 x")
    assert (row.serial_number, row.chain, row.issued_by) == ("1f", "PEM x", "ca")
    told.decides(Enrolment.conclude, "x", call="c", outcome="Accepted")
    row = certificate(scene)
    assert (row.state, row.delivered_at, row.last_used_at) == ("delivered", scene.now, None)


def test_when_it_was_in_use_is_told_by_connections(scene, told):
    told.given()
    station = scene.registered()
    for connection in (5, 6):
        scene.later(60)
        scene.connect(station, connection=connection, certificate="x")
    scene.connect(station, connection=7)
    scene.tell(station)
    row = certificate(scene)
    assert row.last_used_at == scene.now
    assert row.first_used_at == scene.now - timedelta(seconds=60)


def test_a_certificate_of_somebody_else_is_shown_as_such(scene):
    station = scene.registered()
    scene.connect(station, connection=5, certificate="strange")
    scene.tell(station)
    row = certificate(scene, "strange")
    assert (row.station, row.state, row.not_after) == ("CP1", "foreign", None)
    assert len(scene.read(client_certificates.listed)) == 1


def test_a_revocation_is_followed(scene, told):
    told.given()
    ask = {"serial_number": "1f", "reason": "stolen", "by": "olga", "at": scene.later(1)}
    revocation = Revocation.ask("CP1", "x", **ask)

    def shown():
        scene.tell(revocation)
        row = certificate(scene)
        return row.revocation, row.revoking, row.revoked_by, row.revocation_problem

    assert shown() == ("asked", True, "olga", "")
    revocation.conclude("away", at=NOON)
    assert shown() == ("failed", False, "olga", "away")
    revocation.ask_again(by="carol", at=NOON)
    assert shown() == ("asked", True, "carol", "")
    revocation.conclude("", at=NOON)
    assert shown() == ("done", False, "carol", "")
    assert certificate(scene).revocation_reason == "stolen"


def test_stations_that_need_a_new_certificate_are_found_by_their_last_one(scene):
    for station in ("CP1", "CP2", "CP3", "CP4", "CP5"):
        scene.tell(scene.registered(station))
    Told(scene, "CP1").given("a", ends=5 * DAY)
    renewed = Told(scene, "CP2")
    renewed.given("b", ends=5 * DAY)
    renewed.given("c", ends=90 * DAY)
    refused = Told(scene, "CP3")
    refused.given("d", ends=5 * DAY)
    refused.given("e", ends=90 * DAY, outcome="Rejected")
    Told(scene, "CP4").given("f", ends=90 * DAY)
    Told(scene, "CP9").given("g", ends=5 * DAY)  # nobody registered it

    def ending(within, **how):
        return list(scene.shown(client_certificates.ending, until=scene.now + within, **how))

    assert ending(30 * DAY) == ["CP1", "CP3"]
    assert ending(91 * DAY, after="CP1") == ["CP2", "CP3", "CP4"]
    assert scene.read(client_certificates.ending_soon, lambda: NOON) == 2


def test_what_is_revoked_does_not_count_as_the_last_one(scene, told):
    scene.tell(scene.registered())
    told.given("a", ends=5 * DAY)
    told.given("b", ends=90 * DAY)
    scene.tell(Revocation.ask("CP1", "b", serial_number="2", reason="", by="x", at=NOON))
    found = scene.shown(client_certificates.ending, until=NOON + 30 * DAY)
    assert list(found) == ["CP1"]


def test_certificates_are_found_by_station_state_and_end(scene, told):
    told.given("a", ends=5 * DAY)
    told.given("b", ends=90 * DAY, outcome="Rejected")
    Told(scene, "CP2").given("c")

    def found(**how):
        return [row.fingerprint for row in scene.shown(client_certificates.listed, **how)]

    assert found() == ["c", "b", "a"]
    assert found(station="CP1", state="refused") == ["b"]
    assert found(ends_before=scene.now + 40 * DAY) == ["c", "a"]
    assert found(before=certificate(scene, "b").first_position) == ["a"]


# --- what the authority is to do ---


def test_the_authority_is_given_what_is_approved_or_all_that_waits(scene):
    models = (certificate_requests.MODEL, client_certificates.MODEL)
    proved = scene.registered("CP2")
    scene.connect(proved, connection=5, profile=2)
    scene.tell(scene.registered("CP1", serial_number="SN-1"), proved)
    for station in ("CP1", "CP2", "CP9"):  # nobody registered the last
        told = Told(scene, station)
        told.asks(request=f"r {station}")
        if station != "CP2":
            told.decides(Enrolment.approve, f"r {station}", by="olga")
    scene.project()

    def due(*, automatic):
        trust = Trust(scene.log, models)
        return AuthorityQueue(scene.engine, trust, automatic=automatic).next()

    (work,) = due(automatic=False)
    assert (work.station, work.serial_number, work.csr) == ("CP1", "SN-1", "PEM x")
    assert [each.station for each in due(automatic=True)] == ["CP1", "CP2"]
    scene.tell(Revocation.ask("CP1", "x", serial_number="1f", reason="", by="x", at=NOON))
    assert due(automatic=False) == []  # the rows are behind
    scene.project()
    work, revoke = due(automatic=False)
    assert (revoke.certificate, revoke.serial_number) == ("x", "1f")
    assert len({each.occasion for each in (work, revoke)}) == 2


def test_what_came_by_a_lower_profile_is_not_signed_because_the_station_came_by_a_higher(scene):
    """It could be anybody's: the certificate would outlive the profile."""
    station = scene.registered("CP1")
    scene.connect(station, connection=5, profile=1)
    scene.tell(station)
    Told(scene, "CP1").asks()
    scene.later(1)
    scene.connect(station, connection=6, profile=2)
    scene.tell(station)
    scene.project()
    models = (certificate_requests.MODEL, client_certificates.MODEL)
    assert AuthorityQueue(scene.engine, Trust(scene.log, models), automatic=True).next() == []


# --- what stations trust ---


def installed(scene):
    rows = scene.shown(installed_certificates.of_station, "CP1")
    return [(row.certificate_type, row.certificate, row.hash_algorithm) for row in rows]


def install(told, name, *names, kind=CENTRAL_SYSTEM, status="Accepted"):
    made, call = root(name, NOON, *names), f"i {name}"
    told.trusts(TrustStore.install, kind, made, call=call, status=status, late=False)


def test_roots_come_and_go_as_the_station_says(scene, told):
    install(told, "r1", NAME)
    install(told, "r2", kind=MANUFACTURER)
    assert installed(scene) == [
        (CENTRAL_SYSTEM, "r1", "SHA256"),
        (MANUFACTURER, "r2", ""),
    ]
    told.trusts(TrustStore.delete, NAME, call="d", status="NotFound", late=False)
    assert installed(scene) == [(MANUFACTURER, "r2", "")]


def test_a_report_adds_what_is_new_and_takes_away_what_is_gone(scene, told):
    install(told, "r1", NAME._replace(algorithm="SHA384"), NAME)
    install(told, "r2", NAME._replace(serial_number="2"))
    strange = Hashed("SHA512", "Cc", "dd", "03")
    told.trusts(TrustStore.report, CENTRAL_SYSTEM, [NAME, strange], call="g")
    rows = scene.shown(installed_certificates.of_station, "CP1")
    assert [row.certificate for row in rows] == ["r1", "sha512:cc:dd:3"]
    known, unknown = rows
    assert (known.hash_algorithm, known.issuer_name_hash, known.common_name) == (
        "SHA256",
        "AA",
        "Root r1",
    )
    assert (known.reported_call, known.installed_call) == ("g", "i r1")
    assert (unknown.issuer_name_hash, unknown.serial_number, unknown.pem) == ("Cc", "03", "")
    told.trusts(TrustStore.report, CENTRAL_SYSTEM, [], call="g")
    assert installed(scene) == []


def test_what_is_installed_again_keeps_the_name_that_was_reported(scene, told):
    install(told, "r1", NAME._replace(algorithm="SHA384"), NAME)
    told.trusts(TrustStore.report, CENTRAL_SYSTEM, [NAME], call="g")
    install(told, "r1", NAME._replace(algorithm="SHA384"), NAME)
    assert installed(scene) == [(CENTRAL_SYSTEM, "r1", "SHA256")]


def test_a_store_tells_when_it_was_heard_of_and_what_went_wrong(scene, told):
    install(told, "r1", status="Rejected")
    (row,) = scene.shown(trust_stores.of_station, "CP1")
    assert (row.failure, row.failed_action, row.failed_call) == (
        "Rejected",
        "InstallCertificate",
        "i r1",
    )
    told.trusts(TrustStore.lose, [CENTRAL_SYSTEM], call="c", reason="timed_out")
    (row,) = scene.shown(trust_stores.of_station, "CP1")
    assert (row.doubt, row.reported_at, row.changed_at) == ("c", None, None)
    told.trusts(TrustStore.report, CENTRAL_SYSTEM, [], call="g")
    (row,) = scene.shown(trust_stores.of_station, "CP1")
    assert (row.doubt, row.reported_at) == ("", scene.now)


def test_a_late_answer_clears_its_doubt(scene, told):
    told.trusts(TrustStore.lose, [CENTRAL_SYSTEM], call="i r1", reason="timed_out")
    late = {"call": "i r1", "status": "Accepted", "late": True}
    told.trusts(TrustStore.install, CENTRAL_SYSTEM, root("r1", NOON), **late)
    (row,) = scene.shown(trust_stores.of_station, "CP1")
    assert (row.doubt, row.changed_at) == ("", scene.now)
