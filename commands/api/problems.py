"""Every error as problem details (RFC 9457): what went wrong, and what the caller can do."""

import logging
import math
from collections.abc import Callable
from http import HTTPStatus
from types import MappingProxyType
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from commands.desk import DECIDED_WITHIN, READABLE_WITHIN, Declined, Undecided, Unread
from domain.log import Unavailable
from domain.model.aggregate import Refused
from domain.ports import Overloaded

MEDIA_TYPE = "application/problem+json"
_JSON = "application/json"
_STATUS = MappingProxyType(
    {
        Refused.NOT_FOUND: 404,
        Refused.NOT_CONNECTED: 409,
        Refused.CONFLICT: 409,
        Refused.INVALID: 422,
    }
)

_MOST_FAULTS = 20  # told of one request: it may have as many as it has bytes
_LONGEST_PATH = 200  # characters
_UNPARSED = "There was an error parsing the body"  # FastAPI's, of bytes or depths JSON cannot have

_log = logging.getLogger("ampledger.api")


class Fault(BaseModel):
    """One thing wrong with what was sent."""

    path: str = Field(description="where, e.g. body.password")
    message: str


class ProblemDetails(BaseModel):
    """The body of every answer from 400 on."""

    type: str = Field(description="urn:ampledger:problem:… or about:blank")
    title: str
    status: int
    detail: str
    instance: str = Field(description="the path that was asked")
    request_id: str = Field(description="also in the header X-Request-Id and in the log")
    errors: list[Fault] | None = None
    call: str | None = Field(
        default=None,
        description="the call that may be under way all the same, also in the header Location: look"
        " it up, do not send it again",
    )


class Problem(Exception):
    """Answer with this. `kind` is the end of the problem's type, "" when the status says it all.

    `call` is the id of a call whose fate is open; after `again_in` seconds it may be tried again.
    """

    call = ""
    again_in = 0.0

    def __init__(
        self, status: int, detail: str, *, kind: str = "", errors: tuple[Fault, ...] = ()
    ) -> None:
        super().__init__(detail)
        self.status, self.detail, self.kind, self.errors = status, detail, kind, errors


def install(app: FastAPI) -> None:
    """Have all errors of an app answered so."""
    for error, explain in _EXPLAINED.items():
        app.add_exception_handler(error, _handler(explain))


def explained(error: Exception) -> Problem:
    """The problem that an error is."""
    return _EXPLAINED.get(type(error), _defect)(error)


def document(operation: dict[str, Any]) -> None:
    """Have an operation of an OpenAPI document say of what media type its errors are."""
    for status, response in operation["responses"].items():
        content = response.get("content", {})
        if status >= "4" and _JSON in content:
            content[MEDIA_TYPE] = content.pop(_JSON)


def too_many(what: str, wait: float) -> Problem:
    """What is answered to whoever must wait so many seconds."""
    problem = Problem(429, f"too many {what}: wait a little", kind="too-many-requests")
    problem.again_in = wait
    return problem


def doubtful(error: Exception, call: str) -> Problem:
    """The problem that an error is, naming the call that may be under way all the same."""
    problem = _EXPLAINED[type(error)](error)
    problem.call = call
    return problem


def answer(request: Request, problem: Problem) -> JSONResponse:
    """A problem as a response."""
    request_id = getattr(request.state, "request_id", "")
    details = ProblemDetails(
        type=f"urn:ampledger:problem:{problem.kind}" if problem.kind else "about:blank",
        title=problem.kind.replace("-", " ") or HTTPStatus(problem.status).phrase,
        status=problem.status,
        detail=problem.detail,
        instance=request.url.path,
        request_id=request_id,
        errors=list(problem.errors) or None,
        call=problem.call or None,
    )
    headers = {"X-Request-Id": request_id}
    if problem.status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"
    if problem.again_in or problem.status == HTTPStatus.SERVICE_UNAVAILABLE:
        headers["Retry-After"] = str(math.ceil(problem.again_in) or 2)
    if problem.call:
        headers["Location"] = f"/api/v1/calls/{problem.call}"
    body = details.model_dump(exclude_none=True)
    return JSONResponse(body, problem.status, headers, media_type=MEDIA_TYPE)


def _handler(
    explain: Callable[[Exception], Problem],
) -> Callable[[Request, Exception], JSONResponse]:
    def handle(request: Request, error: Exception) -> JSONResponse:
        return answer(request, explain(error))

    return handle


def _itself(error: Exception) -> Problem:
    assert isinstance(error, Problem)  # noqa: S101 - registered for it
    return error


def _http(error: Exception) -> Problem:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for it
    if error.detail == _UNPARSED:
        return Problem(422, "the body is no JSON that can be read", kind="invalid")
    return Problem(error.status_code, str(error.detail))


def _invalid(error: Exception) -> Problem:
    """What was sent is named by path, never repeated: it may hold a password."""
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for it
    faults = tuple(map(_fault, error.errors()[:_MOST_FAULTS]))
    detail = "; ".join(f"{fault.path}: {fault.message}" for fault in faults)
    return Problem(422, detail, kind="invalid", errors=faults)


def _fault(found: dict[str, Any]) -> Fault:
    place, kind = found["loc"], found["type"]
    if kind == "json_invalid":
        why = found["ctx"]["error"]
        return Fault(path="body", message=f"is no JSON: {why} (at character {place[-1]})")
    if place == ("body",) and kind == "model_attributes_type":
        return Fault(path="body", message="must be a JSON object, sent as application/json")
    return Fault(path=".".join(map(str, place))[:_LONGEST_PATH], message=str(found["msg"]))


def _broken_off(_: Exception) -> Problem:
    """Nobody is there to read it; it is no defect."""
    return Problem(400, "the request broke off before its body was there")


def _declined(error: Exception) -> Problem:
    assert isinstance(error, Declined)  # noqa: S101 - registered for it
    return Problem(_STATUS.get(error.kind, 500), str(error), kind=error.kind.replace("_", "-"))


def _undecided(_: Exception) -> Problem:
    detail = (
        f"The wish is accepted, but was not decided within {DECIDED_WITHIN:g} s. "
        "It stays in its queue and is decided when the domain is back."
    )
    return Problem(504, detail, kind="undecided")


def _unread(_: Exception) -> Problem:
    detail = (
        f"The wish is granted, but the read models did not show it within {READABLE_WITHIN:g} s. "
        "Read again later; do not repeat the wish."
    )
    return Problem(504, detail, kind="not-yet-readable")


def _overloaded(_: Exception) -> Problem:
    return Problem(503, "The broker is away, nothing more can be taken.", kind="broker-away")


def _unavailable(_: Exception) -> Problem:
    return Problem(503, "The database does not answer.", kind="database-away")


def _defect(error: Exception) -> Problem:
    _log.error("request failed", exc_info=error)
    return Problem(500, "This is a defect of the program; its log says more.")


_EXPLAINED: MappingProxyType[type[Exception], Callable[[Exception], Problem]] = MappingProxyType(
    {
        Problem: _itself,
        HTTPException: _http,
        RequestValidationError: _invalid,
        ClientDisconnect: _broken_off,
        Declined: _declined,
        Undecided: _undecided,
        Unread: _unread,
        Overloaded: _overloaded,
        Unavailable: _unavailable,
        Exception: _defect,
    }
)
