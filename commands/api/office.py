"""What the resources work with, as FastAPI hands it to them."""

from dataclasses import dataclass, field, replace
from threading import BoundedSemaphore
from typing import Annotated

from fastapi import Depends, Request

from commands.api.moments import Moments
from commands.ca.roots import Roots
from commands.callbox import Callbox
from commands.desk import Window, Wishing
from commands.feed import Feed
from commands.files.hosting import Hosting
from commands.premises import Premises
from commands.proofs.proofs import Proofs
from commands.strongbox import Strongbox
from commands.webhooks.desk import Webhooks
from domain.log import Log
from domain.pki.seals import Seal
from domain.ports import Clock
from projections.actions import Actor
from projections.database import Database

_HASHING = 4  # passwords at once: each takes 19 MiB
_PLACES = 4  # of those who read a whole history at once: fewer than the API has threads


@dataclass(frozen=True, slots=True)
class Defaults:
    """What is taken where a caller says nothing."""

    heartbeat_interval: int = 300  # s
    call_timeout: int = 30  # s
    allow_security_profile_0: bool = False  # stations without authentication
    token_days: int | None = 365  # that a user's token lasts; None: for ever


@dataclass(frozen=True, slots=True)
class Office:
    """Wishes go to the desk, calls to the call box; database and log are read, blocking.

    `origin` is the address that whoever asks comes from; "" for the office of nobody. `places` are
    for those who read long: see `commands.api.past.in_turn`; `moments` keeps what many ask for,
    `hashing` is for those who sign in: see `commands.api.guessing`.
    """

    desk: Wishing
    callbox: Callbox
    strongbox: Strongbox
    database: Database
    log: Log
    hosting: Hosting
    clock: Clock
    roots: Roots
    seal: Seal
    proofs: Proofs
    feed: Feed
    webhooks: Webhooks
    premises: Premises
    defaults: Defaults = field(default_factory=Defaults)
    origin: str = ""
    places: BoundedSemaphore = field(default_factory=lambda: BoundedSemaphore(_PLACES))
    hashing: BoundedSemaphore = field(default_factory=lambda: BoundedSemaphore(_HASHING))
    moments: Moments = field(default_factory=Moments)

    def open_to(self, origin: str) -> "Office":
        """The same office, whose wishes tell where they come from."""
        window = Window(self.desk, origin)
        return replace(self, desk=window, callbox=self.callbox.at(window), origin=origin)

    def actor(self, name: str) -> Actor:
        """Who acts here and now."""
        return Actor(name, self.origin, self.clock())


async def _office(request: Request) -> Office:
    office: Office = request.app.state.office
    return office.open_to(request.client.host if request.client else "")


AnOffice = Annotated[Office, Depends(_office)]
