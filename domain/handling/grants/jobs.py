"""Wishes about firmware updates and diagnostics."""

from collections.abc import Iterable
from types import MappingProxyType

from domain.handling.grants.grant import Asking, Grant, Grants
from domain.model import operations as op
from domain.model.aggregate import Refused
from domain.model.maintenance import Maintenance


def _needs(wish: op.CloseJob) -> Iterable[str]:
    return (Maintenance.id_of(wish.station),)


def _close(wish: op.CloseJob, asking: Asking) -> str:
    maintenance = asking.scope.find(Maintenance, Maintenance.id_of(wish.station))
    if maintenance is None:
        raise Refused("there is no such job", Refused.NOT_FOUND)
    maintenance.close(wish.job, reason=wish.reason, by=asking.by, at=asking.scope.at)
    return wish.job


GRANTS: Grants = MappingProxyType({op.CloseJob: Grant(_needs, _close)})
