"""Tables of releases that are gone are dropped in time, and not before."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine, inspect, text

from projections import builds, calls, positions, views
from projections.engines import schema_of, writing
from projections.former import Former
from projections.migration import READ_MODELS
from projections.tables import beside
from tests.projections.scene import NOON, Scene

DAY = timedelta(days=1)


@pytest.fixture
def scene(database: Engine) -> Scene:
    scene = Scene(database)
    leave(scene, "calls_v2")
    return scene


@pytest.fixture
def former(scene: Scene) -> Former:
    return Former(scene.engine, READ_MODELS)


def leave(scene: Scene, name: str) -> None:
    """A table as another release had it, with what was being built beside it, and its view."""
    with writing(scene.engine) as connection:
        for each in (name, f"{name}__next"):
            table = beside(calls.CALLS, "", indexes=f"_{each}")
            table.name = each
            table.create(connection)
            positions.put(connection, each, 7)
        view = f"of_{name}"
        connection.execute(text(f"CREATE VIEW {view} AS SELECT id FROM {name}"))
        definition = views.Definition(name=view, text=f"SELECT id FROM {name}")
        connection.execute(
            views.DEFINITIONS.insert().values(name=definition.name, text=definition.text)
        )


def left(scene: Scene) -> set[str]:
    there = inspect(scene.engine).get_table_names(schema_of(scene.engine) or None)
    names = {*there, *scene.read(positions.read)}
    return {name for name in names if name.startswith("calls_v")}


def test_a_former_version_goes_a_day_after_it_was_seen_unused(scene, former):
    assert former.sweep(NOON) == 0
    assert former.sweep(NOON + DAY / 2) == 0
    assert left(scene) == {"calls_v2", "calls_v2__next", "calls_v3"}
    assert former.sweep(NOON + DAY) == 1
    assert left(scene) == {"calls_v3"}
    scene.rebuild(calls.MODEL)  # SQLite looks at every view when a table is renamed


def test_a_former_version_stays_while_a_release_uses_it(scene, former):
    assert former.sweep(NOON) == 0
    before = Former(scene.engine, [Older()])
    before.sweep(NOON + DAY)
    assert former.sweep(NOON + DAY * 1.5) == 0
    assert former.sweep(NOON + DAY * 2) == 1


class Older:
    """The release before."""

    name, version, topics = "calls", 2, calls.MODEL.topics
    table = beside(calls.CALLS, "")

    def __init__(self) -> None:
        self.table.name = "calls_v2"

    def project(self, connection, noted) -> None:
        """Nothing."""


def test_versions_of_a_newer_release_go_only_by_hand(scene, former):
    leave(scene, "calls_v9")
    former.sweep(NOON)
    former.sweep(NOON + DAY)
    assert "calls_v9" in left(scene)
    assert former.tidy(NOON + DAY) == (["calls_v9"], [])
    assert left(scene) == {"calls_v3"}


def test_by_hand_nothing_goes_that_is_used_or_needed_soon(scene, former):
    leave(scene, "calls_v9")
    Former(scene.engine, [Older()]).sweep(NOON)
    with writing(scene.engine) as connection:
        builds.ask(connection, ["calls_v9"], by="", at=NOON)
    assert former.tidy(NOON) == ([], ["calls_v2", "calls_v9"])
    assert former.tidy(NOON + DAY) == (["calls_v2"], ["calls_v9"])


def test_what_is_of_no_read_model_is_left_alone(scene, former):
    with writing(scene.engine) as connection:
        positions.put(connection, "forgetting", 3)
        positions.put(connection, "somebodys_v1", 3)
    assert former.tidy(NOON) == (["calls_v2"], [])
    assert {"forgetting", "somebodys_v1"} <= scene.read(positions.read).keys()
