"""The sections of the page of a proof."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from commands.proofs.markup import Markup, table, tag
from domain.evidence.bundle import (
    Clock,
    Deed,
    Derivation,
    Proof,
    Sample,
    Summary,
    Taken,
)
from domain.evidence.comparison import Line
from domain.evidence.rows import Entry
from domain.evidence.said import opened
from domain.ocpp import times

_MOST = 400  # meter values that are shown; the bundle has them all
_CLASSES = {"cannot be checked": "cannot", "not present": "not"}


def head(proof: Proof) -> Markup:
    """What is proven, and how much it is."""
    told, derivation = proof.account.transaction, proof.account.derivation
    energy = derivation.energy_wh
    amount = "no energy" if energy is None else f"{energy / 1000:.3f} kWh"
    state = "final" if derivation.final else "provisional"
    where = f"{told.station}, connector {told.connector}"
    left = tag(
        "div",
        tag("h1", f"Proof of transaction {told.number}"),
        tag("p", f"{where}. Made {_time(proof.made_at)}.", class_="dim"),
    )
    return tag("div", left, tag("div", amount, tag("small", state), class_="energy"), class_="head")


def checks(lines: Sequence[Line]) -> Markup:
    """Each thing that was looked at."""
    rows = [(each.what, _badge(each.verdict.value), each.why) for each in lines]
    return tag("h2", "What was checked") + table(("", "", ""), rows)


def summary(told: Summary) -> Markup:
    """The transaction as it is on record."""
    rows = [
        ("Charged by", told.id_tag),
        ("State", told.state),
        ("Started", _both(told.started_at, told.start_received_at)),
        ("Stopped", _both(told.stopped_at, told.stop_received_at)),
        ("Reason", told.stop_reason or told.closed_reason),
        ("Stopped by", told.stop_id_tag or told.closed_by),
        ("Corrected by", told.corrected_by),
        ("Meter at the start", _wh(told.meter_start_wh)),
        ("Meter at the end", _wh(told.meter_stop_wh)),
        ("Energy on record", _wh(told.energy_wh)),
    ]
    return tag("h2", "The transaction") + table(("", ""), [row for row in rows if row[1]])


def derivation(told: Derivation) -> Markup:
    """From the meter to the bill."""
    rows = [(each.text, _wh(each.wh), each.source) for each in told.steps]
    steps = table(("Step", "", "Where it stands"), rows, numbers=frozenset({1}))
    return tag("h2", "How the energy was derived") + steps


def signed_values(proof: Proof) -> Markup:
    """What the meter itself has signed."""
    heading = tag("h2", "Signed by the meter")
    if not proof.account.signed_values:
        return heading + tag("p", "The station sent no signed meter values.", class_="dim")
    parts = [heading]
    for each in proof.account.signed_values:
        judged = each.judgement
        line = tag(
            "p", _badge(judged.verdict.value), f" {judged.format} {each.context}: ", judged.why
        )
        key = f"Public key of {judged.key_source}: {judged.key}" if judged.key else ""
        parts += [line, tag("p", key, class_="dim"), tag("pre", each.value)]
    return Markup("").join(parts)


def readings(told: Sequence[Taken]) -> Markup:
    """Meter values, with their units."""
    heading = tag("h2", "Meter values")
    if not told:
        return heading + tag("p", "None between start and stop.", class_="dim")
    rows = [row for taken in told for row in _rows(taken)]
    shown = table(
        ("Time (station)", "Measurand", "Value", "Context", "Journal"),
        rows[:_MOST],
        numbers=frozenset({2}),
    )
    if len(rows) > _MOST:
        shown += tag("p", f"and {len(rows) - _MOST} more, in the bundle", class_="dim")
    return heading + shown


def clock(told: Sequence[Clock]) -> Markup:
    """Whose time is whose."""
    rows = [
        (
            each.action,
            _time(each.said),
            _time(each.received_at),
            "not set" if each.behind_ms is None else f"{each.behind_ms / 1000:+.3f} s",
        )
        for each in told
        if each.action != "MeterValues"
    ]
    note = "How far the station's clock is behind; a frame that had to wait looks so too."
    columns = ("Frame", "Station's clock", "Received", "Behind")
    return (
        tag("h2", "Clocks")
        + table(columns, rows, numbers=frozenset({3}))
        + tag("p", note, class_="dim")
    )


def deeds(told: Sequence[Deed]) -> Markup:
    """What people did about it."""
    heading = tag("h2", "What operators did about it")
    if not told:
        return heading + tag("p", "Nothing.", class_="dim")
    rows = [(_time(each.at), each.by, each.name, each.body) for each in told]
    return heading + table(("When", "Who", "What", "In detail"), rows)


def frames(proof: Proof) -> Markup:
    """The frames themselves, opened."""
    said = opened(proof.rows).said
    parts = [tag("h2", "The frames, as they came")]
    stored = {each.position: each for each in proof.rows.journal}
    quiet: list[Markup] = []
    for each in said:
        is_main = each.entry.action in {"StartTransaction", "StopTransaction"}
        shown = _frame(stored[each.position], each.entry.payload, each.entry.answer)
        (parts if is_main else quiet).append(shown)
    if quiet:
        parts.append(tag("details", tag("summary", f"{len(quiet)} more"), *quiet))
    if proof.rows.gone:
        parts.append(tag("p", f"Not kept any more: {', '.join(proof.rows.gone)}", class_="dim"))
    return Markup("").join(parts)


def _frame(row: Entry, payload: bytes, answer: bytes) -> Markup:
    line = f"{row.action or row.kind}, journal {row.position}, received {_time(row.received_at)}"
    text = payload.decode(errors="replace")
    if answer:
        text += f"\n→ {answer.decode(errors='replace')}"
    return tag("div", tag("p", line, class_="dim"), tag("pre", text))


def _rows(taken: Taken) -> Iterator[tuple[str, ...]]:
    for sample in taken.samples:
        yield (
            _time(taken.at),
            _measured(sample),
            f"{sample.value} {sample.unit}".strip(),
            sample.context,
            str(taken.journal),
        )


def _measured(sample: Sample) -> str:
    where = "" if sample.location == "Outlet" else f", {sample.location}"
    return f"{sample.measurand}{f' {sample.phase}' if sample.phase else ''}{where}"


def _badge(verdict: str) -> Markup:
    return tag("span", verdict, class_=f"verdict {_CLASSES.get(verdict, verdict)}")


def _both(station: datetime | None, received: datetime | None) -> str:
    if station is None:
        return ""
    told = f"; received {_time(received)}" if received else ""
    return f"{_time(station)} by the station's clock{told}"


def _time(at: datetime | None) -> str:
    return "" if at is None else times.write(at).replace("T", " ").replace("Z", " UTC")


def _wh(wh: int | None) -> str:
    return "" if wh is None else f"{wh} Wh"
