"""Who a station is, and whether it is there."""

from commands.ui.pages.station.subject import Refresh, Subject
from commands.ui.parts import cells
from commands.ui.parts.details import Details
from commands.ui.parts.heading import section


async def build(subject: Subject) -> Refresh:
    """Identity and presence."""
    with section("Identity and presence"):
        details = Details()

    async def refresh() -> None:
        if found := await subject.get():
            details.show(
                {
                    "Presence": cells.state("online" if found["online"] else "offline"),
                    "Registration": cells.state(found["registration"]),
                }
            )

    await refresh()
    return refresh
