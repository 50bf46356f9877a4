"""The application that is served: resources, problems, documentation."""

from collections.abc import Callable, Iterator
from functools import partial
from importlib.metadata import version
from itertools import chain
from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute
from fastapi_offline import FastAPIOffline
from starlette.types import ASGIApp, Message

from commands.api import (
    assignments,
    audit,
    bulk_calls,
    calls,
    campaigns,
    certificate_renewals,
    certificate_requests,
    certificate_stores,
    charging_profiles,
    checkpoints,
    configuration,
    connectors,
    docs,
    events,
    files,
    firmware,
    firmware_signatures,
    health,
    invitations,
    jobs,
    journal,
    local_lists,
    logs,
    maintenance,
    me,
    meter_keys,
    meter_values,
    operations,
    overview,
    problems,
    proofs,
    quarantine,
    read_models,
    readings,
    reservation_history,
    reservations,
    schedules,
    search,
    security_events,
    sessions,
    signed_firmware,
    states,
    station_import,
    station_security,
    stations,
    system,
    timeline,
    token_lists,
    tokens,
    transactions,
    triggers,
    users,
    webhooks,
)
from commands.api.access import role_of
from commands.api.bounds import Bounded, Bounds
from commands.api.office import Office
from commands.api.prepared import Prepared
from commands.api.problems import ProblemDetails
from commands.api.requests import Requests
from commands.api.signing_in import SigningIn

_DESCRIPTION = """\
A bearer token of `ampledger users add` opens it, or that of a session, which a name and a password
begin. A **viewer** reads; an **operator** also calls stations, closes sockets and transactions and
keeps tokens; an **admin** also keeps stations and users, and reads what everybody did. `x-role` of
an operation says which of them it is for.

Times are RFC 3339, UTC. Lists come in pages: ask for the next one with the `next` of the last as
`cursor`. Every error is a problem (RFC 9457). A wish is answered once it is decided, on record and
readable.
"""
_PROBLEMS: dict[int | str, dict[str, object]] = {
    "4XX": {"model": ProblemDetails, "content": {problems.MEDIA_TYPE: {}}},
    "5XX": {"model": ProblemDetails, "content": {problems.MEDIA_TYPE: {}}},
}
_RESOURCES = (  # in the order of the documentation
    overview,
    search,
    stations,
    station_import,
    station_security,
    security_events,
    events,
    triggers,
    certificate_requests,
    certificate_renewals,
    certificate_stores,
    configuration,
    local_lists,
    operations,
    calls,
    bulk_calls,
    campaigns,
    journal,
    states,
    timeline,
    connectors,
    meter_keys,
    charging_profiles,
    assignments,
    schedules,
    transactions,
    proofs,
    reservations,
    reservation_history,
    meter_values,
    readings,
    tokens,
    token_lists,
    jobs,
    maintenance,
    signed_firmware,
    logs,
    firmware,
    firmware_signatures,
    files,
    quarantine,
    users,
    invitations,
    sessions,
    me,
    webhooks,
    audit,
    checkpoints,
    read_models,
    system,
    health,
)


def _with_roles(plain: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """The document says of each operation which role it is for, by what enforces it."""
    document = plain()
    for route in _routes():
        for method in route.methods or ():
            operation = document["paths"][route.path_format][method.lower()]
            operation["x-role"] = role.name if (role := role_of(route)) else None
            problems.document(operation)
    return document


def _routes() -> Iterator[APIRoute]:
    routes = chain.from_iterable(resource.router.routes for resource in _RESOURCES)
    return (each for each in routes if isinstance(each, APIRoute) and each.include_in_schema)


def application(office: Office, bounds: Bounds) -> ASGIApp:
    """The API, working with what the office holds, behind all that protects it."""
    app = _routed(office)
    prepared = Prepared(app, office.database, office.log)
    inner = SigningIn(prepared, office.database, office.clock, bounds)
    return Requests(Bounded(inner, bounds), bounds.trusted)


async def warm_up(app: ASGIApp) -> None:
    """Have FastAPI make its routes and their document.

    When they are first asked for it would hold up the loop, for a second each.
    """

    async def nothing() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def ignore(message: Message) -> None:
        pass

    path = "/openapi.json"
    what = {"method": "GET", "path": path, "raw_path": path.encode(), "query_string": b""}
    how = {"scheme": "http", "http_version": "1.1", "client": ("127.0.0.1", 0), "headers": []}
    await app({"type": "http", "asgi": {"version": "3.0"}, **what, **how}, nothing, ignore)


def _routed(office: Office) -> FastAPI:
    app = FastAPIOffline(
        title="Ampledger",
        version=version("ampledger"),
        description=_DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        responses=_PROBLEMS,
    )
    app.state.office = office
    app.include_router(docs.router(app.title))
    for resource in _RESOURCES:
        app.include_router(resource.router)
    problems.install(app)
    app.openapi = partial(_with_roles, app.openapi)  # type: ignore[method-assign]  # FastAPI's way
    return app
