"""What operators did beside the domain: there is nothing to decide, it goes on record."""

from collections.abc import Iterable
from types import MappingProxyType

from domain.handling.grants.grant import Asking, Grant, Grants
from domain.model import operations as op


def _needs(_wish: op.RecordAction) -> Iterable[str]:
    return ()


def _record(wish: op.RecordAction, _asking: Asking) -> str:
    return wish.subject


GRANTS: Grants = MappingProxyType({op.RecordAction: Grant(_needs, _record)})
