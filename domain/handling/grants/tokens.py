"""Wishes about tokens."""

from collections.abc import Iterable
from types import MappingProxyType

from domain.handling.grants.grant import Asking, Grant, Grants
from domain.model import operations as op
from domain.model.aggregate import Refused
from domain.model.token import Token


def _needs(wish: op.IssueToken | op.WithdrawToken | op.ForgetToken) -> Iterable[str]:
    return (Token.id_of(wish.id_tag),)


def _issue(wish: op.IssueToken, asking: Asking) -> str:
    token, at = asking.scope.token(wish.id_tag), asking.scope.at
    if token is None:
        asking.scope.add(Token.issue(wish.id_tag, wish.permit, by=asking.by, at=at))
    else:
        token.permit(wish.permit, by=asking.by, at=at)
    return wish.id_tag


def _withdraw(wish: op.WithdrawToken, asking: Asking) -> str:
    token = asking.scope.token(wish.id_tag)
    if token is None:
        raise Refused("this token is not known", Refused.NOT_FOUND)
    token.withdraw(by=asking.by, at=asking.scope.at)
    return wish.id_tag


def _forget(wish: op.ForgetToken, asking: Asking) -> str:
    token, at = asking.scope.token(wish.id_tag), asking.scope.at
    if token is None:
        token = asking.scope.add(Token.mention(wish.id_tag, by=asking.by, at=at))
    token.forget(by=asking.by, at=at)
    return ""


GRANTS: Grants = MappingProxyType(
    {
        op.IssueToken: Grant(_needs, _issue),
        op.WithdrawToken: Grant(_needs, _withdraw),
        op.ForgetToken: Grant(_needs, _forget),
    }
)
