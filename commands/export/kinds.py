"""What can be exported, and how it is written."""

from enum import StrEnum


class What(StrEnum):
    """What can be exported."""

    EVENTS = "events"
    TRANSACTIONS = "transactions"
    METER_VALUES = "meter-values"
    JOURNAL = "journal"


class Format(StrEnum):
    """How a file is written."""

    PARQUET = "parquet"
    CSV = "csv"
    JSONL = "jsonl"
