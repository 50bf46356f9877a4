"""The read model of tokens: what operators think of each."""

from dataclasses import dataclass
from datetime import datetime
from functools import singledispatch

from sqlalchemy import Connection, or_, select

from domain.model.aggregate import Fact
from domain.model.token import Token
from domain.model.values import folded
from projections.readmodel import Key, Keyed, Row
from projections.tables import fetch, table


@dataclass(slots=True, kw_only=True)
class TokenRow(Row):
    """A token; `id` is its folded spelling, `id_tag` the one it was issued with."""

    id: str
    id_tag: str = ""
    withdrawn: bool = False
    standing: str = ""
    expires_at: datetime | None = None
    parent: str = ""
    concurrent_limit: int = 0  # open transactions at a time; 0: no limit
    in_use: int = 0  # open transactions of a token with a limit
    note: str = ""
    group: str = ""  # of tokens that go onto a local list together
    issued_at: datetime | None = None
    issued_by: str = ""
    changed_at: datetime | None = None
    changed_by: str = ""


TOKENS = table("tokens_v2", TokenRow, key=["id"])


@singledispatch
def _effect(fact: Fact, row: TokenRow) -> None:
    """Facts that do not concern this view pass by."""


@_effect.register
def _(fact: Token.Issued, row: TokenRow) -> None:
    row.id_tag, row.issued_at, row.issued_by = fact.id_tag, fact.timestamp, fact.by


@_effect.register
def _(fact: Token.Mentioned, row: TokenRow) -> None:
    row.id_tag, row.withdrawn = fact.id_tag, True


@_effect.register
def _(fact: Token.Permitted, row: TokenRow) -> None:
    row.withdrawn, row.standing, row.expires_at = False, fact.standing, fact.expires_at
    row.parent, row.concurrent_limit = fact.parent, fact.concurrent_limit
    row.note, row.group = fact.note, fact.group
    row.changed_at, row.changed_by = fact.timestamp, fact.by


@_effect.register
def _(fact: Token.Withdrawn, row: TokenRow) -> None:
    row.withdrawn, row.changed_at, row.changed_by = True, fact.timestamp, fact.by


@_effect.register
def _(fact: Token.Forgotten, row: TokenRow) -> None:
    row.withdrawn, row.changed_at, row.changed_by = True, fact.timestamp, fact.by


@_effect.register
def _(_fact: Token.Used, row: TokenRow) -> None:
    row.in_use += 1


@_effect.register
def _(_fact: Token.Released, row: TokenRow) -> None:
    row.in_use -= 1


def _key(fact: Fact) -> Key:
    return (fact.originator_id.removeprefix("token:"),)


MODEL = Keyed("tokens", TokenRow, TOKENS, key=_key, effect=_effect, version=2)
VIEW = select(TOKENS).where(~TOKENS.c.withdrawn)


def find(connection: Connection, id_tag: str) -> TokenRow | None:
    """A token in any spelling; None when it is unknown or withdrawn."""
    return next(iter(fetch(connection, VIEW.where(TOKENS.c.id == folded(id_tag)), TokenRow)), None)


def listed(
    connection: Connection, *, search: str = "", after: str = "", limit: int = 100
) -> list[TokenRow]:
    """Tokens in order of `id`, from the one after `after`; `search`: of tag, parent, note."""
    query = VIEW.where(TOKENS.c.id > after).order_by(TOKENS.c.id).limit(limit)
    if search:
        fields = (TOKENS.c.id, TOKENS.c.note, TOKENS.c.parent)
        query = query.where(or_(*(each.icontains(search, autoescape=True) for each in fields)))
    return fetch(connection, query, TokenRow)


def of_group(connection: Connection, group: str = "") -> list[TokenRow]:
    """The tokens of a group, in order of `id`; all tokens when it is ""."""
    query = VIEW.order_by(TOKENS.c.id)
    if group:
        query = query.where(TOKENS.c.group == group)
    return fetch(connection, query, TokenRow)
