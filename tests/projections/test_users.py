"""Who may use the API, with which tokens, and since before each could have several."""

from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from commands import keys
from projections import actions, members, user_tokens, users
from projections.actions import Actor
from projections.engines import writing
from projections.migration import migrate
from tests.projections.scene import NOON, Scene

ADMIN = Actor("admin", "192.0.2.1", NOON)
LATER = NOON + timedelta(days=1)


@pytest.fixture
def scene(database):
    return Scene(database)


def write(engine, change, *args, **kwargs):
    with writing(engine) as connection:
        return change(connection, *args, **kwargs)


def token(secret="t0ken", user="olga", days=None, name="first"):
    return keys.token_of(user, secret, name=name, days=days, by="admin", at=NOON)


def added(scene, secret="t0ken", name="olga", role="operator"):
    return write(scene.engine, members.add, name, role, token(secret, name), ADMIN)


def holder(scene, secret="t0ken"):
    return scene.read(users.find_by_token, secret)


def told(scene):
    """The actions on their way to the record."""
    return [wish for _, wish in scene.read(lambda c: list(actions.untold(c, NOON)))]


def test_a_user_is_found_by_the_token_alone(scene):
    added(scene)
    assert (holder(scene).name, holder(scene).role) == ("olga", "operator")
    assert holder(scene, "T0ken") is None
    assert "t0ken" not in repr(holder(scene)) + repr(scene.read(user_tokens.listed, "olga"))


def test_a_name_is_taken_once_and_nothing_is_left_of_the_second(scene):
    added(scene)
    with pytest.raises(IntegrityError):
        added(scene, "other")
    assert holder(scene, "other") is None
    assert len(told(scene)) == 1


def test_a_user_has_several_tokens_each_ends_alone(scene):
    added(scene)
    assert write(scene.engine, members.issue, token("second", name="laptop"), ADMIN)
    first, second = sorted(scene.read(user_tokens.listed, "olga"), key=lambda each: each.name)
    assert (first.name, second.name, second.created_by) == ("first", "laptop", "admin")

    assert write(scene.engine, members.withdraw, "olga", first.id, ADMIN)
    assert holder(scene) is None
    assert holder(scene, "second").token == second.id
    assert not write(scene.engine, members.withdraw, "olga", first.id, ADMIN)
    assert not write(scene.engine, members.withdraw, "paul", second.id, ADMIN)


def test_a_revoked_user_ends_with_all_tokens_and_gets_no_more(scene):
    added(scene)
    write(scene.engine, members.issue, token("second"), ADMIN)
    assert write(scene.engine, members.revoke, "olga", ADMIN)
    assert not write(scene.engine, members.revoke, "olga", ADMIN)
    assert not write(scene.engine, members.issue, token("third"), ADMIN)
    assert [holder(scene, secret) for secret in ("t0ken", "second", "third")] == [None] * 3
    assert [user.revoked_at for user in scene.read(users.listed)] == [NOON]
    assert {each.revoked_at for each in scene.read(user_tokens.listed, "olga")} == {NOON}


def test_nobody_who_is_not_there_gets_a_token(scene):
    assert not write(scene.engine, members.issue, token("x", user="nobody"), ADMIN)
    assert told(scene) == []


def test_a_role_changes_for_every_token_at_once(scene):
    added(scene)
    assert write(scene.engine, members.give_role, "olga", "viewer", ADMIN)
    assert holder(scene).role == "viewer"
    assert not write(scene.engine, members.give_role, "nobody", "viewer", ADMIN)
    write(scene.engine, members.revoke, "olga", ADMIN)
    assert not write(scene.engine, members.give_role, "olga", "admin", ADMIN)


def test_a_token_expires_at_its_moment(scene):
    added(scene)
    write(scene.engine, members.issue, token("short", days=1), ADMIN)
    short = holder(scene, "short")
    assert [short.has_expired(at) for at in (LATER - timedelta(seconds=1), LATER)] == [False, True]
    assert not holder(scene).has_expired(NOON + timedelta(days=36500))


def test_use_is_remembered_to_the_hour(scene):
    added(scene)
    assert holder(scene).is_used_anew(NOON)
    write(scene.engine, user_tokens.note_use, holder(scene).token, at=NOON)
    used = holder(scene)
    assert used.used_at == NOON
    assert not used.is_used_anew(NOON + timedelta(minutes=59))
    assert used.is_used_anew(NOON + timedelta(hours=1))


def test_each_change_is_told_with_who_did_it_and_from_where(scene):
    added(scene)
    write(scene.engine, members.give_role, "olga", "admin", ADMIN)
    write(scene.engine, members.issue, token("second", days=30, name="ci"), ADMIN)
    second = holder(scene, "second").token
    write(scene.engine, members.withdraw, "olga", second, ADMIN)
    write(scene.engine, members.revoke, "olga", ADMIN)
    wishes = told(scene)
    assert {(each.by, each.origin, each.key, each.name) for each in wishes} == {
        ("admin", "192.0.2.1", "user:olga", "RecordAction")
    }
    said = " ".join(each.body.decode() for each in wishes)
    for action in ("AddUser", "ChangeRole", "IssueUserToken", "RevokeUserToken", "RevokeUser"):
        assert f'"{action}"' in said
    assert "t0ken" not in said
    assert user_tokens.hashed("t0ken") not in said


# --- an installation of the time when each user had one token ---

_FORMER = (
    "CREATE TABLE users (name TEXT NOT NULL PRIMARY KEY, role TEXT NOT NULL,"
    " token_sha256 TEXT NOT NULL, created_at {moment} NOT NULL, revoked_at {moment})"
)


def former(engine, name, secret, *, role="admin", revoked_at=None):
    """A user as the program of that time has written it."""
    values = {
        "name": name,
        "role": role,
        "hash": user_tokens.hashed(secret),
        "at": "2026-01-01 12:00:00.000000",
        "revoked_at": revoked_at,
    }
    with writing(engine) as connection:
        connection.execute(
            text("INSERT INTO users VALUES (:name, :role, :hash, :at, :revoked_at)"), values
        )


@pytest.fixture
def old(empty):
    """An installation that is upgraded."""
    is_postgres = empty.dialect.name == "postgresql"
    moment = "TIMESTAMP WITH TIME ZONE" if is_postgres else "DATETIME"
    with writing(empty) as connection:
        if is_postgres:
            connection.execute(text(f"CREATE SCHEMA {_schema(empty)}"))
        connection.execute(text(_FORMER.format(moment=moment)))
    former(empty, "admin", "the-old-token")
    former(empty, "gone", "its-token", revoked_at="2026-02-01 12:00:00.000000")
    return empty


def _schema(engine):
    return engine.get_execution_options()["schema_name"]


def test_an_upgrade_keeps_every_user_and_every_token(old):
    migrate(old)
    scene = Scene(old)
    admin = holder(scene, "the-old-token")
    assert (admin.name, admin.role, admin.expires_at) == ("admin", "admin", None)
    assert holder(scene, "its-token") is None
    assert [(user.name, bool(user.revoked_at)) for user in scene.read(users.listed)] == [
        ("admin", False),
        ("gone", True),
    ]


def test_what_is_revoked_after_the_upgrade_stays_so(old):
    migrate(old)
    scene = Scene(old)
    write(old, members.revoke, "admin", ADMIN)
    migrate(old)
    assert holder(scene, "the-old-token") is None


def test_who_is_revoked_by_a_process_of_that_time_is_revoked_here_too(old):
    migrate(old)
    with writing(old) as connection:
        connection.execute(text("UPDATE users SET revoked_at = '2026-03-01 12:00:00.000000'"))
    migrate(old)
    scene = Scene(old)
    assert holder(scene, "the-old-token") is None
    assert scene.read(users.find, "admin").revoked_at.month == 3


def test_who_is_added_by_a_process_of_that_time_is_taken_over_too(old):
    migrate(old)
    former(old, "late", "a-late-token", role="viewer")
    migrate(old)
    assert holder(Scene(old), "a-late-token").role == "viewer"
