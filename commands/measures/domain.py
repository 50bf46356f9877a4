"""What a domain process has to tell."""

from collections.abc import Iterator
from functools import partial

from commands.metrics import Measure, Source
from domain.inbox import InboxCounts


def of_inbox(counts: InboxCounts) -> Source:
    """Batches, records and facts."""
    return partial(_inbox, counts)


def _inbox(counts: InboxCounts) -> Iterator[Measure]:
    yield Measure("inbox_batches", "Commits", "counter", counts.batches)
    yield Measure("inbox_batch_seconds", "Seconds spent on batches", "counter", counts.seconds)
    yield Measure("inbox_records", "Records taken in", "counter", counts.records)
    yield Measure("inbox_repeated", "Records known already", "counter", counts.repeated)
    yield Measure("inbox_conflicts", "Commits begun anew", "counter", counts.conflicts)
    yield Measure("inbox_failed", "Records put aside", "counter", counts.failed)
    yield Measure("inbox_facts", "Facts recorded", "counter", counts.facts)
