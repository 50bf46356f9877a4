"""Turns: few publishes at a time, and none that waits for a slow one for long."""

import asyncio

from gateway.broker.turns import Turns


async def test_a_turn_waits_for_a_place():
    turns = Turns(width=1, patience=60)
    first = await turns.take()
    second = asyncio.ensure_future(turns.take())
    await asyncio.sleep(0)
    assert not second.done()
    with first:
        pass
    with await second:
        pass


async def test_a_slow_publish_stops_counting():
    turns = Turns(width=1, patience=0.001)
    with await turns.take(), await turns.take():
        pass


async def test_a_turn_gives_its_place_back_once():
    turns = Turns(width=1, patience=0.001)
    with await turns.take():
        async with asyncio.timeout(5):
            late = await turns.take()
    third = asyncio.ensure_future(turns.take())
    await asyncio.sleep(0)
    assert not third.done()
    with late:
        pass
    with await third:
        pass
