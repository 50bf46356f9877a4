"""Firmware: the images that stations fetch, and whose word vouches for them."""

from functools import partial
from typing import Any
from urllib.parse import urlencode

from nicegui import events, ui

from commands.ui.parts import cells, dialogs, uploading
from commands.ui.parts.asking import Dialog
from commands.ui.parts.cells import Cell
from commands.ui.parts.heading import heading, section
from commands.ui.parts.listing import Column, Listing, Options
from commands.ui.parts.sheet import doing, settled, sheet, written
from commands.ui.parts.sizes import size
from commands.ui.route import Page
from commands.ui.visit import Visit

_PATH = "/api/v1/firmware"
_EMPTY = "No image yet. Upload one: stations can be told to fetch it, one by one or by a campaign."
_REMOVED = (
    "The file is destroyed. Stations that were told to fetch it find it no more: updates that are"
    " under way with it fail, and campaigns that use it."
)
_SIGNATURE = (
    "The signature is verified against the image and the certificate now, and again before it is"
    " sent. It takes the place of what was kept before."
)


async def show(visit: Visit) -> None:
    """Build it."""
    with heading("Firmware", "Images that stations fetch from here."):
        if visit.may("operator"):
            ui.link("Update stations", "/campaigns/new?what=firmware")
    images = _Images(visit)
    if visit.may("operator"):
        with section("Upload an image"):
            uploading.uploader(_PATH, label="Image, of any size", on_done=images.uploaded)
    options = Options(empty=_EMPTY, name="Firmware", on_open=images.open)
    images.listing = Listing(visit, _PATH, _columns(visit), options)
    await images.listing.refresh()
    visit.live(images.listing.refresh)


class _Images:
    """What can be done to an image."""

    listing: Listing

    def __init__(self, visit: Visit) -> None:
        self._visit = visit

    async def uploaded(self, event: events.GenericEventArguments) -> None:
        """The browser sent it all."""
        ui.notify(f"Uploaded {event.args}.", type="positive")
        await self.listing.refresh()

    async def open(self, image: Any) -> None:
        """Show all of it."""
        signature = await self._signature(image)
        with sheet(image["name"], _details(image, signature, self._visit)) as dialog:
            if signature:
                ui.label("Certificate it is signed by").classes("muted")
                written(signature["signing_certificate"])
            if self._visit.may("operator"):
                with ui.row():
                    self._doings(image, dialog)

    def _doings(self, image: Any, dialog: ui.dialog) -> None:
        what = "signed_firmware" if image["signed"] else "firmware"
        address = f"/campaigns/new?{urlencode({'what': what, 'firmware_id': image['id']})}"
        start = ui.button("Start a campaign with it", on_click=lambda: ui.navigate.to(address))
        start.props("no-caps unelevated")

        word = "Replace the signature" if image["signed"] else "Add a signature"
        doing(dialog, word, partial(self._sign, image)).props("outline")
        doing(dialog, "Delete", partial(self._remove, image)).props("outline color=negative")

    async def _signature(self, image: Any) -> Any:
        if not image["signed"]:
            return None
        path = _PATH + cells.path(image["id"], "signature")
        return await self._visit.ask(self._visit.api.get(path))

    async def _sign(self, image: Any) -> None:
        form = Dialog(self._visit, f"Signature of {image['name']}", hint=_SIGNATURE)
        with form.within():
            signature = form.field("signature", ui.textarea("Signature, base64"))
            pem = form.field("signing_certificate", ui.textarea("Signing certificate, PEM"))
            verify = ui.checkbox("Verify it", value=True)
        path = _PATH + cells.path(image["id"], "signature")

        async def send() -> Any:
            wish = {"signature": signature.value.strip(), "signing_certificate": pem.value}
            return await self._visit.api.put(path, wish | {"verify": verify.value})

        if await form.asked("Keep it", send):
            ui.notify("The signature is kept with the image.", type="positive")
            await self.listing.refresh()

    async def _remove(self, image: Any) -> None:
        title = f"Delete {image['name']}, uploaded by {image['created_by']}?"
        sure = await dialogs.confirmed(title, _REMOVED, verb="Delete the image")
        if sure:
            wish = settled(self._visit.api.delete(_PATH + cells.path(image["id"])))
            await self._visit.do(wish, f"{image['name']} is deleted.")
            await self.listing.refresh()


def _columns(visit: Visit) -> list[Column]:
    return [
        Column("name", "Image", lambda each: cells.opener(each["name"])),
        Column("size", "Size", lambda each: cells.text(size(each["size"])), align="right"),
        Column("sha256", "SHA-256", lambda each: _short(each["sha256"])),
        Column("signed", "Signature", _signed),
        Column("at", "Uploaded", lambda each: cells.time(each["created_at"], visit.zone)),
        Column("by", "By", lambda each: cells.text(each["created_by"])),
    ]


def _details(image: Any, signature: Any, visit: Visit) -> dict[str, Cell]:
    shown = {
        "Id": cells.code(image["id"]),
        "Size": cells.text(f"{image['size']:,} bytes"),
        "SHA-256": cells.code(image["sha256"]),
        "Uploaded": cells.time(image["created_at"], visit.zone),
        "Uploaded by": cells.text(image["created_by"]),
    }
    if signature:
        shown |= {
            "Signature": cells.code(signature["signature"]),
            "Found out when it was stored": cells.text(signature["remark"]),
            "Signature stored": cells.time(signature["stored_at"], visit.zone),
            "Stored by": cells.text(signature["stored_by"]),
        }
    return shown


def _signed(image: Any) -> Cell:
    return cells.state("signed", "good") if image["signed"] else cells.state("none", "idle")


def _short(digest: str) -> Cell:
    return {"text": digest[:12] + "…", "title": digest, "code": True}


PAGE = Page(path="/firmware", title="Firmware", show=show, icon="memory", menu="Upkeep")
