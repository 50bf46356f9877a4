"""/api/v1/search: what an id, a number, a tag or a part of a name may mean."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from commands.api.access import viewing
from commands.api.office import AnOffice
from commands.api.shapes import Text
from commands.api.ui_paths import path_of
from projections import search
from projections.search import Hit

router = APIRouter(prefix="/api/v1/search", tags=["search"], dependencies=[viewing])

Wanted = Annotated[Text, Query(max_length=255, description="spaces around it do not count")]


class Found(BaseModel):
    """Something that was found."""

    kind: str = Field(
        description="station, transaction, token, call, reservation, job, campaign, bulk-call or"
        " quarantine"
    )
    id: str
    title: str
    detail: str
    path: str = Field(description="where the web UI shows it")


class Hits(BaseModel):
    """What was found: those of that very id first, then the others, of each kind in turn."""

    items: list[Found]


@router.get("")
def search_everything(
    office: AnOffice, q: Wanted, limit: Annotated[int, Query(ge=1, le=100)] = 20
) -> Hits:
    """Stations and tokens by parts, as in their lists; campaigns also by name; all else by id."""
    wanted = q.strip()
    hits = office.database.read(search.found, wanted, limit=limit) if wanted else []
    return Hits(items=[_shown(hit) for hit in hits])


def _shown(hit: Hit) -> Found:
    return Found(
        kind=hit.kind,
        id=hit.id,
        title=hit.title,
        detail=hit.detail,
        path=path_of(hit.kind, hit.id),
    )
