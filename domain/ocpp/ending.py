"""What the end of a transaction sets free, whoever said that it ended, in any version of OCPP."""

from domain.model.transaction import Transaction
from domain.ocpp import charging
from domain.scope import Scope


def release(transaction: Transaction, scope: Scope) -> None:
    """Its connector, its token, and the charging profiles that were for it alone."""
    if transaction.connector > 0:
        scope.connector(transaction.connector).free(transaction.number, at=scope.at)
    charging.ended(transaction.number, scope)
    if token := scope.token(transaction.id_tag):
        token.release(transaction.number, at=scope.at)
