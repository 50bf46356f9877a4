"""/docs: Swagger UI from files of our own, and a policy that lets the page run nothing else."""

import base64
import re
from hashlib import sha256

from fastapi import APIRouter
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import HTMLResponse

_STATIC = "/static-offline-docs"  # what fastapi-offline serves
_INLINE = re.compile(r"<script>(.*?)</script>", re.DOTALL)


def router(title: str) -> APIRouter:
    """The page; it is the same for everybody."""
    page = get_swagger_ui_html(
        openapi_url="/openapi.json",
        title=title,
        swagger_js_url=f"{_STATIC}/swagger-ui-bundle.js",
        swagger_css_url=f"{_STATIC}/swagger-ui.css",
        swagger_favicon_url=f"{_STATIC}/favicon.png",
    ).body
    content = bytes(page).decode()
    headers = {"Content-Security-Policy": _policy(content)}
    made = APIRouter(include_in_schema=False)

    @made.get("/docs")
    async def docs() -> HTMLResponse:
        return HTMLResponse(content, headers=headers)

    return made


def _policy(page: str) -> str:
    """Swagger UI makes styles as it runs; scripts are in files of ours, and the one in the page."""
    scripts = " ".join(f"'sha256-{_hash(script)}'" for script in _INLINE.findall(page))
    return (
        f"default-src 'none'; script-src 'self' {scripts}; style-src 'self' 'unsafe-inline';"
        " img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none';"
        " frame-ancestors 'none'"
    )


def _hash(script: str) -> str:
    return base64.b64encode(sha256(script.encode()).digest()).decode()
