"""Requests that are jobs: each is named like its call, and has a location (rules F1, F2)."""

from typing import Any, ClassVar

from domain.model.call import Call
from domain.model.job_progress import REFUSALS
from domain.ocpp import locations
from domain.ocpp.action import Outgoing
from domain.scope import Scope

_TAKEN = frozenset({"Accepted", "AcceptedCanceled"})  # the latter: the job before was dropped


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

    def location(self, request: Any) -> str:  # noqa: ANN401 - its own Request
        """Where the station is to fetch or bring the file."""
        return str(request.location)

    def number(self, request: Any) -> int | None:  # noqa: ANN401 - its own Request
        """What the station will call the request by, if it has a name for it."""
        return None

    def requested(self, request: Any, call: Call, scope: Scope) -> None:  # noqa: ANN401 - its own Request
        """A job begins."""
        scope.maintenance().request(
            call.name,
            self.kind,
            location=self.location(request),
            by=call.by,
            campaign=call.campaign,
            number=self.number(request),
            remark=scope.remark,
            at=scope.at,
        )

    def sent(self, request: Any, call: Call, scope: Scope) -> None:  # noqa: ANN401 - its own Request
        """Now the station's statuses are about it."""
        scope.maintenance().send(call.name, self.kind, at=scope.at)

    def failed(self, request: Any, call: Call, scope: Scope) -> None:  # noqa: ANN401 - its own Request
        """Nothing comes of it, as far as is known."""
        scope.maintenance().fail(call.name, self.kind, call.outcome, at=scope.at)


class NumberedJobRequest(JobRequest):
    """One of the security extension: it has a requestId, and its answer a status (rule S12)."""

    def number(self, request: Any) -> int | None:  # noqa: ANN401 - its own Request
        """Its requestId."""
        return int(request.requestId)

    def file_name(self, response: Any) -> str:  # noqa: ANN401 - its own Response
        """What the station will upload, "" for nothing."""
        return ""

    def answered(self, request: Any, response: Any, call: Call, scope: Scope) -> None:  # noqa: ANN401 - its own records
        """The station has taken it, or says why not."""
        maintenance = scope.maintenance()
        if response.status in _TAKEN:
            name = self.file_name(response)
            maintenance.answer(call.name, self.kind, file_name=name, at=scope.at)
        else:
            reason = REFUSALS.get(response.status, REFUSALS["Rejected"])
            maintenance.fail(call.name, self.kind, reason, at=scope.at)
