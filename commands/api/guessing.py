"""Passwords that are tried: with patience, beside the event loop, a few at a time."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from commands import passwords
from commands.api.office import Office
from commands.api.patience import Patience
from commands.api.problems import Fault, Problem, too_many
from gateway.addresses import group_of
from projections import sign_ins
from projections.actions import Actor

T = TypeVar("T")

LONGEST = 1024  # characters of what is tried; normalised, a password may be shorter than it came


class Guess:
    """One try of whoever asks to pass for a user."""

    def __init__(self, request: Request, office: Office, name: str) -> None:
        self._patience: Patience = request.state.patience
        self._office, self._name, self._address = office, name, group_of(office.origin)

    async def passed(self, work: Callable[[], T | None], action: str, no: Problem) -> T:
        """What the work comes to; of None, that the guess was wrong, is told and `no` is raised.

        Raises Problem when nobody may guess now.
        """
        if wait := self._patience.wait_to_guess(self._name, self._address, _seconds()):
            raise too_many("sign-ins that failed", wait)
        found = await hashing(self._office, work)
        self._patience.guessed(self._name, self._address, _seconds(), right=found is not None)
        if found is None:
            await self._tell(action, no.kind)
            raise no
        return found

    async def _tell(self, action: str, why: str) -> None:
        if not self._patience.is_worth_telling(self._address, _seconds()):
            return
        actor = Actor("", self._office.origin, self._office.clock())
        reason = why.replace("-", " ")
        write = self._office.database.write
        await run_in_threadpool(write, sign_ins.refuse, action, self._name, reason, actor)


async def hashing(office: Office, work: Callable[[], T]) -> T:
    """Do in a thread what hashes a password; raises Problem when enough wait for that."""
    if not office.hashing.acquire(blocking=False):
        raise Problem(503, "too many are signing in; try again", kind="busy")
    try:
        return await run_in_threadpool(work)
    finally:
        office.hashing.release()


def hashed(password: str, user: str, field: str) -> str:
    """What is kept of a new password; raises Problem, which does not repeat it."""
    try:
        return passwords.hash_of(password, user)
    except passwords.Unfit as unfit:
        path, why = f"body.{field}", str(unfit)
        fault = Fault(path=path, message=why)
        raise Problem(422, f"{path}: {why}", kind="invalid", errors=(fault,)) from None


def _seconds() -> float:
    return asyncio.get_running_loop().time()
