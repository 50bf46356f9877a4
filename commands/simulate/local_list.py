"""The local authorisation list of a simulated station (OCPP 1.6 sections 5.10 and 5.15)."""

# The library has no types.
# mypy: disable-error-code="untyped-decorator"

from collections.abc import Mapping, Sequence
from typing import Any

from ocpp.routing import on
from ocpp.v16 import call_result
from ocpp.v16.enums import Action

from commands.simulate.configuration import Configuration

Entry = Mapping[str, Any]


class LocalList:
    """Tags without case; a version of 0 is that of an empty list."""

    def __init__(self, configuration: Configuration) -> None:
        self._configuration = configuration
        self._version = 0
        self._entries: dict[str, str] = {}

    def status_of(self, id_tag: str) -> str:
        """What the list says of a tag; "" when it says nothing."""
        return self._entries.get(id_tag.lower(), "") if self._enabled else ""

    @property
    def _enabled(self) -> bool:
        return self._configuration.is_on("LocalAuthListEnabled")

    @on(Action.get_local_list_version)
    def _get_version(self) -> object:
        version = self._version if self._entries else 0
        return call_result.GetLocalListVersion(list_version=version if self._enabled else -1)

    @on(Action.send_local_list)
    def _take(
        self,
        list_version: int,
        update_type: str,
        local_authorization_list: Sequence[Entry] = (),
    ) -> object:
        if not self._enabled:
            return call_result.SendLocalList(status="NotSupported")
        if update_type == "Differential" and list_version <= self._version:
            return call_result.SendLocalList(status="VersionMismatch")
        full = update_type == "Full"
        entries = {} if full else dict(self._entries)
        _update(entries, local_authorization_list)
        if list_version < 1 or self._is_wrong(local_authorization_list, entries, full=full):
            return call_result.SendLocalList(status="Failed")
        self._version, self._entries = list_version, entries
        return call_result.SendLocalList(status="Accepted")

    def _is_wrong(
        self, sent: Sequence[Entry], entries: Mapping[str, object], *, full: bool
    ) -> bool:
        """Too much at once or in all, a tag twice, or (in a Full) without its status (L2, L4)."""
        distinct = {entry["id_tag"].lower() for entry in sent}
        return (
            len(sent) > self._configuration.number("SendLocalListMaxLength")
            or len(entries) > self._configuration.number("LocalAuthListMaxLength")
            or len(distinct) != len(sent)
            or (full and any("id_tag_info" not in entry for entry in sent))
        )


def _update(entries: dict[str, str], sent: Sequence[Entry]) -> None:
    for entry in sent:
        tag = entry["id_tag"].lower()
        if "id_tag_info" in entry:
            entries[tag] = entry["id_tag_info"]["status"]
        else:
            entries.pop(tag, None)
