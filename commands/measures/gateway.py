"""What a gateway has to tell."""

from collections.abc import Callable, Iterator
from functools import partial

from commands.metrics import Measure, Source
from gateway.counts import GatewayCounts


def of_gateway(counts: GatewayCounts, seconds_left: Callable[[], dict[int, float]]) -> Source:
    """Sockets and frames, and how long the certificates of the ports are valid."""
    return partial(_gateway, counts, seconds_left)


def _gateway(
    counts: GatewayCounts, seconds_left: Callable[[], dict[int, float]]
) -> Iterator[Measure]:
    yield Measure("gateway_connections", "Sockets that stand", "gauge", counts.connections)
    yield Measure("gateway_accepted", "Connections accepted", "counter", counts.accepted)
    frames = {"in": float(counts.frames_in), "out": float(counts.frames_out)}
    yield Measure("gateway_frames", "Frames by direction", "counter", frames, "direction")
    refused = {str(status): float(n) for status, n in dict(counts.refused).items()}
    yield Measure("gateway_refused", "Connections refused", "counter", refused, "status")
    yield from _entrance(counts, seconds_left())
    calls = {str(outcome): float(n) for outcome, n in dict(counts.calls).items()}
    yield Measure("gateway_calls", "Calls to stations by outcome", "counter", calls, "outcome")
    notes = {str(remark): float(n) for remark, n in dict(counts.notes).items()}
    yield Measure("gateway_notes", "Frames out of the ordinary", "counter", notes, "remark")


def _entrance(counts: GatewayCounts, seconds_left: dict[int, float]) -> Iterator[Measure]:
    away = {why: float(n) for why, n in dict(counts.turned_away).items()}
    yield Measure("gateway_turned_away", "Sockets there was no room for", "counter", away, "why")
    failed = {kind: float(n) for kind, n in dict(counts.handshakes_failed).items()}
    told = "Sockets that ended before a request"
    yield Measure("gateway_handshakes_failed", told, "counter", failed, "kind")
    left = {str(port): seconds for port, seconds in seconds_left.items()}
    told = "Seconds until the certificate of a port expires"
    yield Measure("gateway_certificate_seconds_left", told, "gauge", left, "port")
