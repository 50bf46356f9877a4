"""What parts of several roles are told."""

from commands.settings import Settings
from gateway.addresses import Networks, networks


def trusted(settings: Settings) -> Networks:
    text = settings.trusted_proxies
    return networks(text.split(",") if text else ())


def event_source(settings: Settings) -> str:
    """What events say of where they come from."""
    return f"/ampledger/{settings.namespace}"
