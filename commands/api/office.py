"""What the resources work with, as FastAPI hands it to them."""

from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, Request

from commands.callbox import Callbox
from commands.desk import Desk
from commands.files.hosting import Hosting
from domain.log import Log
from domain.ports import Clock
from projections.database import Database


@dataclass(frozen=True, slots=True)
class Defaults:
    """What is taken where a caller says nothing."""

    heartbeat_interval: int = 300  # s
    call_timeout: int = 30  # s


@dataclass(frozen=True, slots=True)
class Office:
    """Wishes go to the desk, calls to the call box; database and log are read, blocking."""

    desk: Desk
    callbox: Callbox
    database: Database
    log: Log
    hosting: Hosting
    clock: Clock
    defaults: Defaults = field(default_factory=Defaults)


def _office(request: Request) -> Office:
    office: Office = request.app.state.office
    return office


AnOffice = Annotated[Office, Depends(_office)]
