"""The library of charging profiles over HTTP."""

from uuid import uuid4

import pytest

from tests.api.stage import Installation

pytestmark = pytest.mark.asyncio(loop_scope="session")

LIBRARY = "/api/v1/charging-profiles"
LATE = {"start": 9, "limit": 8}
NOON, LATER = "2026-05-01T12:00:00.000Z", "2026-06-01T12:00:00.000Z"


def wish(**changes):
    schedule = {"unit": "A", "periods": [{"start": 0, "limit": 6.0}]}
    usual = {"purpose": "TxDefaultProfile", "kind": "Absolute", "stack_level": 0}
    return usual | {"schedule": schedule | changes.pop("schedule", {})} | changes


async def test_a_profile_gets_a_free_number_and_shows_what_was_said(api):
    said = wish(
        description="night",
        valid_from=NOON,
        valid_to=LATER,
        schedule={
            "start": NOON,
            "duration": 600,
            "min_rate": 1.5,
            "periods": [{"start": 0, "limit": 16.5, "phases": 1}, {"start": 60, "limit": 0}],
        },
    )
    made = await api.post(LIBRARY, json=said)
    assert made.status_code == 201, made.text
    number = made.json()["id"]
    assert made.headers["location"] == f"{LIBRARY}/{number}"
    shown = (await api.get(f"{LIBRARY}/{number}")).json()
    assert shown == made.json()
    assert shown["schedule"] | {"periods": None} == said["schedule"] | {
        "unit": "A",
        "periods": None,
    }
    assert [(p["start"], p["limit"], p["phases"]) for p in shown["schedule"]["periods"]] == [
        (0, 16.5, 1),
        (60, 0, None),
    ]
    assert (shown["description"], shown["valid_to"], shown["created_by"]) == (
        "night",
        LATER,
        "admin",
    )


async def test_a_number_of_ones_own_is_taken_once(api):
    assert (await api.post(LIBRARY, json=wish(id=700_001))).json()["id"] == 700_001
    again = await api.post(LIBRARY, json=wish(id=700_001))
    assert (again.status_code, again.json()["title"]) == (409, "conflict")


async def test_numbers_that_are_taken_are_passed_over(api):
    number = (await api.post(LIBRARY, json=wish())).json()["id"]
    taken = [number + ahead for ahead in (1, 2, 3)]
    for each in taken:
        await api.put(f"{LIBRARY}/{each}", json=wish())
    following = (await api.post(LIBRARY, json=wish())).json()["id"]
    assert following not in [number, *taken]


async def test_a_profile_is_replaced_and_removed(api):
    path = f"{LIBRARY}/700002"
    assert (await api.put(path, json=wish(description="a"))).status_code == 201
    changed = await api.put(path, json=wish(description="b", stack_level=3))
    assert (changed.status_code, changed.json()["stack_level"]) == (200, 3)
    assert (await api.delete(path)).status_code == 204
    assert (await api.get(path)).status_code == 404
    assert (await api.delete(path)).status_code == 404


async def test_profiles_are_found_by_description(api):
    mark = uuid4().hex
    for number, text in enumerate([f"{mark} Night", f"{mark} night, cheap", f"{mark} day"]):
        await api.put(f"{LIBRARY}/{700_010 + number}", json=wish(description=text))

    async def found(**query):
        page = (await api.get(LIBRARY, params=query)).json()
        return [each["id"] for each in page["items"]]

    assert await found(search=f"{mark} NIGHT") == [700_010, 700_011]
    assert await found(description=f"{mark} Night") == [700_010]
    assert await found(description=mark) == []


async def test_profiles_come_in_pages(api):
    mark = uuid4().hex
    for number in (700_020, 700_021, 700_022):
        await api.put(f"{LIBRARY}/{number}", json=wish(description=mark))
    first = (await api.get(LIBRARY, params={"search": mark, "limit": 2})).json()
    query = {"search": mark, "limit": 2, "cursor": first["next"]}
    second = (await api.get(LIBRARY, params=query)).json()
    numbers = [each["id"] for each in first["items"] + second["items"]]
    assert (numbers, second["next"]) == ([700_020, 700_021, 700_022], None)


@pytest.mark.parametrize(
    ("changes", "path", "why"),
    [
        ({"purpose": "Other"}, "body.purpose", "Input should be"),
        ({"stack_level": -1}, "body.stack_level", "greater than or equal to 0"),
        ({"kind": "Recurring"}, "body", "recurrency belongs to kind Recurring"),
        ({"recurrency": "Daily"}, "body", "recurrency belongs to kind Recurring"),
        (
            {"kind": "Recurring", "recurrency": "Daily"},
            "body",
            "must say when a Recurring one begins",
        ),
        ({"kind": "Relative", "schedule": {"start": NOON}}, "body", "must be left out"),
        ({"valid_from": LATER, "valid_to": NOON}, "body", "after valid_from"),
        ({"valid_from": "2026-05-01T12:00:00"}, "body.valid_from", "timezone"),
        ({"valid_to": "1999-01-01T00:00:00Z"}, "body.valid_to", "this century"),
        ({"schedule": {"unit": "kW"}}, "body.schedule.unit", "'A' or 'W'"),
        ({"schedule": {"periods": []}}, "body.schedule.periods", "at least 1 item"),
        (
            {"schedule": {"periods": [{"start": 5, "limit": 6}]}},
            "body.schedule.periods",
            "first must start at 0",
        ),
        (
            {"schedule": {"periods": [{"start": 0, "limit": 6}, {"start": 0, "limit": 7}]}},
            "body.schedule.periods",
            "after the one before",
        ),
        (
            {"schedule": {"periods": [{"start": 0, "limit": 6.25}]}},
            "body.schedule.periods.0.limit",
            "one decimal",
        ),
        (
            {"schedule": {"periods": [{"start": 0, "limit": 6, "phases": 4}]}},
            "body.schedule.periods.0.phases",
            "less than or equal to 3",
        ),
        (
            {"schedule": {"duration": 9, "periods": [{"start": 0, "limit": 6}, LATE]}},
            "body.schedule",
            "over already",
        ),
        ({"id": 0}, "body.id", "greater than or equal to 1"),
        ({"alien": 1}, "body.alien", "not permitted"),
    ],
)  # fmt: skip
async def test_a_profile_that_makes_no_sense_is_refused_and_says_where(api, changes, path, why):
    answer = await api.post(LIBRARY, json=wish(**changes))
    assert answer.status_code == 422
    (fault,) = answer.json()["errors"]
    assert fault["path"] == path
    assert why in fault["message"]


async def test_a_viewer_reads_the_library_and_no_more(installation: Installation, api):
    name = f"v{uuid4().hex[:6]}"
    token = (await api.post("/api/v1/users", json={"name": name, "role": "viewer"})).json()["token"]
    async with installation.client(token) as viewer:
        assert (await viewer.get(LIBRARY)).status_code == 200
        assert (await viewer.post(LIBRARY, json=wish())).status_code == 403
        assert (await viewer.delete(f"{LIBRARY}/1")).status_code == 403
