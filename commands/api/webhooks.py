"""/api/v1/webhooks: to whom events are sent. For administrators."""

from fastapi import APIRouter

from commands.api.access import Administrator, administering
from commands.api.office import AnOffice
from commands.api.problems import Problem
from commands.api.shapes import Page, Segment
from commands.api.webhook_shapes import (
    AttemptView,
    NewWebhook,
    Resumption,
    Secret,
    WebhookChange,
    WebhookView,
    WebhookWish,
    view_of,
)
from commands.refusal import Refusal
from commands.webhooks.desk import Subscription

router = APIRouter(prefix="/api/v1/webhooks", tags=["webhooks"], dependencies=[administering])


@router.get("")
def list_webhooks(office: AnOffice) -> Page[WebhookView]:
    """All of them, the oldest first, on one page."""
    head = office.webhooks.head()
    return Page(items=[view_of(each, head) for each in office.webhooks.listed()])


@router.post("", status_code=201)
def add_webhook(office: AnOffice, wish: WebhookWish, by: Administrator) -> NewWebhook:
    """Have events sent to a receiver; the answer has the secret that signs them."""
    try:
        wanted = Subscription(**wish.model_dump())
        made, secret = office.webhooks.add(wanted, office.actor(by.name))
    except Refusal as refusal:
        raise _invalid(refusal) from None
    shown = view_of(made, office.webhooks.head())
    return NewWebhook(**dict(shown), secret=secret)


@router.get("/{id}")
def get_webhook(office: AnOffice, id: Segment) -> WebhookView:
    """One of them."""
    found = office.webhooks.find(id)
    if found is None:
        raise _missing(id)
    return view_of(found, office.webhooks.head())


@router.patch("/{id}")
def change_webhook(
    office: AnOffice, id: Segment, wish: WebhookChange, by: Administrator
) -> WebhookView:
    """Change what is left in the wish; events that are delivered stay so."""
    members = {k: v for k, v in wish.model_dump(exclude_unset=True).items() if v is not None}
    try:
        if members and not office.webhooks.change(id, office.actor(by.name), **members):
            raise _missing(id)
    except Refusal as refusal:
        raise _invalid(refusal) from None
    return get_webhook(office, id)


@router.delete("/{id}", status_code=204)
def remove_webhook(office: AnOffice, id: Segment, by: Administrator) -> None:
    """End it, and forget its attempts."""
    _done(office.webhooks.remove(id, office.actor(by.name)), id)


@router.post("/{id}/pause")
def pause_webhook(office: AnOffice, id: Segment, by: Administrator) -> WebhookView:
    """Send nothing until it is resumed; its position stays."""
    _done(office.webhooks.pause(id, office.actor(by.name)), id)
    return get_webhook(office, id)


@router.post("/{id}/resume")
def resume_webhook(
    office: AnOffice, id: Segment, by: Administrator, wish: Resumption | None = None
) -> WebhookView:
    """Go on, at once: where it stood, or after any other position."""
    after = wish.after if wish else None
    _done(office.webhooks.resume(id, office.actor(by.name), after=after), id)
    return get_webhook(office, id)


@router.post("/{id}/secret")
def rotate_webhook_secret(office: AnOffice, id: Segment, by: Administrator) -> Secret:
    """Make a new secret; until the former one is dropped, requests bear both signatures."""
    secret = office.webhooks.rotate(id, office.actor(by.name))
    if secret is None:
        raise _missing(id)
    return Secret(secret=secret)


@router.delete("/{id}/former-secret", status_code=204)
def drop_webhook_secret(office: AnOffice, id: Segment, by: Administrator) -> None:
    """Have only the newest secret sign."""
    _done(office.webhooks.drop_former_secret(id, office.actor(by.name)), id)


@router.get("/{id}/attempts")
def list_webhook_attempts(office: AnOffice, id: Segment) -> Page[AttemptView]:
    """The last hundred requests to the receiver, the newest first, on one page."""
    get_webhook(office, id)
    return Page(items=[AttemptView.model_validate(each) for each in office.webhooks.attempts(id)])


def _done(done: bool, id: str) -> None:  # noqa: FBT001 - whether there was such a webhook
    if not done:
        raise _missing(id)


def _missing(id: str) -> Problem:
    return Problem(404, f"there is no webhook {id}", kind="not-found")


def _invalid(refusal: Refusal) -> Problem:
    return Problem(422, str(refusal), kind="invalid")
