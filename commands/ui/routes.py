"""All pages, in the order of the menu."""

from commands.ui.pages import (
    audit,
    bulk_call,
    bulk_calls,
    call,
    calls,
    campaign,
    campaigns,
    certificate,
    certificates,
    firmware,
    job,
    jobs,
    me,
    quarantine,
    reservations,
    security_events,
    tokens,
    transactions,
    user,
    users,
    webhooks,
)
from commands.ui.pages.case import page as case
from commands.ui.pages.charging_profiles import editor as charging_profile
from commands.ui.pages.charging_profiles import library as charging_profiles
from commands.ui.pages.events import page as events
from commands.ui.pages.new_campaign import page as new_campaign
from commands.ui.pages.overview import page as overview
from commands.ui.pages.reservation import page as reservation
from commands.ui.pages.station import page as station
from commands.ui.pages.stations import page as stations
from commands.ui.pages.stations import spreadsheet as stations_import
from commands.ui.pages.system import page as system
from commands.ui.pages.token import page as token
from commands.ui.pages.transaction import page as transaction
from commands.ui.pages.webhook import page as webhook
from commands.ui.route import Page

PAGES: tuple[Page, ...] = (
    overview.PAGE,
    stations.PAGE,
    stations_import.PAGE,
    station.PAGE,
    transactions.PAGE,
    transaction.PAGE,
    reservations.PAGE,
    reservation.PAGE,
    tokens.PAGE,
    token.PAGE,
    charging_profiles.PAGE,
    charging_profile.PAGE,
    calls.PAGE,
    call.PAGE,
    bulk_calls.PAGE,
    bulk_call.PAGE,
    jobs.PAGE,
    job.PAGE,
    firmware.PAGE,
    campaigns.PAGE,
    new_campaign.PAGE,  # before any campaign by its id
    campaign.PAGE,
    certificates.PAGE,
    certificate.PAGE,
    quarantine.PAGE,
    case.PAGE,
    security_events.PAGE,
    events.PAGE,
    audit.PAGE,
    webhooks.PAGE,
    webhook.PAGE,
    users.PAGE,
    user.PAGE,
    system.PAGE,
    me.PAGE,
)
