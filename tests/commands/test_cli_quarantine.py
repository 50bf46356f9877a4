"""`ampledger quarantine`: a case is listed, shown with its candidates, resolved, reopened."""

import asyncio
import json

from ocpp.v16 import call

from tests.journeys.charge_point import now


async def _case(say, station):
    """The open case of the station, once it can be read."""
    async with asyncio.timeout(10):
        while not (listed := (await _list(say, station)).splitlines()):  # noqa: ASYNC110 - it is in a database
            await asyncio.sleep(0.05)
    return json.loads(listed[0])


async def _list(say, station, *words):
    return (await say("quarantine", "list", "--station", station.name, "--json", *words)).stdout


async def test_an_orphan_stop_is_resolved_from_the_command_line(say, station):
    started = await station.start("SOMEBODY", meter=100)
    number = started.transaction_id
    await station.ask(
        call.StopTransaction(transaction_id=4_000_000, meter_stop=900, timestamp=now())
    )
    case = await _case(say, station)
    assert (case["kind"], case["transaction"]) == ("orphan-stop", 4_000_000)

    shown = (await say("quarantine", "show", case["number"])).stdout
    assert "the last one that had started" in shown
    assert "assign, dismiss" in shown
    wrong = await say("quarantine", "resolve", case["number"], "accept", "--note", "x")
    assert (wrong.exit_code, "assign, dismiss" in wrong.stderr) == (1, True)

    words = ("--transaction", number, "--note", "found on site")
    resolved = await say("quarantine", "resolve", case["number"], "assign", *words)
    assert (resolved.exit_code, "found on site" in resolved.stdout) == (0, True), resolved.output
    ended = json.loads((await say("transactions", "show", number, "--json")).stdout)
    assert (ended["status"], ended["energy_wh"]) == ("stopped", 800)
    assert await _list(say, station) == ""
    assert json.loads(await _list(say, station, "--all"))["ruling"] == "assign"

    reopened = await say("quarantine", "reopen", case["number"], "--note", "wrong one")
    assert reopened.exit_code == 0
    assert json.loads(await _list(say, station))["note"] == "wrong one"
