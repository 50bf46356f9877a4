"""A configuration key of a station with its value, and when two values mean the same."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class KeyValue:
    """A key as it is spelled; `value` is None when the station does not tell it."""

    key: str
    value: str | None
    readonly: bool = False


def same(value: str, other: str) -> bool:
    """Whether two values mean one thing: booleans in any case, lists with any blanks (9)."""
    return _plain(value) == _plain(other)


def most_keys(told: str) -> int:
    """How many keys GetConfigurationMaxKeys allows at a time, 0 when it is not told (9.1)."""
    return int(told) if told.isascii() and told.isdecimal() else 0


def _plain(value: str) -> str:
    return ",".join(_part(part.strip()) for part in value.split(","))


def _part(text: str) -> str:
    folded = text.casefold()
    return folded if folded in {"true", "false"} else text
