"""What Prometheus reads: the counts of the parts, turned into metrics when it asks."""

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    GCCollector,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

_log = logging.getLogger("ampledger.ops")


@dataclass(frozen=True, slots=True)
class Measure:
    """One number, or one number per value of a label."""

    name: str  # without the prefix "ampledger_"
    help: str
    kind: Literal["counter", "gauge"]
    values: float | dict[str, float]
    label: str = ""


Source = Callable[[], Iterable[Measure]]


class Metrics(Collector):
    """Asks every source anew for every exposition; blocking, for a worker thread."""

    media_type = CONTENT_TYPE_LATEST

    def __init__(self, sources: Sequence[Source]) -> None:
        """`sources` may grow later."""
        self._sources = sources
        self._registry = CollectorRegistry()
        for collector in (ProcessCollector, PlatformCollector, GCCollector):
            collector(registry=self._registry)
        self._registry.register(self)

    def describe(self) -> Iterable[GaugeMetricFamily]:
        """Nothing beforehand: registering must not ask the sources."""
        return ()

    def collect(self) -> Iterator[CounterMetricFamily | GaugeMetricFamily]:
        """The measures of all sources, now."""
        for source in self._sources:
            try:
                yield from map(_family, source())
            except Exception:  # noqa: BLE001 - one source must not hide the others
                _log.exception("a source of metrics failed")

    def exposition(self) -> bytes:
        """All metrics, in the format that Prometheus reads."""
        return generate_latest(self._registry)


def _family(measure: Measure) -> CounterMetricFamily | GaugeMetricFamily:
    kind = CounterMetricFamily if measure.kind == "counter" else GaugeMetricFamily
    labels = [measure.label] if measure.label else []
    family = kind(f"ampledger_{measure.name}", measure.help, labels=labels)
    values = measure.values if isinstance(measure.values, dict) else {"": measure.values}
    for label, value in values.items():
        family.add_metric([label] if measure.label else [], value)
    return family
