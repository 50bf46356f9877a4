"""A charging profile while it is written, as the API takes it: what is wrong, what it looks like.

The API has the last word (OCPP 1.6 sections 3.13 and 7.8 to 7.14); this is said while one types.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from commands.ui.parts.chart import Span

Draft = dict[str, Any]

RECURS = {"Daily": timedelta(days=1), "Weekly": timedelta(days=7)}
_TAIL = timedelta(hours=1)  # of a last period that stays open
_CYCLES = 2  # recurrences that are drawn
_PHASES = (1, 3)
_TENTH = 1


def blank() -> Draft:
    """What a new one begins as."""
    return {
        "description": "",
        "purpose": "TxDefaultProfile",
        "kind": "Absolute",
        "stack_level": 1,
        "recurrency": None,
        "valid_from": None,
        "valid_to": None,
        "schedule": {
            "unit": "A",
            "start": None,
            "duration": None,
            "min_rate": None,
            "periods": [{"start": 0, "limit": 16.0, "phases": None}],
        },
    }


def faults(draft: Draft) -> dict[str, str]:
    """What is wrong, by place: as in the body of a request, e.g. schedule.periods.0.start."""
    found: dict[str, str] = {}
    level = draft["stack_level"]
    if not isinstance(level, int) or level < 0:
        found["stack_level"] = "A whole number, 0 or more: higher ones go before lower ones."
    if draft["kind"] == "Recurring" and not draft["recurrency"]:
        found["recurrency"] = "Say how often it recurs."
    if draft["kind"] == "Recurring" and not draft["schedule"]["start"]:
        found["schedule.start"] = "A recurring one needs the time that it begins at."
    begin, end = draft["valid_from"], draft["valid_to"]
    if begin and end and _time(end) <= _time(begin):
        found["valid_to"] = "Must be after the begin."
    return found | dict(_schedule(draft["schedule"]))


def notes(draft: Draft) -> list[str]:
    """What is good to know of one like this."""
    told = {
        "TxProfile": "A TxProfile is for one running transaction: it is named when it is sent.",
        "ChargePointMaxProfile": "Limits the station as a whole: installed at connector 0.",
        "TxDefaultProfile": "For each transaction that has no profile of its own.",
    }
    kinds = {
        "Relative": "Its periods count from when charging begins; here they are drawn from now.",
        "Absolute": ""
        if draft["schedule"]["start"]
        else "Without a start it begins when it is sent; here it is drawn from now.",
        "Recurring": "Two recurrences are drawn.",
    }
    return [each for each in (told[draft["purpose"]], kinds[draft["kind"]]) if each]


def spans(draft: Draft, now: datetime) -> list[Span]:
    """The limits over time; none where it is not valid."""
    schedule = draft["schedule"]
    recurs = RECURS.get(draft["recurrency"] or "") if draft["kind"] == "Recurring" else None
    start = _start(draft, now, recurs)
    found: list[Span] = []
    for cycle in range(_CYCLES if recurs else 1):
        begin = start + cycle * (recurs or timedelta())
        found += _cycle(schedule, begin, recurs)
    return [each for span in found for each in _valid(span, draft)]


def _schedule(schedule: dict[str, Any]) -> Iterator[tuple[str, str]]:
    periods = schedule["periods"]
    for place, period in enumerate(periods):
        yield from _period(period, f"schedule.periods.{place}")
    starts = [_whole(period["start"]) for period in periods]
    if starts and starts[0]:
        yield "schedule.periods.0.start", "The first period must begin at 0."
    for place, (sooner, later) in enumerate(pairwise(starts), start=1):
        if sooner is not None and later is not None and later <= sooner:
            yield f"schedule.periods.{place}.start", "Must begin after the one before."
    duration = schedule["duration"]
    if duration is not None and _whole(duration) is None:
        yield "schedule.duration", "Seconds, or h:mm."
    elif duration is not None and any(each is not None and each >= duration for each in starts):
        yield "schedule.duration", "A period begins when this is over already."
    if schedule["min_rate"] is not None and not _amount(schedule["min_rate"]):
        yield "schedule.min_rate", "0 or more, one decimal at most."


def _period(period: dict[str, Any], at: str) -> Iterator[tuple[str, str]]:
    if _whole(period["start"]) is None:
        yield f"{at}.start", "Seconds, or h:mm."
    if not _amount(period["limit"]):
        yield f"{at}.limit", "0 or more, one decimal at most."
    phases, (least, most) = period["phases"], _PHASES
    if phases is not None and not (isinstance(phases, int) and least <= phases <= most):
        yield f"{at}.phases", "1, 2 or 3."


def _cycle(schedule: dict[str, Any], begin: datetime, recurs: timedelta | None) -> list[Span]:
    """From one start on, as far as numbers make sense."""
    periods = [each for each in schedule["periods"] if _whole(each["start"]) is not None]
    if not periods:
        return []
    last = timedelta(seconds=max(each["start"] for each in periods))
    length = recurs or max(last * 1.25, last + _TAIL)
    if duration := _whole(schedule["duration"]):
        length = min(length, timedelta(seconds=duration)) if recurs else timedelta(seconds=duration)
    times = [begin + timedelta(seconds=each["start"]) for each in periods]
    ends = [*times[1:], begin + length]
    return [
        (time.isoformat(), min(end, begin + length).isoformat(), _limit(each))
        for each, time, end in zip(periods, times, ends, strict=True)
        if time < min(end, begin + length)
    ]


def _start(draft: Draft, now: datetime, recurs: timedelta | None) -> datetime:
    """When it begins; of one that recurs, the last time before now."""
    given = draft["schedule"]["start"]
    if not given or draft["kind"] == "Relative":
        return now
    start = _time(given)
    return start + (now - start) // recurs * recurs if recurs and now > start else start


def _valid(span: Span, draft: Draft) -> Iterator[Span]:
    begin, end = _time(span[0]), _time(span[1])
    first = max(begin, _time(draft["valid_from"])) if draft["valid_from"] else begin
    last = min(end, _time(draft["valid_to"])) if draft["valid_to"] else end
    if first >= last:
        yield span[0], span[1], None
        return
    if begin < first:
        yield span[0], first.isoformat(), None
    yield first.isoformat(), last.isoformat(), span[2]
    if last < end:
        yield last.isoformat(), span[1], None


def _limit(period: dict[str, Any]) -> float | None:
    return float(period["limit"]) if isinstance(period["limit"], int | float) else None


def _amount(value: object) -> bool:
    return isinstance(value, int | float) and value >= 0 and round(value, _TENTH) == value


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) and value >= 0 else None


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)


def seconds(text: str) -> int | str | None:
    """What somebody wrote as a length of time, 28800 or 8:00 or 8:00:00; unreadable: as it is."""
    given = text.strip()
    if not given:
        return None
    parts = given.split(":")
    if len(parts) > len(_UNITS) or not all(each.isascii() and each.isdigit() for each in parts):
        return given
    if len(parts) == 1:
        return int(given)
    return sum(int(each) * unit for each, unit in zip(parts, _UNITS, strict=False))


_UNITS: Sequence[int] = (3600, 60, 1)  # s


def clock(value: object) -> str:
    """Seconds as h:mm:ss; what is no number as it is."""
    if isinstance(value, int):
        return f"{value // 3600}:{value // 60 % 60:02}:{value % 60:02}"
    return "" if value is None else str(value)
