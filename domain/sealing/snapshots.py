"""Snapshots hold tags too, in msgpack: strings are visited one by one."""

from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from domain.sealing.personal import NAMES

_MARKS = (b"tag", b"Tag", b"parent", b"token:", b"local_list", b"OCMF")
_ROWS = "rows"  # of a local list: by folded tag, the values of entries
Visit = Callable[[str, bool], str]  # a string, and whether all of it is a tag


def may_be_personal(state: bytes, topic: str) -> bool:
    """Whether a search is worth its time."""
    return topic == "local_list" or any(mark in state for mark in _MARKS)


def visited(state: bytes, visit: Visit) -> bytes:
    """A snapshot whose strings are what `visit` makes of them."""
    return msgspec.msgpack.encode(_visited(msgspec.msgpack.decode(state), "", visit))


def _visited(value: Any, name: str, visit: Visit) -> Any:  # noqa: ANN401 - whatever a snapshot holds
    if isinstance(value, str):
        return visit(value, name in NAMES)
    if isinstance(value, list | tuple):
        return [_visited(each, name, visit) for each in value]
    if isinstance(value, dict) and name == _ROWS:
        return dict(_rows(value, visit))
    if isinstance(value, dict):
        return {key: _visited(each, str(key), visit) for key, each in value.items()}
    return value


def _rows(rows: dict[str, list[str]], visit: Visit) -> Iterator[tuple[str, list[str]]]:
    for tag, (id_tag, status, expires_at, parent) in rows.items():
        yield visit(tag, True), [visit(id_tag, True), status, expires_at, visit(parent, True)]  # noqa: FBT003 - of one type
