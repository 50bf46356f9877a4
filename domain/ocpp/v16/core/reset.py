"""Reset (OCPP 1.6 section 5.14): have a station restart."""

from typing import Literal

from domain.model.call import Call
from domain.ocpp.action import Outgoing
from domain.ocpp.v16 import configuring
from domain.ocpp.v16.types import AcceptedOrRejected, Record
from domain.scope import Scope


class Reset(Outgoing):
    """Soft: transactions are stopped first; Hard: at once, their stops may come after the boot."""

    class Request(Record):
        """6.39."""

        type: Literal["Hard", "Soft"]

    class Response(Record):
        """6.40."""

        status: AcceptedOrRejected

    def answered(self, request: Request, response: Response, call: Call, scope: Scope) -> None:
        """Changes of configuration that wait for a boot are in effect with the next one."""
        if response.status.casefold() == "accepted":
            configuring.reset(scope)
