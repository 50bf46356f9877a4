"""The timer of a reservation is on record: whoever comes back finds what is due."""

from datetime import UTC, datetime, timedelta

from tests.journeys.charge_point import Station
from tests.journeys.conftest import embedded, operator_of
from tests.journeys.waiting import eventually


async def test_a_reservation_expires_although_the_system_was_killed(tmp_path):
    until = (datetime.now(UTC) + timedelta(seconds=4)).isoformat()
    with embedded(tmp_path) as installation:
        async with operator_of(installation) as operator:
            await operator.register("CP1")
            async with Station(installation.gateway_url, "CP1") as station:
                await station.boot()
                station.answers["ReserveNow"] = {"status": "Accepted"}
                payload = {"connectorId": 1, "expiryDate": until, "idTag": "T", "reservationId": 7}
                await operator.call("CP1", "ReserveNow", payload)
                assert (await operator.get("/api/v1/reservations/7"))["status"] == "accepted"
        installation.kill("run")
        installation.start("run")
        async with operator_of(installation) as operator:
            row = await eventually(operator, "/api/v1/reservations/7", "status", "expired")
            assert row["ended_at"] >= row["expiry_date"]
