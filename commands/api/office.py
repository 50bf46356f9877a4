"""What the resources work with, as FastAPI hands it to them."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from commands.callbox import Callbox
from commands.desk import Desk
from domain.ports import Log
from projections.credentials import Credentials
from projections.views import Views


@dataclass(frozen=True, slots=True)
class Defaults:
    """What is taken where a caller says nothing."""

    heartbeat_interval: int  # s
    call_timeout: int  # s


@dataclass(frozen=True, slots=True)
class Office:
    """Wishes go to the desk, calls to the call box; views and log are read, blocking."""

    desk: Desk
    callbox: Callbox
    views: Views
    log: Log
    defaults: Defaults


def _office(request: Request) -> Office:
    office: Office = request.app.state.office
    return office


AnOffice = Annotated[Office, Depends(_office)]
