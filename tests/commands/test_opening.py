import pytest

from commands import opening, settings
from commands.settings import SettingsError


@pytest.fixture
def chosen(tmp_path):
    def choose(**given):
        return settings.read(data=tmp_path, **given)

    return choose


@pytest.mark.parametrize("role", ["gateway", "domain", "projections", "api"])
@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ({}, "AMPLEDGER_DATABASE_URL"),
        ({"database_url": "postgresql://x"}, "AMPLEDGER_BROKER_URL"),
        ({"database_url": "memory://", "broker_url": "amqp://x"}, "AMPLEDGER_DATABASE_URL"),
    ],
)
def test_a_role_of_its_own_needs_what_it_shares(chosen, role, given, missing):
    with pytest.raises(SettingsError, match=missing):
        opening.check(role, chosen(**given))


def test_one_process_needs_nothing(chosen):
    opening.check("run", chosen())


def test_every_start_is_another_node(chosen):
    names = {opening.node_name(chosen(node="box")) for _ in range(3)}
    assert len(names) == 3
    assert all(name.startswith("box-") for name in names)


def test_the_secret_key_is_made_once_and_kept_for_its_owner(chosen, tmp_path):
    key = opening.secret_key("run", chosen())
    assert opening.secret_key("run", chosen()) == key
    assert (tmp_path / "secret-key").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("role", ["api", "projections"])
def test_processes_that_share_secrets_must_be_given_the_key(chosen, role):
    shared = {"database_url": "postgresql://x", "broker_url": "amqp://x"}
    with pytest.raises(SettingsError, match="AMPLEDGER_SECRET_KEY"):
        opening.secret_key(role, chosen(**shared))
    assert opening.secret_key("gateway", chosen(**shared)) == ""


def test_a_database_keeps_its_number_of_partitions(chosen):
    log, database = opening.open_database(chosen(partitions=4))
    log.close()
    database.close()
    with pytest.raises(SettingsError, match="begun with 4"):
        opening.open_database(chosen(partitions=8))
