"""/docs: the API's own description as a page, with nothing loaded from elsewhere."""

from importlib.resources import files

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

router = APIRouter()


@router.get("/docs", include_in_schema=False)
def docs() -> HTMLResponse:
    """A page that reads /openapi.json."""
    return HTMLResponse(files("commands.api").joinpath("docs.html").read_text("utf-8"))
