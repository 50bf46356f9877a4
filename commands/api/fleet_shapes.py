"""A station as a list of the fleet shows it, as JSON and as a line of a spreadsheet."""

from pydantic import BaseModel, Field

from commands.api.shapes import Page, Time
from commands.api.station_shapes import Station, station_of
from projections.fleet_list import Listed

_WORST_FIRST = (
    *("Faulted", "Unavailable", "SuspendedEVSE", "SuspendedEV", "Finishing", "Charging"),
    *("Preparing", "Reserved", "Available"),
)


class FleetStation(Station):
    """A registered station, and how its connectors are."""

    status: str = Field(
        description="the worst that its connectors or the station itself reported last, Faulted"
        ' before all; "" for none'
    )
    connectors: dict[str, int] = Field(
        description='how many reported which status last, "" for none yet; without the controller'
    )
    transactions_running: int


class FleetPage(Page[FleetStation]):
    """Some stations of all that match."""

    total: int = Field(description="how many match, on all pages")


class StationLine(BaseModel):
    """A station in a spreadsheet; the first columns are those that an import reads."""

    id: str
    note: str
    labels: str = Field(description="separated by spaces")
    serial_number: str
    registration: str
    security_profile: int
    heartbeat_interval: int
    boot_retry_interval: int
    protocols: str
    online: bool
    status: str
    connectors: str
    transactions_running: int
    last_frame_at: Time | None
    vendor: str
    model: str
    firmware_version: str
    booted_at: Time | None


def fleet_station_of(row: Listed) -> FleetStation:
    return FleetStation(
        **dict(station_of(row.station)),
        status=_worst(row),
        connectors=row.statuses,
        transactions_running=row.running,
    )


def line_of(row: Listed) -> StationLine:
    station = station_of(row.station)
    boot = station.boot
    return StationLine(
        **station.model_dump(include=set(StationLine.model_fields) - {"labels", "protocols"}),
        labels=" ".join(station.labels),
        protocols=" ".join(station.protocols),
        status=_worst(row),
        connectors=" ".join(f"{status or '?'}:{n}" for status, n in row.statuses.items()),
        transactions_running=row.running,
        vendor=boot.vendor if boot else "",
        model=boot.model if boot else "",
        firmware_version=boot.firmware_version if boot else "",
        booted_at=boot.at if boot else None,
    )


def _worst(row: Listed) -> str:
    told = {*row.statuses, row.controller} - {""}
    known = [status for status in _WORST_FIRST if status in told]
    return next(iter([*known, *sorted(told)]), "")
