"""/api/v1/health: whether the API reaches its database, and how far the read models are."""

from fastapi import APIRouter
from pydantic import BaseModel, Field

from commands.api.access import viewing
from commands.api.office import AnOffice
from projections.database import reached

router = APIRouter(prefix="/api/v1/health", tags=["health"], dependencies=[viewing])


class Health(BaseModel):
    """How the installation is, as the API sees it."""

    position: int = Field(description="of the last fact on record")
    readable: int = Field(description="up to which all read models are")


@router.get("")
def get_health(office: AnOffice) -> Health:
    """Answers 503 when the database is away."""
    readable = office.database.read(reached)
    return Health(position=max(office.log.position(), readable), readable=readable)
