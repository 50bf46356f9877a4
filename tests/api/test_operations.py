import pytest

from commands.choices.api import outgoing

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.fixture
def operation(api):
    async def get(action):
        return (await api.get(f"/api/v1/operations/{action}")).json()

    return get


def nodes(schema):
    """A schema and all that it is made of."""
    yield schema
    for inner in (*schema.get("properties", {}).values(), *filter(None, [schema.get("items")])):
        yield from nodes(inner)


async def test_every_action_that_we_call_is_an_operation(api):
    items = (await api.get("/api/v1/operations")).json()["items"]
    assert [each["action"] for each in items] == sorted(outgoing())
    assert all(each["summary"] and each["section"] and each["notes"] for each in items)
    assert {each["role"] for each in items} == {"operator"}


async def test_a_payload_is_described_to_its_last_member(operation):
    reset = (await operation("Reset"))["payload"]
    assert reset["properties"]["type"]["enum"] == ["Hard", "Soft"]
    assert reset["required"] == ["type"]
    assert reset["additionalProperties"] is False

    profile = (await operation("RemoteStartTransaction"))["payload"]
    assert profile["required"] == ["idTag"]
    assert profile["properties"]["idTag"]["maxLength"] == 20
    schedule = profile["properties"]["chargingProfile"]["properties"]["chargingSchedule"]
    period = schedule["properties"]["chargingSchedulePeriod"]["items"]
    assert period["properties"]["startPeriod"]["x-unit"] == "s"
    assert period["properties"]["limit"]["multipleOf"] == 0.1


async def test_no_schema_refers_elsewhere_or_allows_null(api):
    items = (await api.get("/api/v1/operations")).json()["items"]
    described = [node for each in items for node in nodes(each["payload"])]
    assert [each for each in described if {"$ref", "anyOf", "default"} & each.keys()] == []
    assert all("type" in each or "enum" in each for each in described)


async def test_what_is_dangerous_says_what_may_come_of_it(api):
    items = (await api.get("/api/v1/operations")).json()["items"]
    assert {each["action"] for each in items if not each["danger"]} == {
        "DataTransfer",
        "ExtendedTriggerMessage",
        "GetCompositeSchedule",
        "GetConfiguration",
        "GetDiagnostics",
        "GetInstalledCertificateIds",
        "GetLocalListVersion",
        "GetLog",
        "RemoteStartTransaction",
        "ReserveNow",
        "TriggerMessage",
    }
    assert all(bool(each["consequence"]) == each["danger"] for each in items)


async def test_an_operation_says_what_follows_it(operation):
    assert (await operation("GetDiagnostics"))["leads_to"] == "job"
    assert (await operation("RemoteStartTransaction"))["leads_to"] == "transaction"
    assert (await operation("Reset"))["leads_to"] == ""


async def test_an_action_of_stations_is_no_operation(api):
    answer = await api.get("/api/v1/operations/Heartbeat")
    assert answer.status_code == 404
    assert answer.json()["type"] == "urn:ampledger:problem:unknown-action"
