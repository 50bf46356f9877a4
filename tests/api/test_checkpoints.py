import pytest
import pytest_asyncio

from domain.pki import seals
from tests.api.stage import eventually

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.usefixtures("tag")]


@pytest_asyncio.fixture(loop_scope="session")
async def newest(api):
    """The newest checkpoint, once there is one."""

    async def found():
        return (await api.get("/api/v1/checkpoints")).json()["items"]

    return (await eventually(found))[0]


async def test_a_checkpoint_can_be_checked_with_the_public_key_alone(api, newest):
    key = (await api.get("/api/v1/checkpoints/key")).json()
    public = seals.read_public_key(key["pem"])
    assert (newest["key_id"], public.hex()) == (key["id"], key["public_key"])
    assert seals.is_signed(public, newest["statement"].encode(), newest["signature"])
    said = [newest[name] for name in ("number", "digest", "last_fact", "last_entry", "at")]
    for each in said:
        assert str(each) in newest["statement"]


async def test_checkpoints_come_in_both_orders_and_one_by_one(api, newest):
    path = "/api/v1/checkpoints"
    (first,) = (await api.get(path, params={"newest_first": False, "limit": 1})).json()["items"]
    assert first["number"] == 1
    assert (await api.get(f"{path}/{newest['number']}")).json() == newest
    later = await api.get(path, params={"after": newest["number"], "newest_first": False})
    assert all(each["number"] > newest["number"] for each in later.json()["items"])
    assert (await api.get(f"{path}/999999999")).status_code == 404
