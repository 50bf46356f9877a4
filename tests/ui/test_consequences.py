"""Before a case is decided, its consequence is said in words."""

import pytest

from commands.ui.pages.case.words import consequence

STOP = {"kind": "orphan-stop", "transaction": -1, "meter_wh": 3500}
LATE = {"kind": "late-values", "transaction": 7, "meter_wh": None}


def candidate(number=12, start=1000):
    return {"transaction": {"id": number, "meter_start_wh": start}, "energy_wh": None}


def told(case, ruling, chosen=None, *, meter_wh=None, energy_wh=None):
    return consequence(case, ruling, chosen, meter_wh=meter_wh, energy_wh=energy_wh)


def test_a_stop_that_is_assigned_ends_the_transaction_with_its_energy():
    said = told(STOP, "assign", candidate())
    assert "Transaction 12 is stopped, for good" in said
    assert "2.500 kWh (meter 1.000 kWh to 3.500 kWh)" in said


def test_what_an_operator_knows_better_counts():
    assert "3.000 kWh (meter" in told(STOP, "assign", candidate(), meter_wh=4000)
    assert "2.100 kWh were charged, as you say" in told(STOP, "accept", energy_wh=2100)


def test_a_meter_below_its_start_asks_for_more():
    assert "say what is known" in told(STOP, "assign", candidate(start=9000))


def test_without_a_candidate_there_is_nothing_to_assign_to():
    assert told(STOP, "assign") == "Choose the transaction that it belongs to."


@pytest.mark.parametrize(
    ("number", "said"), [(7, "ends with the last"), (8, "are put into the log of transaction 8")]
)
def test_late_readings_move_an_end(number, said):
    assert said in told(LATE, "assign", candidate(number))


def test_dismissing_does_nothing():
    assert told(STOP, "dismiss", candidate()) == "Nothing is done about it. The case is closed."
