"""The signing desk: each request is taken to the authority once, and its answer to the domain."""

from datetime import timedelta

import msgspec
import pytest

from commands.ca.memory import MemoryAuthority
from commands.signing import SigningDesk, Terms
from domain import wire
from domain.csms import key_of
from domain.model import certificate_operations as op
from domain.model.certificate import Csr
from domain.model.enrolment import Enrolment
from domain.model.revocation import Revocation
from domain.model.station import Station
from domain.ocpp import enrolling
from domain.pki import certificates, keys
from domain.ports import AuthorityAway, AuthorityLocked, AuthorityRefused
from projections import certificate_requests, client_certificates, stations
from projections.authority_work import AuthorityQueue
from projections.progress import Trust
from tests.projections.posted import Posted
from tests.projections.scene import NOON, Scene


class Counting(MemoryAuthority):
    """Counts what it is asked, and fails at it as a test says."""

    def __init__(self) -> None:
        super().__init__(lambda: NOON)
        self.asked = 0
        self.problem: Exception | None = None

    def sign(self, *args, **kwargs):
        self._fail()
        return super().sign(*args, **kwargs)

    def revoke(self, *args, **kwargs):
        self._fail()
        return super().revoke(*args, **kwargs)

    def _fail(self):
        self.asked += 1
        if self.problem:
            raise self.problem


class Stage:
    """Requests on record, an authority, and what the desk tells the domain."""

    def __init__(self) -> None:
        self.scene, self.outbox, self.authority = Scene(), Posted(), Counting()
        self.enrolments: dict[str, Enrolment] = {}
        self.stations: dict[str, Station] = {}
        self.desk = self.another_desk()

    def another_desk(self, *, automatic: bool = True) -> SigningDesk:
        models = (certificate_requests.MODEL, client_certificates.MODEL, stations.MODEL)
        queue = AuthorityQueue(
            self.scene.engine, Trust(self.scene.log, models), automatic=automatic
        )
        terms = Terms(organisation="ACME", days=30, partitions=8)
        return SigningDesk(queue, self.authority, self.outbox, self.scene.clock, terms)

    def asks(self, station: str, came_by: int = 2, **profile: str) -> str:
        csr = keys.request(keys.made(), common_name="whoever", organisation="else")
        enrolment = self.enrolments[station] = Enrolment.begin(station, at=NOON)
        asked = Csr(
            csr=csr, digest=csr, common_name="", organisation="", key="", key_fingerprint=""
        )
        request = f"r {station}"
        enrolment.request(request, asked, message="m", trigger="", at=NOON)
        known = self.scene.registered(station, **profile)
        self.scene.connect(known, connection=5, profile=came_by)
        self.stations[station] = known
        self.scene.tell(known, enrolment)
        self.scene.project()
        return request

    def issued(self, station: str, chain: str) -> str:
        """The domain takes an answer in."""
        made = enrolling.issued(chain)
        self.enrolments[station].sign(f"r {station}", made, by="x", at=NOON)
        self.scene.tell(self.enrolments[station])
        self.scene.project()
        return made.certificate

    def told(self):
        """The operations that were posted."""
        wishes = [each for each in self.outbox.inbound() if isinstance(each, wire.Wish)]
        assert {wish.by for wish in wishes} <= {"certificate signing"}
        kinds = {kind.__name__: kind for kind in op.CertificateOperation.__args__}
        return [msgspec.json.decode(wish.body, type=kinds[wish.name]) for wish in wishes]


@pytest.fixture
def stage():
    return Stage()


async def test_the_subject_is_what_we_know_of_the_station(stage):
    stage.asks("CP1", serial_number="SN-1")
    stage.asks("CP2")
    await stage.desk.step()
    told = {each.station: certificates.read(each.chain) for each in stage.told()}
    assert {name: found.common_name for name, found in told.items()} == {
        "CP1": "SN-1",
        "CP2": "CP2",
    }
    assert {found.organisation for found in told.values()} == {"ACME"}
    assert told["CP1"].not_after - NOON == timedelta(days=30)


async def test_the_authority_is_asked_once_and_its_answer_told_until_it_shows(stage):
    stage.asks("CP1")
    for _ in range(3):
        await stage.desk.step()
    (first,) = stage.told()
    stage.scene.later(10)
    await stage.desk.step()
    (again,) = stage.told()
    assert (stage.authority.asked, again) == (1, first)
    stage.issued("CP1", first.chain)
    stage.scene.later(10)
    await stage.desk.step()
    assert stage.told() == []


async def test_the_same_wish_has_the_same_id_whoever_tells_it(stage):
    stage.asks("CP1")
    await stage.desk.step()
    await stage.another_desk().step()
    first, second = stage.outbox.inbound()
    assert key_of(first) == key_of(second)


async def test_an_answer_that_found_no_room_is_told_later_and_not_asked_for_again(stage):
    stage.asks("CP1")
    stage.outbox.full = True
    with pytest.raises(Exception, match="full"):
        await stage.desk.step()
    stage.outbox.full = False
    stage.scene.later(10)
    await stage.desk.step()
    assert len(stage.told()) == stage.authority.asked == 1


async def test_nobody_signs_what_no_operator_approved_when_that_is_manual(stage):
    request = stage.asks("CP1")
    desk = stage.another_desk(automatic=False)
    await desk.step()
    assert stage.authority.asked == 0
    stage.enrolments["CP1"].approve(request, by="olga", at=NOON)
    stage.scene.tell(stage.enrolments["CP1"])
    stage.scene.project()
    await desk.step()
    (told,) = stage.told()
    assert isinstance(told, op.IssueCertificate)


@pytest.mark.parametrize("came_by", [0, 1])
async def test_whoever_did_not_prove_itself_over_tls_waits_for_an_operator(stage, came_by):
    request = stage.asks("CP1", came_by)
    await stage.desk.step()
    assert stage.authority.asked == 0
    stage.enrolments["CP1"].approve(request, by="olga", at=NOON)
    stage.scene.tell(stage.enrolments["CP1"])
    stage.scene.project()
    await stage.desk.step()
    assert stage.authority.asked == 1


@pytest.mark.parametrize("kind", [AuthorityAway, AuthorityRefused, AuthorityLocked])
async def test_a_failure_is_told_and_not_tried_again(stage, kind):
    request = stage.asks("CP1")
    stage.authority.problem = kind("out of order")
    for _ in range(3):
        await stage.desk.step()
    (told,) = stage.told()
    assert told == op.FailRequest(station="CP1", request=request, reason="out of order")
    assert stage.authority.asked == 1


async def test_a_defect_is_a_failure_too_and_holds_up_nobody(stage, caplog):
    stage.asks("CP1")
    stage.authority.problem = ZeroDivisionError()
    await stage.desk.step()
    stage.authority.problem = None
    stage.asks("CP2")
    await stage.desk.step()
    failed, issued = stage.told()
    assert "defect" in failed.reason
    assert isinstance(issued, op.IssueCertificate)
    assert "the authority failed" in caplog.text


async def test_a_removed_station_gets_nothing_signed(stage):
    stage.asks("CP1")
    stage.stations["CP1"].remove(by="olga", at=NOON)
    stage.scene.tell(stage.stations["CP1"])
    stage.scene.project()
    await stage.desk.step()
    assert stage.authority.asked == 0


async def test_many_are_asked_a_few_at_a_time(stage):
    for number in range(9):
        stage.asks(f"CP{number}")
    for expected in (4, 8, 9):
        await stage.desk.step()
        assert stage.authority.asked == expected


@pytest.mark.parametrize("problem", ["", "away"])
async def test_a_revocation_is_taken_to_the_authority_once(stage, problem):
    stage.asks("CP1")
    await stage.desk.step()
    (made,) = stage.told()
    certificate = stage.issued("CP1", made.chain)
    serial = certificates.read(made.chain).serial_number
    revocation = Revocation.ask(
        "CP1", certificate, serial_number=serial, reason="", by="olga", at=NOON
    )
    stage.scene.tell(revocation)
    stage.scene.project()
    stage.authority.problem = AuthorityAway(problem) if problem else None
    for _ in range(2):
        await stage.desk.step()
    (told,) = stage.told()
    assert told == op.ConcludeRevocation(station="CP1", certificate=certificate, problem=problem)
    assert bool(stage.authority._revoked) != bool(problem)
