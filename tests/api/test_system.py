"""The processes, the partitions and the queues, as the API tells of them."""

import pytest

from domain import topics
from tests.api.stage import eventually

pytestmark = pytest.mark.asyncio(loop_scope="session")

PATH = "/api/v1/system"


async def test_the_process_that_answers_is_among_those_that_live(api):
    system = (await api.get(PATH)).json()
    (process,) = system["processes"]
    assert (process["role"], process["alive"], process["owns_projections"]) == ("run", True, True)
    assert process["version"] == system["version"]
    assert (system["database"], system["broker"]) == ("memory", "in memory")
    assert system["broker_connected"]


async def test_every_partition_and_queue_tells_what_waits(api):
    system = (await api.get(PATH)).json()
    assert [each["number"] for each in system["partitions"]] == [0, 1, 2, 3]
    assert {each["waiting"] for each in system["partitions"]} == {0}
    assert {each["name"] for each in system["queues"]} == {topics.LEASES, topics.QUARANTINE}


@pytest.mark.usefixtures("station")
async def test_a_partition_is_of_the_process_that_was_given_what_came_on_it(api):
    owners = await eventually(lambda: owners_of(api))
    (process,) = (await api.get(PATH)).json()["processes"]
    assert owners == {process["node"]}


async def owners_of(api):
    partitions = (await api.get(PATH)).json()["partitions"]
    return {each["owner"] for each in partitions if each["owner"]}
