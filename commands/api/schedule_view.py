"""A window of a connector's schedule put together: computed, reported, metered."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property

from commands.api.plot import Line, Point
from commands.api.schedule_shapes import (
    Difference,
    Question,
    Reading,
    Reported,
    ReportedStep,
    Schedule,
    Step,
)
from domain.model.schedule import Limit, Plan, composite
from domain.model.schedule_comparison import differences, exceeds, limit_at
from domain.ocpp import times
from domain.ocpp.v16.smart_charging import plans
from projections.drawn import Course, Drawn
from projections.schedules import ScheduleRow

_SECOND = timedelta(seconds=1)
_LONGEST = 366 * 86_400  # s of a report that are looked at


@dataclass(frozen=True)
class ScheduleView:
    """What was read, in the unit of the question; seconds count from `begin`."""

    station: str
    connector: int
    begin: datetime
    question: Question
    computed: Sequence[Limit]
    report: ScheduleRow | None
    drawn: Course

    @property
    def end(self) -> datetime:
        return self.begin + self.question.duration

    @property
    def title(self) -> str:
        """What the picture is of."""
        free = all(each.limit is None for each in self.computed)
        told = f"{self.begin.astimezone(UTC):%Y-%m-%d %H:%M} UTC" + (": no limit" if free else "")
        return f"{self.station}, connector {self.connector}, from {told}"

    def shown(self) -> Schedule:
        """As the API tells it."""
        every = dict.fromkeys(plan for each in self.computed for plan in each.plans)
        return Schedule(
            station=self.station,
            connector=self.connector,
            from_=self.begin,
            until=self.end,
            duration=self.question.duration // _SECOND,
            unit=self.question.unit,
            computed=[_step(each) for each in self.computed],
            profiles=list(every),
            reported=None if self.report is None else self._reported(self.report),
            metered=[self._reading(each) for each in self.drawn.readings],
            metered_from=self.drawn.known_from,
        )

    def lines(self) -> list[Line]:
        """As the picture shows it."""
        lines = [Line("computed", _steps(self.begin, self.computed, self.end))]
        if self._plan is not None and (heard := self._within):
            start, until = self._moment(heard[0]), self._moment(heard[1])
            told = self._heard(self._plan, start, (until - start) // _SECOND)
            lines.append(Line("reported", _steps(start, told, until), dashed=True))
        if drawn := self.drawn.readings:
            lines.append(Line("metered", [(each.at, each.value) for each in drawn]))
        return lines

    @cached_property
    def _plan(self) -> Plan | None:
        """The report as a plan; without a possible start it counts from its arrival."""
        report = self.report
        if report is None or report.received_at is None:
            return None
        told = report.start
        start = told if told and times.plausible(told) else report.received_at
        return plans.of_report(report.schedule, start=start, duration=report.duration)

    @cached_property
    def _within(self) -> tuple[int, int] | None:
        """The seconds of the window that the report speaks of."""
        if self._plan is None:
            return None
        start, length = _span(self._plan)
        first = -((self.begin - start) // _SECOND)
        heard = max(0, first), min(first + length, self.question.duration // _SECOND)
        return heard if heard[0] < heard[1] else None

    def _reported(self, report: ScheduleRow) -> Reported:
        plan = self._plan
        start, length = (None, 0) if plan is None else _span(plan)
        return Reported(
            call=report.call,
            status=report.status,
            received_at=report.received_at,
            from_=start,
            until=None if start is None else start + length * _SECOND,
            periods=[] if plan is None else list(self._reported_steps(plan)),
            differences=[] if plan is None else list(self._differences(plan)),
        )

    def _reported_steps(self, plan: Plan) -> Iterator[ReportedStep]:
        start, length = _span(plan)
        for each in self._heard(plan, start, length):
            at = start + each.start * _SECOND
            yield ReportedStep(at=at, limit=_rounded(each.limit), phases=each.phases)

    def _differences(self, plan: Plan) -> Iterator[Difference]:
        if self._within is None:
            return
        start, until = self._within
        told = self._heard(plan, self.begin, until)
        for each in differences(self.computed, told, start=start, until=until):
            yield Difference(
                from_=self._moment(each.start),
                until=self._moment(each.until),
                computed=_rounded(each.computed),
                reported=_rounded(each.reported),
            )

    def _heard(self, plan: Plan, begin: datetime, duration: int) -> tuple[Limit, ...]:
        """What the station said, in the unit of the question."""
        return composite(
            [plan],
            connector=0,
            begin=begin,
            duration=duration,
            unit=self.question.unit,
            supply=self.question.supply,
            charging_since=None,
            transaction=None,
        )

    def _reading(self, drawn: Drawn) -> Reading:
        limit = limit_at(self.computed, (drawn.at - self.begin) // _SECOND)
        over = exceeds(drawn.value, limit, percent=self.question.tolerance)
        value = round(drawn.value, 3)
        return Reading(at=drawn.at, value=value, limit=_rounded(limit), exceeded=over)

    def _moment(self, second: int) -> datetime:
        return self.begin + second * _SECOND


def _span(plan: Plan) -> tuple[datetime, int]:
    """When a report begins, and how many seconds it tells of; `of_report` sets both."""
    start = plan.start or datetime.max.replace(tzinfo=UTC)
    return start, min(max(0, plan.duration or 0), _LONGEST)


def _step(limit: Limit) -> Step:
    return Step(
        start=limit.start,
        limit=_rounded(limit.limit),
        phases=limit.phases,
        profiles=list(limit.plans),
    )


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)


def _steps(begin: datetime, limits: Sequence[Limit], end: datetime) -> list[Point]:
    """A line along the limits, interrupted where there are none."""
    points: list[Point] = []
    ends = [begin + each.start * _SECOND for each in limits[1:]]
    for each, until in zip(limits, [*ends, end], strict=True):
        points += [(begin + each.start * _SECOND, each.limit), (until, each.limit)]
    return points
