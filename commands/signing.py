"""The signing desk: takes what is due to the certificate authority, and its answer to the domain.

The domain decides what an answer is worth. An authority that is asked twice, by a process that
died or by two that both took themselves for the owner, may sign twice; the station is given one
certificate.
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import msgspec

from domain import topics, wire
from domain.model.certificate_operations import (
    CertificateOperation,
    ConcludeRevocation,
    FailRequest,
    IssueCertificate,
)
from domain.model.operations import key_of
from domain.ports import (
    AuthorityAway,
    AuthorityLocked,
    AuthorityRefused,
    CertificateAuthority,
    Clock,
    Outbox,
    Subject,
)
from projections.authority_work import AuthorityQueue, ToRevoke, Work

_POLL = 1.0  # s
_AGAIN = timedelta(seconds=10)  # what was told and still is due is told again
_AT_ONCE = 4  # authorities may take seconds
_ITSELF = "certificate signing"  # who wishes what no operator does
_NO = (AuthorityAway, AuthorityLocked, AuthorityRefused)

_log = logging.getLogger("ampledger.signing")


@dataclass(frozen=True, slots=True)
class Terms:
    """What certificates of stations say and how long, and into how many partitions wishes go."""

    organisation: str
    days: int
    partitions: int


class SigningDesk:
    """Works for whoever owns the projections; an authority that failed is not asked again."""

    def __init__(
        self,
        queue: AuthorityQueue,
        authority: CertificateAuthority,
        outbox: Outbox,
        clock: Clock,
        terms: Terms,
    ) -> None:
        self._queue, self._authority = queue, authority
        self._outbox, self._clock, self._terms = outbox, clock, terms
        self._said: dict[str, wire.Wish] = {}  # by occasion, as long as it shows as due
        self._stir = asyncio.Event()

    def wake(self) -> None:
        """Something may be due; on the event loop."""
        self._stir.set()

    async def run(self, active: Callable[[], bool]) -> None:
        """Have things signed while `active`, for ever."""
        while True:
            try:
                if active():
                    await self.step()
                else:
                    self._queue.forget()
            except Exception:  # noqa: BLE001 - the next step tries again
                _log.exception("signing failed")
            await self._rest()

    async def step(self) -> None:
        """Ask the authority for what is new, and tell what it said of all that still is due."""
        due = {each.occasion: each for each in await asyncio.to_thread(self._queue.next)}
        self._said = {occasion: wish for occasion, wish in self._said.items() if occasion in due}
        for wish in [wish for wish in self._said.values() if self._clock() - wish.at >= _AGAIN]:
            self._tell(wish)
        fresh = [each for occasion, each in due.items() if occasion not in self._said]
        await asyncio.gather(*(self._have_done(each) for each in fresh[:_AT_ONCE]))
        if len(fresh) > _AT_ONCE:
            self.wake()

    async def _have_done(self, work: Work) -> None:
        operation = await asyncio.to_thread(self._answer_to, work)
        self._tell(
            wire.Wish(
                id=work.occasion,
                key=key_of(operation),
                name=type(operation).__name__,
                body=msgspec.json.encode(operation),
                by=_ITSELF,
                at=self._clock(),
            )
        )

    def _tell(self, wish: wire.Wish) -> None:
        """The same wish counts once, however often it is told."""
        self._said[wish.id] = wish = msgspec.structs.replace(wish, at=self._clock())
        partition = wire.partition_of(wish.key, self._terms.partitions)
        self._outbox.post(topics.inbound(partition), wire.encode(wish))

    def _answer_to(self, work: Work) -> CertificateOperation:
        """What the authority says; one defect must not hold up all the others."""
        try:
            return self._asked(work)
        except _NO as error:
            reason = str(error)
        except Exception:  # noqa: BLE001 - as said
            _log.exception("the authority failed", extra={"station": work.station})
            reason = "a defect of the program: its log says more"
        _log.warning("not done", extra={"station": work.station, "reason": reason})
        return _failure(work, reason)

    def _asked(self, work: Work) -> CertificateOperation:
        """The subject is our own word: what the request says of it is not looked at (A02.FR.04)."""
        if isinstance(work, ToRevoke):
            self._authority.revoke(work.serial_number)
            return ConcludeRevocation(station=work.station, certificate=work.certificate)
        name = work.serial_number or work.station
        subject = Subject(name, self._terms.organisation)
        chain = self._authority.sign(work.csr, subject, days=self._terms.days)
        return IssueCertificate(station=work.station, request=work.request, chain=chain)

    async def _rest(self) -> None:
        try:
            async with asyncio.timeout(_POLL):
                await self._stir.wait()
        except TimeoutError:
            return
        self._stir.clear()


def _failure(work: Work, reason: str) -> CertificateOperation:
    if isinstance(work, ToRevoke):
        return ConcludeRevocation(
            station=work.station, certificate=work.certificate, problem=reason
        )
    return FailRequest(station=work.station, request=work.request, reason=reason)
