"""What pages ask of the API is asked under the address of the browser: stations are told it."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse

from commands.ui.guard import Guard


async def _api(scope, receive, send):
    answer = {"name": "ann", "role": "viewer", "id": "1", "base": str(Request(scope).base_url)}
    await JSONResponse(answer)(scope, receive, send)


async def _page(scope, receive, send):
    guest = scope["state"]["guest"]
    told = (await guest.api.get("/api/v1/whatever"))["base"]
    await PlainTextResponse(told)(scope, receive, send)


@pytest.mark.parametrize("address", ["http://csms.example:8080/", "https://csms.example/"])
def test_the_api_is_asked_as_the_browser_calls_us(address: str):
    async def look() -> str:
        transport = httpx.ASGITransport(Guard(_page, _page, _api))
        cookies = {"ampledger_session": "ams_some"}
        async with httpx.AsyncClient(transport=transport, cookies=cookies) as browser:
            return (await browser.get(address)).text

    with ThreadPoolExecutor(1) as elsewhere:  # Playwright's loop may run in this thread
        assert elsewhere.submit(asyncio.run, look()).result() == address
