"""All pages, in the order of the menu."""

from commands.ui.pages import audit, me, overview, stations, user, users
from commands.ui.pages.station import page as station
from commands.ui.route import Page

PAGES: tuple[Page, ...] = (
    overview.PAGE,
    stations.PAGE,
    station.PAGE,
    audit.PAGE,
    users.PAGE,
    user.PAGE,
    me.PAGE,
)
