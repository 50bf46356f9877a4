"""What is done to many stations is for those picked, or for all that match; and says so."""

from commands.ui.pages.stations.choice import Choice

PICKED = [{"id": f"S-{n}"} for n in range(5)]


def test_those_that_were_picked_are_sent_by_their_ids():
    assert Choice.of(PICKED[:2]).selection == {"stations": ["S-0", "S-1"]}


def test_all_that_match_are_sent_as_what_they_match():
    query = {"search": "x", "label": "", "online": "false", "status": "Faulted"}
    wanted = {"search": "x", "online": False, "status": "Faulted"}
    assert Choice.matching(query, 7).selection == wanted


def test_without_any_filter_all_are_meant():
    assert Choice.matching({"search": "", "online": ""}, 7).selection == {"all": True}


def test_a_few_are_named_and_many_are_counted():
    assert Choice.of(PICKED[:2]).whom == "S-0, S-1"
    assert Choice.of(PICKED).whom == "5 stations"
    assert Choice.of(PICKED).which == "Chosen: S-0, S-1, S-2 and 2 more."
    assert "label depot" in Choice.matching({"label": "depot"}, 1200).which
    assert Choice.matching({}, 1200).which.startswith("All 1,200 stations that are registered")
