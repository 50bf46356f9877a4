"""The jobs of one kind that have reached a station, in order: the last one is current.

Each is [its id, its state, the last status], lists which a snapshot can hold. Under the id "" is
what the station told last of no job at all, until the next job comes.
"""

from collections.abc import Sequence

from domain.model.job_progress import OUTCOMES, REQUESTED

Job = list[str]
Line = list[Job]
Numbers = dict[str, int]  # what stations call requests by, by job, in the order they were asked for

_NUMBERS = 100  # that are remembered, of all kinds together
_REMEMBERED = 10  # jobs: those before the current one may be answered late, or resumed


def find(line: Line, job: str) -> Job | None:
    """A job that reached the station."""
    return next((each for each in line if each[0] == job), None)


def of(line: Line, job: str) -> Job:
    """The same; of one that did not, how it begins."""
    return find(line, job) or [job, REQUESTED if job else "", ""]


def current(line: Line) -> Job:
    """The one that what the station tells belongs to; its id is "" when there is none."""
    return line[-1] if line else of(line, "")


def enter(line: Line, job: str, state: str) -> None:
    """It has reached the station, maybe once more: it is current from now on."""
    job_there = find(line, job) or [job, state, ""]
    others = [each for each in line if each[0] not in {"", job}]
    line[:] = [*others, job_there][-_REMEMBERED:]


def leave(line: Line, job: str) -> None:
    """The station did not take it: the one before is current again."""
    line[:] = [each for each in line if each[0] != job]


def move(line: Line, job: str, state: str) -> None:
    """It has a state."""
    if found := find(line, job):
        found[1] = state


def hear(line: Line, job: str, state: str, status: str) -> None:
    """The station told a status of it, or of no job.

    If that is not the current one it was named, and its word is newer than what was told before of
    the current one: should that not have been taken, nothing of it counts for this one.
    """
    if found := find(line, job):
        if job:
            line[-1][2] = ""
        found[1:] = [state, status]
    elif not job:  # before the others, so that none of them gives way
        line.insert(0, [job, state, status])


def is_open(job: str, state: str) -> bool:
    """Whether there is such a job, and it is not over."""
    return bool(job) and state not in OUTCOMES


def number(numbers: Numbers, job: str, number: int) -> None:
    """The request of a job has a number; of too many the oldest is forgotten."""
    numbers[job] = number
    if len(numbers) > _NUMBERS:
        del numbers[next(iter(numbers))]


def named(numbers: Numbers, number: int, line: Line, waiting: Sequence[str]) -> str:
    """The newest job with that number, of those that went out if one of them has it; or ""."""
    jobs = [job for job, its in reversed(numbers.items()) if its == number]
    out = [job for job in jobs if find(line, job)]
    return next(iter((*out, *(job for job in jobs if job in waiting))), "")
