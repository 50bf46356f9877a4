"""Who charges at a connector, when more than one transaction is open there."""

from datetime import timedelta

import pytest

from domain.model.connector import Connector
from projections import connectors
from tests.projections.scene import NOON, Scene


@pytest.fixture
def scene(database):
    return Scene(database)


@pytest.fixture
def shown(scene):
    """The transaction that the row of a connector tells of."""
    return lambda: scene.shown(connectors.find, "CP1", 1).transaction


def test_a_late_start_does_not_hide_who_charges(scene, shown):
    connector = Connector.appear("CP1", 1, at=NOON)
    connector.take(17, at=NOON)
    scene.tell(connector)
    scene.project()
    connector.take(18, current=False, at=NOON)
    scene.tell(connector)
    assert shown() == connector.transaction == 17


def test_a_connector_is_free_only_when_all_have_ended(scene, shown):
    connector = Connector.appear("CP1", 1, at=NOON)
    connector.take(17, at=NOON)
    for late in (18, 19):
        connector.take(late, current=False, at=NOON)
    connector.take(20, at=NOON)
    seen = [connector.transaction]
    scene.tell(connector)
    rows = [shown()]
    for ended in (18, 20, 17, 19):
        connector.free(ended, at=NOON + timedelta(hours=1))
        scene.tell(connector)
        rows.append(shown())
        seen.append(connector.transaction)
    assert seen == [20, 20, 17, 19, 0]
    assert [number or 0 for number in rows] == seen


def test_a_connector_that_nothing_named_is_not_found(scene):
    assert scene.shown(connectors.find, "CP1", 1) is None
