"""HTML in which no text can become markup."""

from collections.abc import Iterable, Sequence
from html import escape


class Markup(str):
    """Text that is HTML already."""

    __slots__ = ()

    def __add__(self, other: str) -> "Markup":
        return Markup(str(self) + str(of(other)))

    def join(self, parts: Iterable[str]) -> "Markup":
        return Markup(str.join(self, map(of, parts)))


def of(text: str) -> Markup:
    """A text as HTML; markup stays."""
    return text if isinstance(text, Markup) else Markup(escape(_visible(text)))


def tag(name: str, *content: str, class_: str = "") -> Markup:
    """An element around some content."""
    kind = f' class="{escape(class_)}"' if class_ else ""
    return Markup(f"<{name}{kind}>{Markup('').join(content)}</{name}>")


def table(
    headings: Sequence[str], rows: Iterable[Sequence[str]], *, numbers: frozenset[int] = frozenset()
) -> Markup:
    """A table; the columns of these indexes hold numbers."""
    head = tag("tr", *(tag("th", each) for each in headings)) if any(headings) else Markup("")
    body = (
        tag("tr", *(tag("td", cell, class_="number" if i in numbers else "") for i, cell in pairs))
        for pairs in map(enumerate, rows)
    )
    return tag("div", tag("table", head, *body), class_="scroll")


def _visible(text: str) -> str:
    """Nothing a station sends may turn the direction of writing, or hide."""
    return "".join(each if each.isprintable() or each in "\n\t" else "\ufffd" for each in text)
