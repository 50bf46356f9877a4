"""ClearCache (OCPP 1.6 section 5.4): have a station forget whom it let charge."""

from domain.ocpp.action import Outgoing
from domain.ocpp.v16.types import AcceptedOrRejected, Empty, Record


class ClearCache(Outgoing):
    """Rejected by a station without a cache."""

    Request = Empty  # 6.11

    class Response(Record):
        """6.12."""

        status: AcceptedOrRejected
