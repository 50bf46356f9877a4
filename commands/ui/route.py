"""Where a page is, what it is called, and who builds it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page. `show` is called with a visit and the segments of the path that have names.

    `menu` is the section of the menu it is listed in, "" for none; `role` the least that sees it.
    """

    path: str  # e.g. /stations/{station}
    title: str
    show: Callable[..., Awaitable[Any]]
    icon: str = ""  # of Material Icons
    menu: str = ""
    role: str = "viewer"
