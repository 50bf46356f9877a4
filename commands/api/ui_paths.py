"""Where the web UI shows a thing: relative to the root, ids percent-encoded."""

from types import MappingProxyType
from urllib.parse import quote

_FOLDERS = MappingProxyType(
    {
        "station": "stations",
        "transaction": "transactions",
        "token": "tokens",
        "call": "calls",
        "reservation": "reservations",
        "job": "jobs",
        "campaign": "campaigns",
        "bulk-call": "bulk-calls",
        "quarantine": "quarantine",
    }
)


def path_of(kind: str, id: str | int) -> str:
    """The page of a thing of one of these kinds."""
    return f"/{_FOLDERS[kind]}/{quote(str(id), safe='')}"
