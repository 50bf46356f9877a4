"""How webhooks look in HTTP."""

from typing import Annotated

from pydantic import BaseModel, Field, StrictBool, StrictInt

from commands.api.shapes import LARGEST, Text, Time
from projections.webhooks import Webhook

Position = Annotated[StrictInt, Field(ge=0, le=LARGEST)]
Name = Annotated[Text, Field(max_length=100)]
Url = Annotated[Text, Field(max_length=2000, examples=["https://example.com/ampledger"])]
Types = Annotated[
    list[Annotated[Text, Field(min_length=1, max_length=100)]],
    Field(
        max_length=100,
        description="types of events, also such as `ampledger.station.*`; empty: all",
    ),
]
Stations = Annotated[
    list[Annotated[Text, Field(min_length=1, max_length=255)]],
    Field(max_length=1000, description="ids of stations; empty: all, and what is of no station"),
]
Single = Annotated[
    StrictBool, Field(description="one event a request, instead of a batch of up to 500")
]


class WebhookWish(BaseModel, extra="forbid"):
    """A webhook to add."""

    name: Name = ""
    url: Url
    types: Types = Field(default_factory=list)
    stations: Stations = Field(default_factory=list)
    single: Single = False
    after: Position | None = Field(
        None, description="position to begin after; null: only what comes from now on"
    )


class WebhookChange(BaseModel, extra="forbid"):
    """What is to be different; what is left out stays."""

    name: Name | None = None
    url: Url | None = None
    types: Types | None = None
    stations: Stations | None = None
    single: Single | None = None


class Resumption(BaseModel, extra="forbid"):
    """Where to go on."""

    after: Position | None = Field(None, description="a position; null: where it stood")


class WebhookView(BaseModel):
    """A webhook, and how far it is."""

    id: str
    name: str
    url: str
    types: list[str]
    stations: list[str]
    single: bool
    state: str = Field(description="active; paused by a person; parked after failures")
    position: int = Field(description="all events up to here are delivered")
    behind: int = Field(description="positions of the log that follow")
    failures: int = Field(description="in a row")
    failing_since: Time | None
    next_attempt_at: Time | None
    last_error: str
    delivered_at: Time | None
    two_secrets: bool = Field(description="whether a former secret signs too")
    created_by: str
    created_at: Time


class NewWebhook(WebhookView):
    """A webhook just added."""

    secret: str = Field(description="signs each request; shown here and never again")


class Secret(BaseModel):
    """A secret just made."""

    secret: str = Field(description="signs each request; shown here and never again")


class AttemptView(BaseModel, from_attributes=True):
    """One request to the receiver."""

    number: int
    at: Time
    first_position: int
    last_position: int
    events: int
    status: int = Field(description="of HTTP; 0: no answer")
    error: str = Field(description='"" when it was delivered')
    milliseconds: int


def view_of(webhook: Webhook, head: int) -> WebhookView:
    """As it is shown: without secrets."""
    return WebhookView(
        types=webhook.types.split(",") if webhook.types else [],
        stations=webhook.stations.split(",") if webhook.stations else [],
        behind=max(0, head - webhook.position),
        next_attempt_at=webhook.due_at,
        two_secrets=bool(webhook.former_secret),
        **{name: getattr(webhook, name) for name in _AS_THEY_ARE},
    )


_AS_THEY_ARE = (
    "id",
    "name",
    "url",
    "single",
    "state",
    "position",
    "failures",
    "failing_since",
    "last_error",
    "delivered_at",
    "created_by",
    "created_at",
)
