"""The sender: each webhook gets its events in order, whatever becomes of the others."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from random import SystemRandom
from time import monotonic

from commands.webhooks import signature
from commands.webhooks.courier import Answer, Post
from commands.webhooks.portions import Portion, Request, portion
from domain.ports import Clock
from projections import webhooks
from projections.database import Database
from projections.events.reader import EventReader
from projections.vault import Cipher
from projections.webhooks import Attempt, Webhook

_FIRST = timedelta(seconds=1)
_LONGEST = timedelta(minutes=5)
_MOST_DOUBLINGS = 10
_MOST_WAIT = timedelta(hours=1)  # that a receiver may ask for
_UNSIGNED = "its secret was sealed with another AMPLEDGER_SECRET_KEY: rotate it"
_GONE = 410  # RFC 9110 section 15.5.11

_log = logging.getLogger("ampledger.webhooks")


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where events and subscriptions are; blocking."""

    events: EventReader
    database: Database
    cipher: Cipher


class Sender:
    """Works for whoever owns the projections. One task for each webhook that is behind."""

    def __init__(
        self,
        source: Source,
        courier: AbstractAsyncContextManager[Post],
        clock: Clock,
        *,
        give_up: timedelta,
        poll: float = 1.0,
    ) -> None:
        """`give_up`: how long a receiver may fail before its webhook is parked.

        `poll`: seconds between looks when nothing happens.
        """
        self._source, self._courier = source, courier
        self._clock, self._give_up, self._poll = clock, give_up, poll
        self._busy: dict[str, asyncio.Task[None]] = {}
        self._chance = SystemRandom()

    async def run(self, active: Callable[[], bool]) -> None:
        """Send while `active`, for ever."""
        async with self._courier as post:
            try:
                while True:
                    await self._look_once(post, active)
            finally:
                for task in self._busy.values():
                    task.cancel()
                await asyncio.gather(*self._busy.values(), return_exceptions=True)

    async def _look_once(self, post: Post, active: Callable[[], bool]) -> None:
        try:
            await self._look(post, active)
        except Exception:  # noqa: BLE001 - the next look tries again
            _log.exception("webhooks failed")
            await asyncio.sleep(self._poll)

    async def _look(self, post: Post, active: Callable[[], bool]) -> None:
        """Begin with each webhook that is behind and not being sent to, then wait for news."""
        if not active():
            await asyncio.sleep(self._poll)
            return
        head = await asyncio.to_thread(self._source.events.head)
        busy = set(self._busy)  # what is read of these now is old when they are done
        for webhook in await asyncio.to_thread(self._due):
            if webhook.id not in busy and webhook.position < head:
                task = asyncio.create_task(self._serve(post, active, webhook))
                self._busy[webhook.id] = task
                task.add_done_callback(partial(self._forget, webhook.id))
        await asyncio.to_thread(self._source.events.wait, head, self._poll)

    def _forget(self, webhook: str, _: asyncio.Task[None]) -> None:
        self._busy.pop(webhook, None)

    def _due(self) -> list[Webhook]:
        return self._source.database.read(webhooks.due, self._clock())

    async def _serve(self, post: Post, active: Callable[[], bool], webhook: Webhook) -> None:
        """Send until nothing is left or something fails."""
        left: Webhook | None = webhook
        try:
            while left is not None and active():
                left = await self._step(post, left)
        except Exception:  # noqa: BLE001 - the next look begins anew
            _log.exception("a webhook failed", extra={"webhook": webhook.id})
            await asyncio.sleep(self._poll)

    async def _step(self, post: Post, webhook: Webhook) -> Webhook | None:
        """Send a portion; the webhook as it is now when there may be more for it."""
        before = webhook.position
        wanted = await asyncio.to_thread(portion, self._source.events, webhook)
        if not await self._send(post, webhook, wanted):
            return None
        now = await asyncio.to_thread(self._source.database.read, webhooks.find, webhook.id)
        is_on = now is not None and now.state == webhooks.ACTIVE and now.position > before
        return now if is_on else None

    async def _send(self, post: Post, webhook: Webhook, wanted: Portion) -> bool:
        """Deliver a portion request by request; whether it is worth going on."""
        if not wanted.requests:
            return await asyncio.to_thread(self._pass, webhook, wanted.upto)
        for request in wanted.requests:
            begun = monotonic()
            answer = await self._deliver(post, webhook, request)
            milliseconds = round(1000 * (monotonic() - begun))
            attempt = self._attempt(webhook, request, answer, milliseconds)
            if not await asyncio.to_thread(self._keep, webhook, request, attempt, answer):
                return False
            webhook.position, webhook.attempts, webhook.failures = request.upto, attempt.number, 0
        return True

    def _pass(self, webhook: Webhook, upto: int) -> bool:
        if upto == webhook.position:
            return False
        write = self._source.database.write
        return write(webhooks.advance, webhook, upto=upto)

    async def _deliver(self, post: Post, webhook: Webhook, request: Request) -> Answer:
        """Nothing goes out unsigned."""
        sealed = [each for each in (webhook.secret, webhook.former_secret) if each]
        secrets = [opened for each in sealed if (opened := self._source.cipher.open(each))]
        if not secrets:
            return Answer(status=0, error=_UNSIGNED)
        headers = {
            "Content-Type": request.content_type,
            "Ampledger-Webhook": webhook.id,
            "Ampledger-Attempt": str(webhook.failures + 1),
            signature.HEADER: signature.sign(request.body, secrets, self._clock()),
        }
        return await post(webhook.url, request.body, headers)

    def _attempt(
        self, webhook: Webhook, request: Request, answer: Answer, milliseconds: int
    ) -> Attempt:
        return Attempt(
            webhook=webhook.id,
            number=webhook.attempts + 1,
            at=self._clock(),
            first_position=request.events[0].position,
            last_position=request.events[-1].position,
            events=len(request.events),
            status=answer.status,
            error=answer.error,
            milliseconds=milliseconds,
        )

    def _keep(self, webhook: Webhook, request: Request, attempt: Attempt, answer: Answer) -> bool:
        write = self._source.database.write
        if answer.is_taken:
            return write(webhooks.delivered, webhook, attempt, upto=request.upto)
        park = answer.status == _GONE or self._is_hopeless(webhook, attempt.at)
        due_at = attempt.at + self._pause(webhook.failures, answer)
        write(webhooks.failed, webhook, attempt, due_at=due_at, park=park)
        told = {"webhook": webhook.id, "error": answer.error, "failures": webhook.failures + 1}
        _log.warning("webhook parked" if park else "webhook failed", extra=told)
        return False

    def _is_hopeless(self, webhook: Webhook, now: datetime) -> bool:
        return webhook.failing_since is not None and now - webhook.failing_since >= self._give_up

    def _pause(self, failures: int, answer: Answer) -> timedelta:
        """Twice as long each time, with jitter; longer when the receiver asks for it."""
        factor: int = 2 ** min(failures, _MOST_DOUBLINGS)
        grown = min(_FIRST * factor, _LONGEST)
        asked = min(timedelta(seconds=answer.wait), _MOST_WAIT)
        return max(grown * self._chance.uniform(0.5, 1.0), asked)
