"""How large a file is, as people say it."""

_UNITS = ("bytes", "kB", "MB", "GB")
_THOUSAND = 1000


def size(count: int) -> str:
    """A number of bytes in the unit that fits, e.g. 4.2 MB."""
    value, unit = float(count), 0
    while value >= _THOUSAND and unit < len(_UNITS) - 1:
        value, unit = value / _THOUSAND, unit + 1
    return f"{value:.1f} {_UNITS[unit]}" if unit else f"{count} {_UNITS[0]}"
