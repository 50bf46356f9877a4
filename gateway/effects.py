"""What a conversation wants done: small records, in order."""

from enum import StrEnum

import msgspec


class Outcome(StrEnum):
    """What became of a call to the station."""

    SENT = "sent"
    RETURNED = "returned"
    TIMED_OUT = "timed_out"


class Remark(StrEnum):
    """What is worth a line in the log and a count."""

    MALFORMED = "malformed"
    MALFORMED_FLOOD = "malformed_flood"
    BINARY = "binary"
    REPEATED = "repeated"
    CLASHING = "clashing"
    LATE = "late"
    REPEATED_CALL = "repeated_call"
    STRAY_ANSWER = "stray_answer"


class Forward(msgspec.Struct, frozen=True):
    """A frame of the station goes to the domain."""

    frame: bytes


class Write(msgspec.Struct, frozen=True):
    """A frame goes to the station."""

    frame: bytes


class Report(msgspec.Struct, frozen=True):
    """The domain must learn what became of a call."""

    outcome: Outcome
    call: str
    reason: str = ""


class Note(msgspec.Struct, frozen=True):
    """Something to log; `message_id` is "" when there is none."""

    remark: Remark
    message_id: str = ""
    detail: str = ""


Effect = Forward | Write | Report | Note
Effects = tuple[Effect, ...]
