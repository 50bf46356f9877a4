"""How the energy of a transaction comes from the frames, step by step."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from domain.evidence.bundle import BY_FACT, Derivation, Step, Taken
from domain.evidence.said import Record, Said, Told
from domain.model.quarantine import Quarantine
from domain.model.transaction import Transaction
from domain.ocpp.v16.core.start_transaction import StartTransaction
from domain.ocpp.v16.core.stop_transaction import StopTransaction


class _End(NamedTuple):
    """What the transaction ended with."""

    step: Step
    recorded_wh: int | None
    final: bool
    decided_by: str = ""  # a person, who may know an energy that no meter shows


def derive(record: Record, readings: Sequence[Taken]) -> Derivation:
    """From the meter at the start and at the end to the energy between."""
    start = _start(record)
    end = _end(record, readings)
    steps = [start, *_between(readings)]
    if end is None:
        steps.append(Step("there is no end and no reading yet: nothing can be derived", None, ""))
        return Derivation(energy_wh=None, recorded_wh=None, final=False, steps=tuple(steps))
    steps.append(end.step)
    energy = None
    if end.step.wh is not None and start.wh is not None:
        energy = end.step.wh - start.wh if end.step.wh >= start.wh else None
        steps.append(_difference(start.wh, end.step.wh))
    decided_by = end.decided_by if energy != end.recorded_wh else ""
    if decided_by:
        energy = end.recorded_wh
        steps.append(Step(f"the energy, as {decided_by} decided all the same", energy, ""))
    return Derivation(
        energy_wh=energy,
        recorded_wh=end.recorded_wh,
        final=end.final,
        decided_by=decided_by,
        steps=tuple(steps),
    )


def _difference(start: int, end: int) -> Step:
    if end < start:
        return Step("the meter went backwards: no energy can be derived", None, "")
    return Step(f"the energy between: {end} Wh - {start} Wh", end - start, "")


def _start(record: Record) -> Step:
    told = next(each for each in record.told if isinstance(each.fact, Transaction.Started))
    said = record.by_cause(told)
    if said is not None and isinstance(said.request, StartTransaction.Request):
        return Step("the meter at the start", said.request.meterStart, said.source)
    wh = told.fact.meter_start_wh  # type: ignore[attr-defined]  # it is one that started
    return _by_record("the meter at the start", wh, told)


def _end(record: Record, readings: Sequence[Taken]) -> _End | None:
    """By the last fact that tells an energy; without one, the last reading so far."""
    endings = [each for each in record.told if _is_ending(each)]
    if not endings:
        step = _last_register(readings, "the last reading so far: it is not over yet")
        return None if step is None else _End(step, _so_far(record, step), final=False)
    last = endings[-1]
    recorded: int | None = last.fact.energy_wh  # type: ignore[attr-defined]  # endings have it
    if isinstance(last.fact, Transaction.Closed):
        return _End(_closing(last, record.by_cause(last), readings), recorded, final=False)
    if isinstance(last.fact, Transaction.Corrected):
        final = last.fact.state == "stopped"
        step = _correction(last.fact, last, record)
        return _End(step, recorded, final=final, decided_by=last.fact.by)
    return _End(_stop(last, record.by_cause(last)), recorded, final=True)


def _stop(told: Told, said: Said | None) -> Step:
    if said is not None and isinstance(said.request, StopTransaction.Request):
        return Step("the meter at the stop", said.request.meterStop, said.source)
    wh: int | None = told.fact.meter_stop_wh  # type: ignore[attr-defined]  # it is one that stopped
    return _by_record("the meter at the stop", wh, told)


def _correction(fact: Transaction.Corrected, told: Told, record: Record) -> Step:
    """A person decided; where they assigned a stop, its frame tells the meter."""
    text = f"the meter at the end, as {fact.by} decided"
    case = next((each for each in record.told if _is_case(each, fact.case)), None)
    said = case and record.find(case.cause[0], case.fact.frame)  # type: ignore[attr-defined]  # a case
    if said and isinstance(said.request, StopTransaction.Request) and not fact.restores:
        if said.request.meterStop == fact.meter_wh:
            return Step(f"{text}: by this stop", fact.meter_wh, said.source)
        text += f" against the {said.request.meterStop} Wh of {said.source}"
    return Step(text, fact.meter_wh, f"{BY_FACT}{told.position}")


def _is_case(told: Told, case: str) -> bool:
    return isinstance(told.fact, Quarantine.Kept) and told.fact.originator_id == case


def _so_far(record: Record, step: Step) -> int | None:
    """What is recorded while a transaction runs: the reading less the start, if it is not less."""
    start = _start(record).wh
    energy = None if step.wh is None or start is None else step.wh - start
    return energy if energy is not None and energy >= 0 else None


def _is_ending(told: Told) -> bool:
    return isinstance(told.fact, Transaction.Stopped | Transaction.Closed | Transaction.Corrected)


def _closing(told: Told, said: Said | None, readings: Sequence[Taken]) -> Step:
    """What was the last reading when somebody closed it."""
    if said is not None:
        earlier = [each for each in readings if each.journal < said.position]
        step = _last_register(earlier, "the last reading before it was closed without its station")
        if step is not None:
            return step
    wh: int | None = told.fact.meter_wh  # type: ignore[attr-defined]  # a closing has it
    return _by_record("the last reading before it was closed without its station", wh, told)


def _last_register(readings: Sequence[Taken], text: str) -> Step | None:
    known = [each for each in readings if each.register_wh is not None]
    if not known:
        return None
    last = known[-1]
    return Step(text, last.register_wh, f"{last.action}, journal {last.journal}")


def _by_record(text: str, wh: int | None, told: Told) -> Step:
    return Step(f"{text}, by the record: no frame of it is here", wh, f"{BY_FACT}{told.position}")


def _between(readings: Sequence[Taken]) -> Iterator[Step]:
    """Readings in between change nothing; but they must not contradict."""
    known = [each for each in readings if each.register_wh is not None]
    for one, other in pairwise(known):
        if other.register_wh < one.register_wh:  # type: ignore[operator]  # they are known
            source = f"{other.action}, journal {other.journal}"
            yield Step("a reading is less than the one before it", other.register_wh, source)
    if known:
        told = f"{len(known)} readings of the register in between, for comparison only"
        yield Step(told, None, f"journal {known[0].journal} to {known[-1].journal}")
