"""A simulated station keeps a local list (OCPP 1.6 sections 5.10 and 5.15; rules L1 to L7)."""

from tests.commands.bench_of_stations import Bench, living


def entry(tag, status="Accepted"):
    return {"idTag": tag, "idTagInfo": {"status": status}}


async def send(central, version, *entries, kind="Full"):
    answer = await central.ask(
        "SendLocalList", listVersion=version, updateType=kind, localAuthorizationList=list(entries)
    )
    return answer["status"]


async def version_of(bench):
    return (await bench.ask("GetLocalListVersion"))["listVersion"]


async def test_a_full_list_replaces_and_a_differential_one_changes():
    bench = Bench()
    assert await version_of(bench) == 0
    assert await send(bench, 3, entry("ANN"), entry("BOB")) == "Accepted"
    assert await send(bench, 4, entry("CEM"), {"idTag": "ann"}, kind="Differential") == "Accepted"
    known = [tag for tag in ("ANN", "BOB", "CEM") if bench.features.local_list.status_of(tag)]
    assert known == ["BOB", "CEM"]
    assert await version_of(bench) == 4


async def test_a_differential_list_that_is_not_newer_is_of_the_wrong_version():
    bench = Bench()
    await send(bench, 3, entry("ANN"))
    assert await send(bench, 3, entry("BOB"), kind="Differential") == "VersionMismatch"
    assert await version_of(bench) == 3


async def test_a_list_that_became_empty_has_version_0():
    bench = Bench()
    await send(bench, 3, entry("ANN"))
    assert await send(bench, 4) == "Accepted"
    assert await version_of(bench) == 0


async def test_what_does_not_fit_or_makes_no_sense_fails_and_changes_nothing():
    bench = Bench(SendLocalListMaxLength="2", LocalAuthListMaxLength="2")
    assert await send(bench, 1, entry("ANN"), entry("BOB")) == "Accepted"
    assert await send(bench, 2, entry("CEM"), kind="Differential") == "Failed"
    assert await send(bench, 2, *map(entry, "ABC")) == "Failed"
    assert await send(bench, 2, entry("ANN"), entry("ann")) == "Failed"
    assert await send(bench, 2, {"idTag": "ANN"}) == "Failed"
    assert await send(bench, 0, entry("ANN")) == "Failed"
    assert await version_of(bench) == 1


async def test_a_list_that_is_switched_off_is_not_supported():
    bench = Bench(LocalAuthListEnabled="false")
    assert await version_of(bench) == -1
    assert await send(bench, 1, entry("ANN")) == "NotSupported"


async def test_a_list_that_contradicts_the_system_is_reported():
    async with living() as central:
        await send(central, 1, entry("ANN", "Blocked"))
        await central.ask("RemoteStartTransaction", idTag="ANN", connectorId=1)
        await central.hears("StatusNotification", errorCode="LocalListConflict", connectorId=1)
