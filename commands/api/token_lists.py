"""/api/v1/tokens/{id_tag}/local-lists: where a token may charge while stations are offline."""

from fastapi import APIRouter
from pydantic import Field

from commands.api.access import viewing
from commands.api.local_list_shapes import ListedToken
from commands.api.office import AnOffice
from commands.api.shapes import Cursor, Limit, Page, after, page_of
from commands.api.tokens import IdTag
from projections import local_list_entries

router = APIRouter(
    prefix="/api/v1/tokens/{id_tag}/local-lists", tags=["tokens"], dependencies=[viewing]
)


class ListedAt(ListedToken):
    """What a station was told of the token, and which one."""

    station: str = Field(description="whose list it is on")


@router.get("")
def list_lists_of_token(
    office: AnOffice, id_tag: IdTag, cursor: Cursor = "", limit: Limit = 100
) -> Page[ListedAt]:
    """By station, as they confirmed it; empty for a tag that is on none, known here or not."""
    rows = office.database.read(
        local_list_entries.of_token, id_tag, after=after(cursor), limit=limit + 1
    )
    return page_of(rows, limit, item=ListedAt.model_validate, place=lambda row: row.station)
