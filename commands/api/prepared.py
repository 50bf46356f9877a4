"""Nobody is told half of what is on record: until the rows of this release are built, it waits."""

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from commands.api.problems import Problem, answer, explained
from domain.log import Log, Unavailable
from projections.database import Database
from projections.migration import READ_MODELS
from projections.overview import unbuilt

_GUARDED = "/api/"
_OPEN = (  # they read no such rows
    *("/api/v1/read-models", "/api/v1/health"),
    *("/api/v1/users", "/api/v1/sessions", "/api/v1/me"),
)
_AGAIN_IN = 5.0  # s


class Prepared:
    """ASGI middleware: answers 503 and how far it is, until every read model can be read."""

    def __init__(self, app: ASGIApp, database: Database, log: Log) -> None:
        self._app, self._database, self._log = app, database, log
        self._is_built = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a request, or say why not yet."""
        if self._is_built or not _is_guarded(scope):
            await self._app(scope, receive, send)
            return
        try:
            missing = await run_in_threadpool(self._missing)
        except Unavailable as error:
            await answer(Request(scope), explained(error))(scope, receive, send)
            return
        self._is_built = not missing
        if missing:
            await answer(Request(scope), _unbuilt(missing))(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    def _missing(self) -> dict[str, int]:
        return self._database.read(unbuilt, READ_MODELS, self._log.position())


def _is_guarded(scope: Scope) -> bool:
    if scope["type"] != "http" or not scope["path"].startswith(_GUARDED):
        return False
    return not scope["path"].startswith(_OPEN)


def _unbuilt(missing: dict[str, int]) -> Problem:
    told = ", ".join(f"{name} {done} %" for name, done in sorted(missing.items()))
    detail = f"What this release reads is being built: {told}. The release before it can be asked."
    problem = Problem(503, detail, kind="read-models-being-built")
    problem.again_in = _AGAIN_IN
    return problem
