"""The composite schedule the slow way: each second asked by itself, without any of our code."""

from datetime import datetime, timedelta


def says(plan, moment, since):
    """A plan's period at a moment, or None."""
    if plan.valid_from is not None and moment < plan.valid_from:
        return None
    if plan.valid_to is not None and moment >= plan.valid_to:
        return None
    anchor = since if plan.kind == "Relative" or plan.start is None else plan.start
    if moment < anchor:
        return None
    elapsed = moment - anchor
    if plan.kind == "Recurring":
        elapsed %= {"Daily": timedelta(days=1), "Weekly": timedelta(weeks=1)}[plan.recurrency]
    if plan.duration is not None and elapsed >= timedelta(seconds=plan.duration):
        return None
    begun = [each for each in plan.periods if timedelta(seconds=each.start) <= elapsed]
    return begun[-1] if begun else None


def told_in(unit, said, phases, voltage):
    """A limit for so many phases: amperes are those of each phase, watts those of all of them."""
    written_in, limit, _ = said
    if written_in == unit:
        return limit
    return limit * voltage * phases if unit == "W" else limit / voltage / phases


def strongest(plans, moment, since, usual_phases):
    """What the highest level of some plans of one purpose says."""
    for plan in sorted(plans, key=lambda each: -each.stack_level):
        period = says(plan, moment, since)
        if period is not None:
            return plan.unit, period.limit, period.phases or usual_phases
    return None


def allowed(plans, connector, moment, since, transaction, unit, voltage, usual_phases):
    """Limit and phases of a connector at one moment, None when it is free.

    It charges on the fewest phases that anybody who limits it names, and gets the smallest limit.
    """

    def of(purpose, place):
        chosen = [each for each in plans if (each.purpose, each.connector) == (purpose, place)]
        if purpose == "TxProfile":
            chosen = [each for each in chosen if transaction and each.transaction == transaction]
        return strongest(chosen, moment, since, usual_phases)

    usual = of("TxProfile", connector)
    if usual is None:
        usual = of("TxDefaultProfile", connector)
    if usual is None:
        usual = of("TxDefaultProfile", 0)
    most = of("ChargePointMaxProfile", 0)
    both = [each for each in (usual, most) if each is not None]
    if not both:
        return None
    phases = min(each[2] for each in both)
    return min(told_in(unit, each, phases, voltage) for each in both), phases


def each_second(begin: datetime, duration: int):
    return [begin + timedelta(seconds=second) for second in range(duration)]
