"""All pages, in the order of the menu."""

from commands.ui.pages import overview, stations
from commands.ui.pages.station import page as station
from commands.ui.route import Page

PAGES: tuple[Page, ...] = (
    overview.PAGE,
    stations.PAGE,
    station.PAGE,
)
