"""Requests that are jobs: each is named like its call, and has a location (rules F1, F2)."""

from typing import Any, ClassVar

from domain.model.call import Call
from domain.ocpp import locations
from domain.ocpp.action import Outgoing
from domain.scope import Scope


class JobRequest(Outgoing):
    """A request that the station works on after it has answered."""

    kind: ClassVar[str]  # of domain.model.job_progress
    secret_names = locations.SECRET_NAMES

    def secret(self, payload: Any) -> bool:  # noqa: ANN401 - JSON
        """Whether the location has a secret."""
        return locations.has_secret(payload)

    def mask(self, payload: Any) -> Any:  # noqa: ANN401 - JSON
        """The request without the secrets of its location."""
        return locations.masked(payload)

    def requested(self, request: Any, call: Call, scope: Scope) -> None:  # noqa: ANN401 - its own Request
        """A job begins."""
        scope.maintenance().request(
            call.name,
            self.kind,
            location=request.location,
            by=call.by,
            campaign=call.campaign,
            at=scope.at,
        )

    def sent(self, request: Any, call: Call, scope: Scope) -> None:  # noqa: ANN401 - its own Request
        """Now the station's statuses are about it."""
        scope.maintenance().send(call.name, self.kind, at=scope.at)

    def failed(self, request: Any, call: Call, scope: Scope) -> None:  # noqa: ANN401 - its own Request
        """Nothing comes of it, as far as is known."""
        scope.maintenance().fail(call.name, self.kind, call.outcome, at=scope.at)
