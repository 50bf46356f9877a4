"""/api/v1/read-models: how far the rows are that people read, and building them anew."""

from fastapi import APIRouter
from pydantic import BaseModel, Field

from commands.api.access import Administrator, viewing
from commands.api.office import AnOffice, Office
from commands.api.problems import Problem
from commands.api.shapes import Page, Segment, Time
from projections import builds
from projections.migration import READ_MODELS
from projections.overview import Overview, overview
from projections.progress import Lag, lag

router = APIRouter(prefix="/api/v1/read-models", tags=["read models"], dependencies=[viewing])


class Build(BaseModel, from_attributes=True):
    """A build of the rows beside those that are read."""

    state: str = Field(
        description="asked, building, following (it has caught up, and is read as soon as the"
        " release runs that reads it) or finished"
    )
    asked_at: Time
    asked_by: str = Field(description='"" when the release needs it')
    begun_at: Time | None
    finished_at: Time | None = Field(description="when its rows took the place of those before")
    position: int = Field(description="of the last fact that is in its rows")
    percent: int
    facts_per_second: int = Field(description="of the work it has done so far")
    problem: str = Field(description='what keeps it from going on, "" for nothing')


class ReadModel(BaseModel):
    """Rows that follow from the facts."""

    name: str
    version: int = Field(description="of the shape of its rows")
    position: int | None = Field(
        description="of the last fact that is in its rows; null until they are built"
    )
    lag_facts: int | None
    lag_seconds: float | None = Field(description="age of the oldest fact that is not in its rows")
    missed: int = Field(description="facts that it could not take in: a rebuild tries again")
    build: Build | None = Field(description="the last one, null when it never was built beside")


@router.get("")
def list_read_models(office: AnOffice) -> Page[ReadModel]:
    """All of this release, on one page. It is answered also while they are being built."""
    return Page(items=_all(office))


@router.get("/{name}")
def get_read_model(office: AnOffice, name: Segment) -> ReadModel:
    """One of them."""
    found = next((each for each in _all(office) if each.name == name), None)
    if found is None:
        raise _no_read_model(name)
    return found


@router.post("/{name}/rebuild", status_code=202)
def rebuild_read_model(office: AnOffice, name: Segment, by: Administrator) -> ReadModel:
    """Have its rows built anew from the facts, beside those that are read until they are done.

    Nobody waits for it. One that is being built already goes on.
    """
    models = [model for model in READ_MODELS if model.name == name]
    if not models:
        raise _no_read_model(name)
    office.database.write(builds.wish, models, office.actor(by.name))
    return get_read_model(office, name)


def _all(office: Office) -> list[ReadModel]:
    found = office.database.read(overview, READ_MODELS, office.log.position())
    behind = office.database.guarded(
        lambda: lag(office.database.engine, office.log, READ_MODELS, clock=office.clock)
    )
    return [_shown(each, behind.get(each.name)) for each in found]


def _shown(each: Overview, behind: Lag | None) -> ReadModel:
    return ReadModel(
        name=each.name,
        version=each.version,
        position=each.position,
        lag_facts=behind.positions if behind else None,
        lag_seconds=round(behind.seconds, 3) if behind else None,
        missed=each.missed,
        build=Build.model_validate(each.build) if each.build else None,
    )


def _no_read_model(name: str) -> Problem:
    return Problem(404, f"there is no read model {name}", kind="not-found")
