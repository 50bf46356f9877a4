"""Meter values become lines: by measurand and unit, phase by phase, whatever a station reports."""

from commands.ui.pages.transaction.measured import Kind, Measured, sample_of


def value(measurand, number, unit, **more):
    told = {"measurand": measurand, "value": number, "unit": unit, "phase": "", "location": ""}
    return told | {"location": "Outlet", "sampled_at": "2026-01-01T12:00:00.000Z"} | more


def sample(told):
    made = sample_of(told)
    assert made is not None
    return made


def test_values_of_one_kind_share_a_chart_and_have_a_line_for_each_phase():
    measured = Measured()
    told = [value("Current.Import", 10 + n, "A", phase=f"L{n}") for n in (1, 2, 3)]
    told.append(value("Current.Offered", 16, "A"))
    changed = measured.add(map(sample_of, told))
    assert changed == {Kind("Current", "A")}
    assert list(measured.lines(Kind("Current", "A"))) == [
        "Import L1",
        "Import L2",
        "Import L3",
        "Offered",
    ]


def test_energy_and_power_are_drawn_in_thousands_whatever_was_sent():
    for unit, number in (("Wh", 1500), ("kWh", 1.5)):
        made = sample(value("Energy.Active.Import.Register", number, unit))
        assert made[:2] == (Kind("Energy register", "kWh"), "Active import")
        assert made.value == 1.5
    assert sample(value("Power.Active.Import", 11_000, "W")).value == 11


def test_a_register_is_not_drawn_with_what_is_counted_by_interval():
    register = sample(value("Energy.Active.Import.Register", 1, "Wh"))
    interval = sample(value("Energy.Active.Import.Interval", 1, "Wh"))
    assert register.kind != interval.kind
    assert sample(value("Power.Factor", 1, "")).kind == Kind("Power factor", "")


def test_what_is_no_number_is_in_no_chart():
    measured = Measured()
    assert measured.add([sample_of(value("Energy.Active.Import.Register", None, "Wh"))]) == set()
    assert measured.last() == {}


def test_what_comes_late_stands_where_it_belongs():
    measured, soc = Measured(), Kind("State of charge", "%")
    for minute in (2, 1):
        at = f"2026-01-01T12:0{minute}:00.000Z"
        told = value("SoC", 20 + minute, "Percent", location="EV", sampled_at=at)
        measured.add([sample(told)])
    assert [point[1] for point in measured.lines(soc)["EV"]] == [21, 22]
    assert measured.last() == {"State of charge EV": ("22 %", "2026-01-01T12:02:00.000Z")}


def test_a_long_line_is_thinned_and_keeps_its_ends():
    measured, volts = Measured(), Kind("Voltage", "V")
    times = [f"2026-01-01T{n // 3600:02}:{n // 60 % 60:02}:{n % 60:02}.000Z" for n in range(9999)]
    measured.add(sample(value("Voltage", 230, "V", sampled_at=at)) for at in times)
    (points,) = measured.lines(volts).values()
    assert len(points) <= 1501
    assert (points[0][0], points[-1][0]) == (times[0], times[-1])
