import re
from datetime import UTC, datetime

import pytest

from commands import keys, opening, settings
from commands.bootstrap import ensure_administrator
from projections import (
    actions,
    invitations,
    members,
    sign_ins,
    user_passwords,
    user_tokens,
    users,
)
from projections.actions import Actor

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
FIRST, SECOND = "the-first-token-of-all", "another-token-than-that"


@pytest.fixture
def database():
    log, database = opening.open_database(settings.read(database_url="memory://"))
    yield database
    log.close()
    database.close()


@pytest.fixture
def ensure(database, tmp_path):
    def do(token="", role="run"):
        chosen = settings.read(data=tmp_path, admin_token=token)
        ensure_administrator(role, chosen, database, lambda: NOON)

    return do


def user_of(database, token):
    return database.read(users.find_by_token, token)


def test_the_token_of_the_settings_is_an_administrators(ensure, database):
    for _ in range(2):
        ensure(FIRST)
    assert user_of(database, FIRST).role == "admin"
    assert len(database.read(users.listed)) == 1


def test_another_token_replaces_the_one_before(ensure, database):
    ensure(FIRST)
    ensure(SECOND)
    assert user_of(database, FIRST) is None
    assert user_of(database, SECOND).role == "admin"


def test_other_administrators_stay(ensure, database):
    token = keys.token_of("alice", "alices", name="first", days=None, by="", at=NOON)
    database.write(members.add, "alice", "admin", token, Actor("", "", NOON))
    ensure(FIRST)
    ensure(SECOND)
    assert user_of(database, "alices").role == "admin"


def test_one_process_makes_a_token_and_tells_it_once(ensure, database, tmp_path, capsys):
    for _ in range(2):
        ensure()
    token = (tmp_path / "admin-token").read_text().strip()
    assert user_of(database, token).role == "admin"
    assert capsys.readouterr().out.count(token) == 1


def test_an_api_of_its_own_makes_none_but_says_so(ensure, database, caplog):
    ensure(role="api")
    assert database.read(users.listed) == []
    assert "ampledger users add" in caplog.text


def test_a_token_that_was_revoked_stays_revoked(ensure, database):
    ensure(FIRST)
    database.write(users.revoke, "admin", at=NOON)
    ensure(FIRST)
    assert user_of(database, FIRST) is None


def test_whoever_changed_their_token_stays_the_administrator(ensure, database):
    ensure(FIRST)
    actor = Actor("admin", "console", NOON)
    token = keys.token_of("admin", SECOND, name="laptop", days=None, by="admin", at=NOON)
    assert database.write(members.issue, token, actor)
    listed = database.read(user_tokens.listed, "admin")
    (first,) = [each for each in listed if each.name == "installation"]
    assert database.write(members.withdraw, "admin", first.id, actor)
    for _ in range(2):
        ensure(FIRST)
    assert user_of(database, SECOND).role == "admin"
    assert user_of(database, FIRST) is None
    assert len(database.read(users.listed)) == 1


def test_the_token_of_the_installation_never_expires_and_is_told_of(ensure, database):
    ensure(FIRST)
    (kept,) = database.read(user_tokens.listed, "admin")
    assert (kept.name, kept.expires_at) == ("installation", None)
    told = [wish for _, wish in database.read(lambda c: list(actions.untold(c, NOON)))]
    assert [(wish.key, wish.origin) for wish in told] == [("user:admin", "console")]
    assert FIRST not in str(told)


def test_the_first_start_prints_one_link_to_choose_a_password_by(ensure, database, capsys):
    for _ in range(2):
        ensure()
    (token,) = re.findall(r"http://127\.0\.0\.1:8000/welcome/(\S+)", capsys.readouterr().out)
    assert database.read(invitations.find, token, at=NOON).user_name == "admin"


@pytest.mark.parametrize("role", ["run", "api"])
def test_no_link_is_printed_where_the_token_is_given(ensure, capsys, role):
    ensure(FIRST, role)
    assert capsys.readouterr().out == ""


def test_another_token_ends_the_password_of_the_administrator_before(ensure, database):
    ensure(FIRST)
    database.write(sign_ins.set_password, "admin", "a hash", Actor("admin", "console", NOON))
    ensure(SECOND)
    assert database.read(user_passwords.holders) == set()
