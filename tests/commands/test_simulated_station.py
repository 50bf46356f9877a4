import asyncio
import json

import pytest

from commands.simulate.counts import FleetCounts
from commands.simulate.outlet import Outlet
from commands.simulate.station import Station


class Socket:
    """Both ends of a connection in memory."""

    def __init__(self):
        self.sent: asyncio.Queue[str] = asyncio.Queue()
        self.received: asyncio.Queue[str] = asyncio.Queue()

    async def send(self, frame):
        self.sent.put_nowait(frame)

    async def recv(self):
        return await self.received.get()


@pytest.mark.parametrize("moment", range(12))
async def test_a_station_that_is_stopped_stops_even_as_an_answer_comes(moment):
    socket = Socket()
    station = Station("S", socket, [Outlet(1)], {}, FleetCounts())
    reading = asyncio.ensure_future(station.start())
    beating = asyncio.ensure_future(station.beat())
    message_id = json.loads(await socket.sent.get())[1]
    socket.received.put_nowait(json.dumps([3, message_id, {"currentTime": "2026-01-01T00:00:00Z"}]))
    for _ in range(moment):
        await asyncio.sleep(0)
    cancelled = beating.cancel()
    await asyncio.wait([beating])
    assert beating.cancelled() == cancelled
    reading.cancel()
