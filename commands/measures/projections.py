"""What a projections process has to tell."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial

from commands.metrics import Measure, Source
from domain.log import Unavailable
from domain.model.signing_request import State
from projections import webhooks
from projections.chaining import Behind
from projections.overview import Overview
from projections.progress import Lag


def of_projections(
    lag: Callable[[], dict[str, Lag]],
    stumbles: Callable[[], dict[str, int]],
    active: Callable[[], bool],
) -> Source:
    """How far the read models are behind, what they miss, and whether this process moves them."""
    return partial(_projections, lag, stumbles, active)


def of_builds(known: Callable[[], Sequence[Overview]]) -> Source:
    """Read models that are being built beside those that are read."""
    return partial(_builds, known)


def of_certificates(requests: Callable[[], dict[str, int]], ending: Callable[[], int]) -> Source:
    """What stations asked to have signed, and what is to be renewed soon."""
    return partial(_certificates, requests, ending)


def of_chain(lag: Callable[[], Behind]) -> Source:
    """How far the chain of evidence is behind the log."""
    return partial(_chain, lag)


def of_events(lag: Callable[[], Lag], published: Callable[[], int]) -> Source:
    """How far the stream of events is behind the log."""
    return partial(_events, lag, published)


def of_webhooks(standing: Callable[[], Mapping[str, tuple[str, int]]]) -> Source:
    """How many webhooks there are, and how far each is behind."""
    return partial(_webhooks, standing)


def of_quarantine(counted: Callable[[], Mapping[str, int]]) -> Source:
    """What waits for a person."""
    return partial(_quarantine, counted)


def _quarantine(counted: Callable[[], Mapping[str, int]]) -> Iterator[Measure]:
    try:
        cases = {kind: float(count) for kind, count in counted().items()}
    except Unavailable:
        return
    yield Measure("quarantine_open", "Cases nobody has decided of", "gauge", cases, "kind")


def _projections(
    lag: Callable[[], dict[str, Lag]],
    stumbles: Callable[[], dict[str, int]],
    active: Callable[[], bool],
) -> Iterator[Measure]:
    yield Measure("projections_active", "Whether this process owns them", "gauge", active())
    try:
        behind, missed = lag(), stumbles()
    except Unavailable:
        return
    facts = {name: float(each.positions) for name, each in behind.items()}
    seconds = {name: each.seconds for name, each in behind.items()}
    yield Measure("projection_lag_facts", "Facts not taken in yet", "gauge", facts, "model")
    yield Measure("projection_lag_seconds", "Age of the oldest", "gauge", seconds, "model")
    lost = {name: float(count) for name, count in missed.items()}
    told = "Facts that could not be taken in; a rebuild tries again"
    yield Measure("read_model_stumbles", told, "gauge", lost, "model")


def _builds(known: Callable[[], Sequence[Overview]]) -> Iterator[Measure]:
    try:
        builds = {each.name: each.build for each in known() if each.build}
    except Unavailable:
        return
    open_ones = {name: each for name, each in builds.items() if each.state != "finished"}
    percents = {name: float(each.percent) for name, each in open_ones.items()}
    speeds = {name: float(each.facts_per_second) for name, each in open_ones.items()}
    yield Measure("read_model_build_percent", "Builds under way", "gauge", percents, "model")
    told = "Facts a second of the work on a build"
    yield Measure("read_model_build_facts_per_second", told, "gauge", speeds, "model")


def _certificates(
    requests: Callable[[], dict[str, int]], ending: Callable[[], int]
) -> Iterator[Measure]:
    try:
        asked, soon = requests(), ending()
    except Unavailable:
        return
    counts = {state.value: float(asked.get(state.value, 0)) for state in State}
    yield Measure("certificate_requests", "Requests of stations", "gauge", counts, "state")
    told = "Stations whose last certificate ends within 14 days, or has ended"
    yield Measure("certificates_ending", told, "gauge", soon)


def _events(lag: Callable[[], Lag], published: Callable[[], int]) -> Iterator[Measure]:
    yield Measure("events_published", "Events confirmed by the broker", "counter", published())
    try:
        behind = lag()
    except Unavailable:
        return
    yield Measure("event_stream_lag_facts", "Facts not published yet", "gauge", behind.positions)
    yield Measure("event_stream_lag_seconds", "Age of the oldest", "gauge", behind.seconds)


def _webhooks(standing: Callable[[], Mapping[str, tuple[str, int]]]) -> Iterator[Measure]:
    try:
        known = standing()
    except Unavailable:
        return
    told = [state for state, _ in known.values()]
    counts = {state: float(told.count(state)) for state in webhooks.STATES}
    yield Measure("webhooks", "Webhooks by state", "gauge", counts, "state")
    behind = {id: float(facts) for id, (_, facts) in known.items()}
    yield Measure("webhook_lag_facts", "Facts it has not passed", "gauge", behind, "webhook")


def _chain(lag: Callable[[], Behind]) -> Iterator[Measure]:
    try:
        behind = lag()
    except Unavailable:
        return
    yield Measure("chain_blocks", "Blocks of the chain", "gauge", behind.blocks)
    yield Measure("chain_lag_rows", "Facts and journal rows not sealed yet", "gauge", behind.rows)
    told = "Seconds since the last block, while rows wait"
    yield Measure("chain_lag_seconds", told, "gauge", behind.seconds)
    told = "Seconds since the last checkpoint, while blocks are not signed"
    yield Measure("chain_unsigned_seconds", told, "gauge", behind.unsigned)
