"""Authorize (OCPP 1.6 section 4.1): whether a token may charge."""

from collections.abc import Iterable

from domain.model.token import Token, judge
from domain.ocpp.action import Incoming
from domain.ocpp.v16.types import IdTagInfo, Record, Text20, id_tag_info
from domain.scope import Scope


class Authorize(Incoming):
    """Always answered with a status, never ConcurrentTx, which is StartTransaction's (rule A).

    The group and the expiry date are told when known, so that a card of the same group can stop a
    transaction or use a reservation (rule A2).
    """

    class Request(Record):
        """6.1."""

        idTag: Text20

    class Response(Record):
        """6.2."""

        idTagInfo: IdTagInfo

    def needs(self, station: str, request: Request) -> Iterable[str]:
        """The token."""
        return (Token.id_of(request.idTag),)

    def decide(self, request: Request, scope: Scope) -> Response:
        """Judge the token; nothing is changed by asking."""
        return self.Response(idTagInfo=id_tag_info(judge(scope.token(request.idTag), scope.at)))
