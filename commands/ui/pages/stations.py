"""All stations: found, filtered, chosen, adopted."""

from commands.ui.parts import cells
from commands.ui.parts.heading import heading
from commands.ui.parts.listing import Column, Listing, Options
from commands.ui.route import Page
from commands.ui.visit import Visit


async def show(visit: Visit) -> None:
    """Build it."""
    with heading("Stations"):
        pass
    columns = [
        Column("id", "Station", lambda each: cells.station(each["id"])),
        Column(
            "online",
            "Presence",
            lambda each: cells.state("online" if each["online"] else "offline"),
        ),
        Column("since", "Registered", lambda each: cells.time(each["registered_at"], visit.zone)),
    ]
    options = Options(
        empty="No station yet. Register one, or adopt one that knocks.", name="Stations"
    )
    listing = Listing(visit, "/api/v1/stations", columns, options)
    await listing.refresh()
    visit.live(listing.refresh)


PAGE = Page(path="/stations", title="Stations", show=show, icon="ev_station", menu="Fleet")
