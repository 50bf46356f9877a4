"""All pages, in the order of the menu."""

from commands.ui.pages import (
    audit,
    campaign,
    campaigns,
    certificate,
    certificates,
    firmware,
    job,
    jobs,
    me,
    overview,
    security_events,
    stations,
    transactions,
    user,
    users,
    webhooks,
)
from commands.ui.pages.events import page as events
from commands.ui.pages.new_campaign import page as new_campaign
from commands.ui.pages.station import page as station
from commands.ui.pages.transaction import page as transaction
from commands.ui.pages.webhook import page as webhook
from commands.ui.route import Page

PAGES: tuple[Page, ...] = (
    overview.PAGE,
    stations.PAGE,
    station.PAGE,
    transactions.PAGE,
    transaction.PAGE,
    jobs.PAGE,
    job.PAGE,
    firmware.PAGE,
    campaigns.PAGE,
    new_campaign.PAGE,  # before any campaign by its id
    campaign.PAGE,
    certificates.PAGE,
    certificate.PAGE,
    security_events.PAGE,
    events.PAGE,
    audit.PAGE,
    webhooks.PAGE,
    webhook.PAGE,
    users.PAGE,
    user.PAGE,
    me.PAGE,
)
