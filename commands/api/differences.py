"""What two JSON objects differ in, member by member."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple


class Changed(NamedTuple):
    """A member, by its path ("boot.vendor"; "" for the whole), before and after."""

    member: str
    before: Any
    after: Any


def changes(before: Any, after: Any, member: str = "") -> Iterator[Changed]:  # noqa: ANN401 - JSON
    """What changed, in the order of the members. Lists are compared as wholes."""
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for name in dict.fromkeys((*before, *after)):
            inner = f"{member}.{name}" if member else name
            yield from changes(before.get(name), after.get(name), inner)
    elif before != after:
        yield Changed(member, before, after)
