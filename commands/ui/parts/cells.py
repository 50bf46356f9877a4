"""What stands in a cell of a list or beside a name in details: text, a link, a state, a time."""

from collections.abc import Iterable
from typing import Any, Literal
from urllib.parse import quote

from commands.ui.zone import Zone

Cell = dict[str, Any]
Tone = Literal["good", "busy", "warn", "bad", "idle"]

NOTHING = "\u2013"
_TONES: dict[str, Tone] = {
    **dict.fromkeys(
        ("Available", "Accepted", "online", "done", "finished", "valid", "accepted"), "good"
    ),
    **dict.fromkeys(("Charging", "Preparing", "Finishing", "running", "waiting", "sent"), "busy"),
    **dict.fromkeys(("SuspendedEV", "SuspendedEVSE", "Reserved", "Pending", "open"), "warn"),
    **dict.fromkeys(("Faulted", "Rejected", "Unavailable", "failed", "refused", "Blocked"), "bad"),
}


def text(value: object, *, title: str = "") -> Cell:
    """Plain; `title` is what a pointer that rests on it is told."""
    return {"text": _said(value), "title": title}


def link(value: object, href: str) -> Cell:
    """Leads to another page."""
    return {"text": _said(value), "href": href}


def opener(value: object) -> Cell:
    """Opens its row, for who has no pointer: in lists whose rows open (`Options.on_open`)."""
    return {"text": _said(value), "opens": True}


def state(value: object, tone: Tone | None = None, *, title: str = "") -> Cell:
    """A word of a small vocabulary, coloured; the word itself says all, for who sees no colours."""
    said = _said(value)
    return {"text": said, "tone": tone or _TONES.get(said, "idle"), "title": title}


def chips(words: Iterable[tuple[str, Tone | None]]) -> Cell:
    """Several words, each coloured; of a state, its tone is known."""
    made = [{"text": word, "tone": tone or _TONES.get(word, "idle")} for word, tone in words]
    return {"text": ", ".join(each["text"] for each in made) or NOTHING, "chips": made or None}


def tone_of(word: str) -> Tone:
    """The colour of a state."""
    return _TONES.get(word, "idle")


def time(at: str | None, zone: Zone, *, exact: bool = False) -> Cell:
    """In the viewer's zone, UTC for a pointer that rests on it."""
    shown = zone.exact(at) if exact else zone.text(at)
    return {"text": shown or NOTHING, "title": zone.utc(at), "time": True}


def code(value: object) -> Cell:
    """An id, a hash: fixed width."""
    return {"text": _said(value), "code": True}


def energy(wh: float | None) -> Cell:
    """Wh as kWh."""
    return text(NOTHING if wh is None else f"{float(wh) / 1000:,.3f} kWh")


def power(w: float | None) -> Cell:
    """W as kW."""
    return text(NOTHING if w is None else f"{float(w) / 1000:,.2f} kW")


def station(id: str) -> Cell:
    """Leads to a station."""
    return link(id, path("stations", id))


def transaction(number: int | None) -> Cell:
    """Leads to a transaction, if there is one."""
    return text(None) if number is None else link(number, path("transactions", number))


def token(id_tag: str) -> Cell:
    """Leads to a token, if there is one."""
    return link(id_tag, path("tokens", id_tag)) if id_tag else text(None)


def path(*segments: object) -> str:
    """A path of the UI; each segment is encoded, so that a station may be called "a/b"."""
    return "/" + "/".join(quote(str(each), safe="") for each in segments)


def _said(value: object) -> str:
    if value is None or value == "":
        return NOTHING
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value)) or NOTHING
    return str(value)
