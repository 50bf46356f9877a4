"""/api/v1/system: the processes, who serves which partition, and what waits in the queues."""

import asyncio
import platform
from datetime import datetime, timedelta
from importlib.metadata import version

from fastapi import APIRouter
from pydantic import BaseModel, Field

from commands.api.access import viewing
from commands.api.office import AnOffice, Office
from commands.api.shapes import Time
from commands.rollcall import EVERY
from domain import topics
from projections import ownership, processes
from projections.processes import Process, Served

router = APIRouter(prefix="/api/v1/system", tags=["system"], dependencies=[viewing])

_ALIVE = timedelta(seconds=3 * EVERY)  # without a word


class ProcessShown(BaseModel):
    """One start of a role."""

    node: str = Field(description="another one each time it starts")
    role: str = Field(description="run (all in one), domain, gateway, projections or api")
    version: str
    started_at: Time
    seen_at: Time = Field(description="it tells of itself every 5 s")
    alive: bool = Field(description="false: not a word for 15 s, and it did not say that it ends")
    owns_projections: bool = Field(description="it keeps the read models; the others stand by")


class Partition(BaseModel):
    """A part of the stations; one process at a time decides for it."""

    number: int
    waiting: int | None = Field(description="messages in its queue; null: the broker is silent")
    owner: str | None = Field(description="node that was last given something; null: none yet")
    served_at: Time | None = Field(description="when that was, to 5 s")


class Queue(BaseModel):
    """A queue that is no partition's."""

    name: str
    waiting: int | None


class System(BaseModel):
    """What an installation is made of."""

    version: str = Field(description="of the process that answers")
    python: str
    database: str
    broker: str
    broker_connected: bool
    processes: list[ProcessShown]
    partitions: list[Partition]
    queues: list[Queue]


@router.get("")
async def get_system(office: AnOffice) -> System:
    """As of now; rows of processes that ended without a word stay for a day."""
    depths = await office.premises.depths()
    return await asyncio.to_thread(_system, office, depths)


def _system(office: Office, depths: dict[str, int | None]) -> System:
    database, premises = office.database, office.premises
    owner = database.guarded(lambda: ownership.owner_of(database.engine, "projections"))
    now = office.clock()
    known = {each.partition: each for each in database.read(processes.served)}
    inbound = [topics.inbound(number) for number in range(premises.partitions)]
    return System(
        version=version("ampledger"),
        python=platform.python_version(),
        database=premises.database,
        broker=premises.broker,
        broker_connected=premises.is_connected,
        processes=[_process(each, owner, now) for each in database.read(processes.listed)],
        partitions=[
            _partition(number, depths[queue], known.get(number))
            for number, queue in enumerate(inbound)
        ],
        queues=[
            Queue(name=name, waiting=depth) for name, depth in depths.items() if name not in inbound
        ],
    )


def _process(row: Process, owner: str, now: datetime) -> ProcessShown:
    return ProcessShown(
        node=row.node,
        role=row.role,
        version=row.version,
        started_at=row.started_at,
        seen_at=row.seen_at,
        alive=now - row.seen_at < _ALIVE,
        owns_projections=row.node == owner,
    )


def _partition(number: int, waiting: int | None, served: Served | None) -> Partition:
    return Partition(
        number=number,
        waiting=waiting,
        owner=served.node if served else None,
        served_at=served.at if served else None,
    )
