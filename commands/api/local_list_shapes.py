"""A local list and its updates as the API shows and takes them."""

from typing import Any, Literal, Self

from pydantic import BaseModel, Field, StrictBool, StrictInt, model_validator

from commands.api.call_shapes import Call
from commands.api.shapes import GivenTime, Text, Time
from domain.model.list_update import part_id
from domain.model.local_entries import Entries, Entry
from domain.model.values import Standing, folded
from domain.ocpp import times
from domain.ocpp.v16.local_auth_list.payloads import UpdateType
from projections.local_lists import LocalListRow

_MOST = 10_000  # entries a request may name


class ListedToken(BaseModel, from_attributes=True):
    """An entry of a list, as the station confirmed it."""

    id_tag: str
    status: str
    expiry_date: Time | None
    parent_id_tag: str
    listed_at: Time


class LastUpdate(BaseModel):
    """An update that went out in parts, or goes."""

    id: str
    state: Literal["under_way", "finished", "abandoned"]
    part: int = Field(description="whose turn it is, or was at the end")
    parts: int
    call: str = Field(description="the call of that part")
    reason: str = Field(description="why it was abandoned")
    by: str


class LastFailure(BaseModel):
    """The last update that was not accepted."""

    status: str = Field(description="the station's, or what became of the call")
    version: int | None = Field(description="that was tried")
    call: str
    at: Time | None


class LocalList(BaseModel):
    """The local list of a station, as far as it is known."""

    station: str
    version: int | None = Field(
        description="as the station confirmed or told it; 0: empty, -1: it has none; null: unknown"
    )
    state: Literal["unknown", "confirmed", "uncertain", "unsupported"] = Field(
        description="uncertain: it was known, and the next Full makes sure again"
    )
    supported: bool | None
    entries: int = Field(description="on the list, as far as it is known")
    changed_at: Time | None
    told_at: Time | None = Field(description="when the station last told its version")
    automatic: bool = Field(description="a Full follows a Differential that failed")
    update: LastUpdate | None
    failure: LastFailure | None
    conflict_at: Time | None = Field(description="when LocalListConflict was last reported")
    conflict_connector: int | None


class EntryWish(BaseModel, extra="forbid"):
    """What a station is to be told of a token, or that it forgets it."""

    id_tag: Text = Field(min_length=1, max_length=20)
    status: Standing = Standing.ACCEPTED
    expiry_date: GivenTime | None = None
    parent_id_tag: Text = Field("", max_length=20)
    remove: StrictBool = Field(default=False, description="only in a Differential")

    @property
    def entry(self) -> Entry:
        """As the domain speaks of it."""
        if self.remove:
            return Entry(self.id_tag, "")
        expires_at = times.write(self.expiry_date) if self.expiry_date else ""
        return Entry(self.id_tag, self.status.value, expires_at, self.parent_id_tag)


class TokensWish(BaseModel, extra="forbid"):
    """Which of the tokens known here."""

    group: Text | None = Field(default=None, max_length=50, description="null: all")


class ListWish(BaseModel, extra="forbid"):
    """An update: `entries` as given, or what makes the list hold the `tokens`."""

    update_type: UpdateType | None = Field(
        default=None, description="null: Differential when the list is confirmed, else Full"
    )
    version: StrictInt | None = Field(
        default=None, ge=1, le=2**31 - 1, description="of the first part; null: the next one"
    )
    entries: list[EntryWish] | None = Field(default=None, max_length=_MOST)
    tokens: TokensWish | None = None
    part_size: StrictInt | None = Field(
        default=None,
        ge=0,
        description="entries in a request; 0: all; null: what the station said of its"
        " SendLocalListMaxLength, else all",
    )
    replace: StrictBool = Field(default=False, description="instead of an update that is under way")

    @model_validator(mode="after")
    def _sensible(self) -> Self:
        """Raise ValueError for what contradicts itself."""
        if (self.entries is None) == (self.tokens is None):
            raise ValueError("either entries or tokens must be given")
        entries = self.entries or []
        if self.update_type == "Full" and any(entry.remove for entry in entries):
            raise ValueError("a Full removes whatever it does not name: no entry needs `remove`")
        if len({folded(entry.id_tag) for entry in entries}) < len(entries):
            raise ValueError("an id tag may be given once, in any case")  # rule L4
        return self


class AutomaticWish(BaseModel, extra="forbid"):
    """Whether a Full follows a Differential that failed."""

    automatic: StrictBool


class Change(BaseModel):
    """What would change for a token."""

    id_tag: str
    change: Literal["added", "changed", "removed"]
    status: str
    expiry_date: str | None
    parent_id_tag: str


class Difference(BaseModel):
    """What would be sent to make the list hold some tokens; nothing when `payloads` is empty."""

    update_type: UpdateType
    changes: list[Change] = Field(description="to what is known of the list")
    payloads: list[dict[str, Any]] = Field(description="of SendLocalList, in order")


class Update(BaseModel):
    """An update, and what came of its parts so far."""

    id: str | None = Field(description="null when there was nothing to send")
    state: Literal["accepted", "under_way", "failed", "nothing_to_send"]
    update_type: UpdateType
    version: int | None = Field(description="of the list when all parts are accepted")
    parts: int
    calls: list[Call] = Field(description="those that were requested: the others follow")


def list_of(row: LocalListRow) -> LocalList:
    """A row as it is shown."""
    return LocalList(
        station=row.station,
        version=row.version,
        state=row.trust,  # type: ignore[arg-type]  # pydantic checks it
        supported=row.supported,
        entries=row.entries,
        changed_at=row.changed_at,
        told_at=row.told_at,
        automatic=row.automatic,
        update=_update(row),
        failure=_failure(row),
        conflict_at=row.conflict_at,
        conflict_connector=row.conflict_connector,
    )


def changes_of(known: Entries, changes: tuple[Entry, ...]) -> list[Change]:
    """Changes as they are shown."""
    return [
        Change(
            id_tag=change.id_tag,
            change=_kind(change, known),
            status=change.status,
            expiry_date=change.expires_at or None,
            parent_id_tag=change.parent,
        )
        for change in changes
    ]


def _kind(change: Entry, known: Entries) -> Literal["added", "changed", "removed"]:
    if not change.status:
        return "removed"
    return "changed" if folded(change.id_tag) in known else "added"


def _update(row: LocalListRow) -> LastUpdate | None:
    if not row.update_state:
        return None
    return LastUpdate(
        id=row.update_id,
        state=row.update_state,  # type: ignore[arg-type]  # pydantic checks it
        part=row.update_part,
        parts=row.update_parts,
        call=part_id(row.update_id, row.update_part),
        reason=row.update_reason,
        by=row.update_by,
    )


def _failure(row: LocalListRow) -> LastFailure | None:
    if not row.failure:
        return None
    return LastFailure(
        status=row.failure, version=row.failed_version, call=row.failed_call, at=row.failed_at
    )
