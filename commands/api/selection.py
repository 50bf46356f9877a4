"""Which stations a request for many is for: a list, a filter, or all of the register."""

from typing import Annotated, Self

from pydantic import BaseModel, Field, StrictBool, model_validator

from commands.api.office import Office
from commands.api.problems import Problem
from commands.api.shapes import Text
from domain.model.campaign import MOST
from domain.model.values import Registration
from projections import fleet_list
from projections.stations import Choice


class Selection(BaseModel, extra="forbid"):
    """Either `stations`, or `all`, or some of the filters; fixed when the request is taken."""

    stations: list[Annotated[Text, Field(min_length=1, max_length=255)]] | None = Field(
        None,
        min_length=1,
        max_length=MOST,
        description="ids; one that is not registered has its outcome too",
    )
    label: Text = Field("", max_length=50, description="all with this label")
    search: Text = Field(
        "", max_length=255, description="part of an id, serial number, vendor, model or note"
    )
    online: StrictBool | None = Field(None, description="only those that are (not) connected now")
    status: Text = Field("", max_length=50, description="with a connector that reported it last")
    registration: Registration | None = Field(
        None, description="only those whose BootNotification is answered so"
    )
    all: StrictBool = Field(default=False, description="all that are registered")

    @model_validator(mode="after")
    def _is_one_choice(self) -> Self:
        filtered = bool(self.label or self.search or self.status or self.registration)
        filtered = filtered or self.online is not None
        if (self.stations is not None) + filtered + self.all != 1:
            raise ValueError(
                "choose stations, or all, or by label, search, online, status and registration"
            )
        return self


def chosen(office: Office, selection: Selection) -> tuple[str, ...]:
    """The ids, each once; raises Problem when there are none, or too many."""
    if selection.stations is not None:
        return tuple(dict.fromkeys(selection.stations))
    choice = Choice(
        search=selection.search,
        label=selection.label,
        online=selection.online,
        registration=selection.registration or "",
    )
    ids = office.database.read(fleet_list.ids, choice, status=selection.status, limit=MOST + 1)
    if not ids:
        raise Problem(422, "no station is chosen by that", kind="invalid")
    if len(ids) > MOST:
        raise Problem(422, f"more than {MOST} stations are too many at once", kind="invalid")
    return tuple(ids)
