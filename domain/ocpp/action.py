"""What an OCPP action is, and how the actions of a version are found: by walking its package."""

import inspect
import pkgutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import import_module
from types import MappingProxyType, ModuleType
from typing import Any, ClassVar

import msgspec

from domain.model.call import Call
from domain.scope import Scope


class Action:
    """One OCPP action. Its class name is the action's name; its records keep the spec's names."""

    Request: ClassVar[type[msgspec.Struct]]
    Response: ClassVar[type[msgspec.Struct]]

    @property
    def name(self) -> str:
        """The action as it stands on the wire."""
        return type(self).__name__


class Incoming(Action):
    """A CALL that a station sends."""

    transactional: ClassVar[bool] = False  # never answered with a CALLERROR for its content (T10)
    defaults: ClassVar[Mapping[str, object]] = MappingProxyType({})  # for a lacking required field

    def needs(self, station: str, request: Any) -> Iterable[str]:  # noqa: ANN401 - its own Request
        """The streams `decide` will read, so that a batch loads them with one query."""
        return ()

    def decide(self, request: Any, scope: Scope) -> msgspec.Struct:  # noqa: ANN401 - its own Request
        """Decide, and say what the station is answered. Raises Violation."""
        raise NotImplementedError


class Outgoing(Action):
    """A CALL that we send."""

    secret_names: ClassVar[frozenset[str]] = frozenset()  # folded; empty: nothing to mask, ever

    def secret(self, payload: Any) -> bool:  # noqa: ANN401 - JSON
        """Whether a decoded request holds a secret: it must be sealed, and masked on record."""
        return False

    def mask(self, payload: Any) -> Any:  # noqa: ANN401 - JSON
        """A decoded request or response without its secrets."""
        return payload

    def password(self, payload: Any) -> str | None:  # noqa: ANN401 - JSON
        """The password that a decoded request gives to its station, None when it gives none."""
        return None

    def after(self, scope: Scope) -> str:
        """The station's message whose answer must be written before this; "" for none."""
        return ""

    def requested(self, request: Any, call: Call, scope: Scope) -> None:  # noqa: ANN401 - its own Request
        """What follows from the wish to send it. Secrets in the request are masked."""

    def sent(self, request: Any, call: Call, scope: Scope) -> None:  # noqa: ANN401 - its own Request
        """What follows once it has gone out: for each connection that it was written on."""

    def answered(self, request: Any, response: Any, call: Call, scope: Scope) -> None:  # noqa: ANN401 - its own records
        """What follows from the station's answer, beyond its being recorded: a late one too."""

    def failed(self, request: Any, call: Call, scope: Scope) -> None:  # noqa: ANN401 - its own Request
        """What follows when no CALLRESULT came that can be read: `call.outcome` tells why.

        A call that timed out, or was taken back as it went out, may be answered late: then
        `answered`, or this once more, is called as well.
        """


@dataclass(frozen=True, slots=True)
class Actions:
    """All actions of one version."""

    incoming: Mapping[str, Incoming]
    outgoing: Mapping[str, Outgoing]


def discover(package: ModuleType) -> Actions:
    """Every action defined in the modules under a package."""
    found = [action() for action in _classes(package)]
    return Actions(
        incoming=MappingProxyType({a.name: a for a in found if isinstance(a, Incoming)}),
        outgoing=MappingProxyType({a.name: a for a in found if isinstance(a, Outgoing)}),
    )


def _classes(package: ModuleType) -> Iterable[type[Action]]:
    for info in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        module = import_module(info.name)
        for _, member in inspect.getmembers(module, inspect.isclass):
            if issubclass(member, Action) and member.__module__ == info.name:
                yield member
