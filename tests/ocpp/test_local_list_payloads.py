"""What is sent to make one list another: applied as the specification says, it does."""

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.model.local_entries import Entry, difference, keyed
from domain.ocpp.v16.local_auth_list.payloads import parts, planned
from tests.ocpp.model_list import ModelList
from tests.ocpp.schemas import validate

TAGS = st.text("abAB", min_size=1, max_size=2)
TIMES = st.sampled_from(["", "2027-01-01T00:00:00.000Z", "2030-12-31T23:59:59.999Z"])
STATUSES = st.sampled_from(["Accepted", "Blocked", "Expired", "Invalid"])
ENTRIES = st.builds(Entry, TAGS, STATUSES, TIMES, st.sampled_from(["", "FAMILY"]))
LISTS = st.lists(ENTRIES, max_size=12).map(keyed)
SIZES = st.integers(0, 5)


def sent(payloads: tuple[str, ...]) -> list[dict[str, Any]]:
    """The payloads, decoded, as the official schema and the rules of the list have them."""
    decoded = [orjson.loads(payload) for payload in payloads]
    for payload, request in zip(payloads, decoded, strict=True):
        validate("SendLocalList", payload.encode())
        listed = [entry["idTag"].casefold() for entry in request.get("localAuthorizationList", [])]
        assert len(set(listed)) == len(listed)
    return decoded


@given(LISTS, LISTS, SIZES, st.integers(1, 99))
def test_the_difference_makes_a_list_the_other(before, after, size, version):
    station = ModelList(version - 1, before)
    requests = sent(parts("Differential", difference(before, after), version=version, size=size))
    assert [station.take(request) for request in requests] == ["Accepted"] * len(requests)
    assert station.says() == {tag: entry[1:] for tag, entry in after.items()}
    assert station.version == version + len(requests) - 1


@given(LISTS, LISTS, SIZES, st.integers(1, 99))
def test_a_full_makes_any_list_the_wanted_one(before, after, size, version):
    station = ModelList(500, before)
    requests = sent(parts("Full", tuple(after.values()), version=version, size=size))
    assert [r["updateType"] for r in requests] == ["Full"] + ["Differential"] * (len(requests) - 1)
    assert [station.take(request) for request in requests] == ["Accepted"] * len(requests)
    assert station.says() == {tag: entry[1:] for tag, entry in after.items()}


@given(LISTS, st.integers(1, 5), st.integers(1, 99))
def test_no_part_is_longer_than_the_limit_and_versions_grow_by_one(after, size, version):
    requests = sent(parts("Full", tuple(after.values()), version=version, size=size))
    assert all(len(r.get("localAuthorizationList", [])) <= size for r in requests)
    assert [r["listVersion"] for r in requests] == list(range(version, version + len(requests)))


@given(LISTS)
def test_in_a_full_every_entry_says_what_is_thought_of_the_token(after):
    (request,) = sent(parts("Full", tuple(after.values()), version=1))
    assert all("idTagInfo" in entry for entry in request.get("localAuthorizationList", []))


@given(LISTS, LISTS)
def test_what_was_planned_is_read_again(before, after):
    changes = difference(before, after)
    (payload,) = parts("Differential", changes, version=1)
    assert planned(payload) == changes


def test_a_list_that_is_the_wanted_one_differs_in_nothing():
    assert difference(keyed([Entry("Ann")]), keyed([Entry("ANN")])) == ()


@pytest.mark.parametrize(
    ("entry", "text"),
    [
        (Entry("ANN", ""), '{"idTag":"ANN"}'),
        (
            Entry("ANN", "Accepted", "2027-01-01T00:00:00.000Z", "BOB"),
            (
                '{"idTag":"ANN","idTagInfo":{"expiryDate":"2027-01-01T00:00:00.000Z",'
                '"parentIdTag":"BOB","status":"Accepted"}}'
            ),
        ),
    ],
)
def test_members_go_out_in_the_order_of_the_specification(entry, text):
    (payload,) = parts("Differential", [entry], version=7)
    wanted = f'{{"listVersion":7,"localAuthorizationList":[{text}],"updateType":"Differential"}}'
    assert payload == wanted


def test_an_empty_full_clears_the_list():
    assert parts("Full", (), version=3) == ('{"listVersion":3,"updateType":"Full"}',)
