"""What processes tell of themselves."""

from datetime import timedelta

import pytest

from projections import processes
from projections.engines import writing
from projections.processes import Process
from tests.projections.scene import NOON, Scene

MINUTE = timedelta(minutes=1)


@pytest.fixture
def scene(database):
    return Scene(database)


def process(node="n-1", role="domain", seen=NOON):
    return Process(node=node, role=role, version="1", started_at=NOON, seen_at=seen)


def tell(scene, told, *served):
    with writing(scene.engine) as connection:
        processes.tell(connection, told, served)


def rows(scene, query):
    with scene.engine.connect() as connection:
        return query(connection)


def test_a_process_is_known_once_however_often_it_tells(scene):
    tell(scene, process())
    tell(scene, process(seen=NOON + MINUTE))
    assert rows(scene, processes.listed) == [process(seen=NOON + MINUTE)]


def test_one_that_ends_in_order_is_gone_and_the_others_stay(scene):
    tell(scene, process("n-1"))
    tell(scene, process("n-2"))
    with writing(scene.engine) as connection:
        processes.leave(connection, "n-1")
    assert [each.node for each in rows(scene, processes.listed)] == ["n-2"]


def test_one_that_is_long_silent_is_forgotten(scene):
    tell(scene, process("silent"))
    tell(scene, process("alive", seen=NOON + MINUTE))
    with writing(scene.engine) as connection:
        processes.forget(connection, before=NOON + MINUTE)
    assert [each.node for each in rows(scene, processes.listed)] == ["alive"]


def test_a_partition_is_of_whoever_was_given_something_last(scene):
    tell(scene, process("n-1"), 0, 1)
    tell(scene, process("n-2", seen=NOON + MINUTE), 1)
    owners = {each.partition: each.node for each in rows(scene, processes.served)}
    assert owners == {0: "n-1", 1: "n-2"}
