"""The versions of OCPP this program speaks, by the name of their WebSocket subprotocol."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from domain.ocpp import v16
from domain.ocpp.action import Actions, Incoming, Outgoing, discover
from domain.ocpp.errors import Violation
from domain.ocpp.v16 import names


@dataclass(frozen=True, slots=True)
class Version:
    """One version: its actions, and the names of all actions it could have."""

    protocol: str
    actions: Actions
    known: frozenset[str]

    def incoming(self, name: str) -> Incoming:
        """The action a station calls; raises Violation (OCPP-J 1.6 table 7)."""
        if action := self.actions.incoming.get(name):
            return action
        if name in self.known:
            raise Violation(Violation.NOT_SUPPORTED, f"{name} is not for a station to call")
        raise Violation(Violation.NOT_IMPLEMENTED, f"there is no action {name}")

    def outgoing(self, name: str) -> Outgoing | None:
        """The action we call, when this version has it."""
        return self.actions.outgoing.get(name)


Versions = Mapping[str, Version]


def versions() -> Versions:
    """Every version, by subprotocol."""
    v16_version = Version("ocpp1.6", discover(v16), names.ALL_ACTIONS)
    return MappingProxyType({v16_version.protocol: v16_version})
