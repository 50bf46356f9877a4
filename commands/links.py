"""The addresses that people are given to open in a browser."""

from commands.settings import Settings


def here(settings: Settings) -> str:
    """Where the API of this machine is."""
    given = settings.api_host
    host = "127.0.0.1" if given in {"0.0.0.0", "::"} else given  # noqa: S104 - compared
    scheme = "https" if settings.api_certificate else "http"
    return f"{scheme}://{f'[{host}]' if ':' in host else host}:{settings.api_port}"


def path_of(invitation: str) -> str:
    """The page where whoever holds an invitation chooses a password."""
    return f"/welcome/{invitation}"


def welcome(settings: Settings, invitation: str) -> str:
    """The link of an invitation, for the one it is for."""
    return (settings.public_url.rstrip("/") or here(settings)) + path_of(invitation)
