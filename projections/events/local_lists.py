"""Events of local lists: versions; entries are tokens, and are not told."""

from typing import Annotated

import msgspec
from msgspec import Meta

from domain.model.local_list import LocalList
from projections.events import members
from projections.events.public import Data, of_station, public

_ABOUT = of_station("local_list:")


class Updated(Data):
    """A station accepted an update of its local list."""

    call: members.Call
    version: Annotated[int, Meta(description="of the list after it")]
    size: Annotated[int, Meta(description="entries on the list after it")]


class Told(Data):
    """A station told the version of its local list."""

    version: Annotated[int, Meta(description="0: it is empty; -1: it has none")]


class Failed(Data):
    """A station did not accept an update of its local list, or did not say."""

    call: members.Call
    version: Annotated[int, Meta(description="that was tried")]
    status: Annotated[str, Meta(description="the station's, or what became of the call")]


PUBLIC = (
    public(
        "local_list.updated.v1",
        LocalList.Replaced,
        Updated,
        _ABOUT,
        size=lambda fact: len(msgspec.json.decode(fact.entries)),
    ),
    public("local_list.updated.v1", LocalList.Amended, Updated, _ABOUT),
    public("local_list.told.v1", LocalList.Told, Told, _ABOUT),
    public("local_list.failed.v1", LocalList.Failed, Failed, _ABOUT),
)
