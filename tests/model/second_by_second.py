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


def converted(plan, period, unit, voltage, usual_phases):
    phases = period.phases or usual_phases
    match plan.unit, unit:
        case "A", "W":
            return period.limit * voltage * phases, phases
        case "W", "A":
            return period.limit / voltage / phases, phases
    return period.limit, phases


def strongest(plans, moment, since, *conversion):
    """What the highest level of some plans of one purpose says."""
    for plan in sorted(plans, key=lambda each: -each.stack_level):
        period = says(plan, moment, since)
        if period is not None:
            return converted(plan, period, *conversion)
    return None


def allowed(plans, connector, moment, since, transaction, *conversion):
    """Limit and phases of a connector at one moment, None when it is free."""

    def of(purpose, place):
        chosen = [each for each in plans if (each.purpose, each.connector) == (purpose, place)]
        if purpose == "TxProfile":
            chosen = [each for each in chosen if transaction and each.transaction == transaction]
        return strongest(chosen, moment, since, *conversion)

    usual = of("TxProfile", connector)
    if usual is None:
        usual = of("TxDefaultProfile", connector)
    if usual is None:
        usual = of("TxDefaultProfile", 0)
    most = of("ChargePointMaxProfile", 0)
    both = [each for each in (usual, most) if each is not None]
    return min(both) if both else None


def each_second(begin: datetime, duration: int):
    return [begin + timedelta(seconds=second) for second in range(duration)]
