"""Entries of a local list ⇄ payloads of SendLocalList, as many as a station's limit asks for."""

from collections.abc import Sequence
from typing import Literal

import msgspec

from domain.model.local_entries import Entry
from domain.ocpp import reading, times
from domain.ocpp.v16.types import IdTagInfo, Integer, Record, Text20

UpdateType = Literal["Differential", "Full"]


class AuthorizationData(Record):
    """One token (7.1). Without idTagInfo a Differential removes it (rule L3)."""

    idTag: Text20
    idTagInfo: IdTagInfo | None = None


class Request(Record, kw_only=True):
    """6.41. A Full without a list empties it (rule L2)."""

    listVersion: Integer
    localAuthorizationList: tuple[AuthorizationData, ...] | None = None
    updateType: UpdateType


def parts(
    update_type: UpdateType, changes: Sequence[Entry], *, version: int, size: int = 0
) -> tuple[str, ...]:
    """The payloads of an update, JSON, each of at most `size` entries (0: any number) (rule L4).

    The first has `update_type` and `version`; the others are Differentials, a version higher each.
    """
    step = size or max(len(changes), 1)
    pieces = [changes[start : start + step] for start in range(0, len(changes), step)] or [()]
    kinds: list[UpdateType] = [update_type, *["Differential"] * (len(pieces) - 1)]  # type: ignore[list-item]  # a literal
    return tuple(
        _payload(kind, piece, version + number)
        for number, (kind, piece) in enumerate(zip(kinds, pieces, strict=True))
    )


def changes_of(request: Request) -> tuple[Entry, ...]:
    """What a request says of tokens; in a Full nothing can be removed, and is not added."""
    listed = request.localAuthorizationList or ()
    changes = [_entry(data) for data in listed]
    return tuple(c for c in changes if c.status or request.updateType == "Differential")


def planned(payload: str) -> tuple[Entry, ...]:
    """What a payload that `parts` made says of tokens."""
    return changes_of(reading.read(Request, msgspec.Raw(payload.encode()))[0])


def _payload(kind: UpdateType, piece: Sequence[Entry], version: int) -> str:
    listed = tuple(_data(entry) for entry in piece) or None
    request = Request(listVersion=version, localAuthorizationList=listed, updateType=kind)
    return reading.write(request).decode()


def _data(entry: Entry) -> AuthorizationData:
    if not entry.status:
        return AuthorizationData(entry.id_tag)
    info = IdTagInfo(
        expiryDate=times.read(entry.expires_at)[0] if entry.expires_at else None,
        parentIdTag=entry.parent or None,
        status=entry.status,  # type: ignore[arg-type]  # an AuthorizationStatus, as text
    )
    return AuthorizationData(entry.id_tag, info)


def _entry(data: AuthorizationData) -> Entry:
    info = data.idTagInfo
    if info is None:
        return Entry(data.idTag, "")
    expires_at = times.write(info.expiryDate) if info.expiryDate else ""
    return Entry(data.idTag, info.status, expires_at, info.parentIdTag or "")
