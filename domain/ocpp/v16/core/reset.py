"""Reset (OCPP 1.6 section 5.14): have a station restart."""

from typing import Literal

from domain.ocpp.action import Outgoing
from domain.ocpp.v16.types import AcceptedOrRejected, Record


class Reset(Outgoing):
    """Soft: transactions are stopped first; Hard: at once, their stops may come after the boot."""

    class Request(Record):
        """6.39."""

        type: Literal["Hard", "Soft"]

    class Response(Record):
        """6.40."""

        status: AcceptedOrRejected
