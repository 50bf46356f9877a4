"""A station's local list, by the letter of the specification (OCPP 1.6 section 5.15)."""

from collections.abc import Mapping
from typing import Any

from domain.model.local_entries import Entry


class ModelList:
    """Takes SendLocalList.req and tells its version."""

    def __init__(self, version: int = 0, entries: Mapping[str, Entry] | None = None) -> None:
        self.version = version
        self.entries: dict[str, tuple[str, ...]] = {
            tag: tuple(entry[1:]) for tag, entry in (entries or {}).items()
        }

    def take(self, request: dict[str, Any]) -> str:
        """Apply it; the status that is answered."""
        listed = request.get("localAuthorizationList", [])
        if request["updateType"] == "Full":
            self.entries = {}
        elif request["listVersion"] <= self.version:
            return "VersionMismatch"
        for entry in listed:
            self._put(entry["idTag"].casefold(), entry.get("idTagInfo"))
        self.version = request["listVersion"]
        return "Accepted"

    def tell(self) -> int:
        """The answer to GetLocalListVersion: 0 when the list is empty."""
        return self.version if self.entries else 0

    def says(self) -> dict[str, tuple[str, ...]]:
        """Status, expiry date and parent, by folded tag."""
        return self.entries

    def _put(self, tag: str, info: dict[str, Any] | None) -> None:
        if info is None:
            self.entries.pop(tag, None)
        else:
            parent = info.get("parentIdTag", "")
            self.entries[tag] = (info["status"], info.get("expiryDate", ""), parent)
