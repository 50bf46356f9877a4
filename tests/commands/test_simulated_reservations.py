"""A simulated station keeps reservations (OCPP 1.6 sections 5.13 and 5.2; rules R1 to R5)."""

import pytest

from tests.commands.bench_of_stations import Bench, living, soon


async def reserve(central, number=1, connector=1, *, tag="ANN", seconds=3600.0, **members):
    answer = await central.ask(
        "ReserveNow",
        connectorId=connector, expiryDate=soon(seconds), idTag=tag, reservationId=number, **members,
    )  # fmt: skip
    return answer["status"]


async def test_a_reserved_connector_says_so_and_a_cancelled_one_too():
    bench = Bench()
    assert await reserve(bench) == "Accepted"
    assert (await bench.said())[1]["status"] == "Reserved"
    assert await bench.status("CancelReservation", reservationId=2) == "Rejected"
    assert await bench.status("CancelReservation", reservationId=1) == "Accepted"
    assert (await bench.said())[1]["status"] == "Available"


async def test_a_reservation_ends_at_its_time():
    bench = Bench()
    assert await reserve(bench, seconds=0.2) == "Accepted"
    assert (await bench.said())[1]["status"] == "Reserved"
    assert (await bench.said())[1]["status"] == "Available"
    assert await bench.status("CancelReservation", reservationId=1) == "Rejected"


async def test_a_reserved_connector_is_occupied_for_another_reservation():
    bench = Bench()
    assert await reserve(bench, 1) == "Accepted"
    assert await reserve(bench, 2) == "Occupied"


async def test_the_same_number_replaces_the_reservation():
    bench = Bench()
    assert await reserve(bench, 1, connector=1) == "Accepted"
    assert await reserve(bench, 1, connector=2) == "Accepted"
    assert await reserve(bench, 2, connector=1) == "Accepted"
    assert await reserve(bench, 3, connector=2) == "Occupied"


async def test_what_is_out_of_order_cannot_be_reserved():
    bench = Bench()
    await bench.ask("ChangeAvailability", connectorId=1, type="Inoperative")
    await bench.ask("DataTransfer", vendorId="Ampledger", messageId="Fault", data="2")
    assert await reserve(bench, 1, connector=1) == "Unavailable"
    assert await reserve(bench, 2, connector=2) == "Faulted"
    assert await reserve(bench, 3, connector=0) == "Unavailable"


async def test_what_goes_out_of_order_loses_its_reservation():
    bench = Bench()
    await reserve(bench)
    await bench.ask("ChangeAvailability", connectorId=1, type="Inoperative")
    assert await bench.status("CancelReservation", reservationId=1) == "Rejected"


@pytest.mark.parametrize(("supported", "status"), [("true", "Accepted"), ("false", "Rejected")])
async def test_any_connector_is_reserved_only_where_that_is_supported(supported, status):
    assert await reserve(Bench(ReserveConnectorZeroSupported=supported), connector=0) == status


async def test_the_last_connectors_are_kept_for_those_who_reserved_any():
    bench = Bench()
    assert await reserve(bench, 1, connector=0) == "Accepted"
    assert await reserve(bench, 2, connector=1) == "Accepted"
    told = [(await bench.said())[1] for _ in range(2)]
    assert {(each["connectorId"], each["status"]) for each in told} == {
        (1, "Reserved"),
        (2, "Reserved"),
    }
    assert await reserve(bench, 3, connector=0) == "Occupied"


async def test_what_is_over_already_cannot_be_reserved():
    assert await reserve(Bench(), seconds=-60) == "Rejected"
    assert await reserve(Bench(), connector=5) == "Rejected"


async def test_the_holder_uses_a_reservation_and_nobody_else():
    async with living() as central:
        await central.hears("StatusNotification", status="Available", connectorId=1)
        assert await reserve(central, 41) == "Accepted"
        await central.hears("StatusNotification", status="Reserved", connectorId=1)
        other = await central.ask("RemoteStartTransaction", idTag="BOB", connectorId=1)
        assert other == {"status": "Rejected"}
        await central.ask("RemoteStartTransaction", idTag="ann", connectorId=1)
        started = await central.hears("StartTransaction", connectorId=1)
        assert started["reservationId"] == 41
        await central.hears("StatusNotification", status="Charging")
        answer = await central.ask("CancelReservation", reservationId=41)
        assert answer == {"status": "Rejected"}


async def test_a_tag_of_the_same_parent_uses_a_reservation():
    family = {"idTagInfo": {"status": "Accepted", "parentIdTag": "FAMILY"}}
    async with living(answers={"Authorize": family}) as central:
        await reserve(central, 41, parentIdTag="family")
        await central.ask("RemoteStartTransaction", idTag="BOB", connectorId=1)
        await central.hears("Authorize", idTag="BOB")
        assert (await central.hears("StartTransaction", idTag="BOB"))["reservationId"] == 41


async def test_a_tag_of_another_parent_drives_on():
    async with living() as central:
        await reserve(central, 41, parentIdTag="FAMILY")
        await central.ask("RemoteStartTransaction", idTag="BOB", connectorId=1)
        await central.hears("Authorize", idTag="BOB")
        await central.ask("RemoteStartTransaction", idTag="ANN", connectorId=1)
        started = await central.hears("StartTransaction")
        assert (started["idTag"], started["reservationId"]) == ("ANN", 41)
