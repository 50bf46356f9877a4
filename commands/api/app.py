"""The application that is served: resources, problems, documentation."""

from importlib.metadata import version

from fastapi import FastAPI
from fastapi_offline import FastAPIOffline

from commands.api import (
    assignments,
    bulk_calls,
    calls,
    campaigns,
    charging_profiles,
    configuration,
    connectors,
    files,
    firmware,
    health,
    jobs,
    journal,
    local_lists,
    maintenance,
    meter_values,
    problems,
    quarantine,
    readings,
    reservations,
    schedules,
    stations,
    tokens,
    transactions,
    triggers,
    users,
)
from commands.api.office import Office
from commands.api.problems import ProblemDetails
from commands.api.requests import Requests

_DESCRIPTION = """\
A bearer token of `ampledger users add` opens it. A **viewer** reads; an **operator** also calls
stations, closes sockets and transactions and keeps tokens; an **admin** also keeps stations and
users.

Times are RFC 3339, UTC. Lists come in pages: ask for the next one with the `next` of the last as
`cursor`. Every error is a problem (RFC 9457). A wish is answered once it is decided, on record and
readable.
"""
_PROBLEMS: dict[int | str, dict[str, object]] = {
    "4XX": {"model": ProblemDetails, "content": {problems.MEDIA_TYPE: {}}},
    "5XX": {"model": ProblemDetails, "content": {problems.MEDIA_TYPE: {}}},
}
_RESOURCES = (  # in the order of the documentation
    stations,
    triggers,
    configuration,
    local_lists,
    calls,
    bulk_calls,
    campaigns,
    journal,
    connectors,
    charging_profiles,
    assignments,
    schedules,
    transactions,
    reservations,
    meter_values,
    readings,
    tokens,
    jobs,
    maintenance,
    firmware,
    files,
    quarantine,
    users,
    health,
)


def application(office: Office) -> FastAPI:
    """The API, working with what the office holds."""
    app = FastAPIOffline(
        title="Ampledger",
        version=version("ampledger"),
        description=_DESCRIPTION,
        redoc_url=None,
        responses=_PROBLEMS,
    )
    app.state.office = office
    for resource in _RESOURCES:
        app.include_router(resource.router)
    app.add_middleware(Requests)
    problems.install(app)
    return app
