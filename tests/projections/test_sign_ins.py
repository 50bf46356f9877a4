"""Passwords, sessions and invitations of users, and what is told of them."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from commands import keys
from projections import (
    actions,
    invitations,
    members,
    sign_ins,
    user_passwords,
    user_sessions,
    users,
)
from projections.actions import Actor
from projections.engines import writing
from projections.invitations import INVITATIONS, Expired
from projections.user_sessions import SESSIONS, Ended
from tests.projections.scene import NOON, Scene

ADMIN = Actor("admin", "192.0.2.1", NOON)
HASH, OTHER = "$argon2id$one", "$argon2id$another"
HOUR = timedelta(hours=1)


@pytest.fixture
def scene(database):
    """With a user olga, who has a token and a password."""
    scene = Scene(database)
    token = keys.token_of("olga", "t0ken", name="first", days=None, by="admin", at=NOON)
    write(scene, members.add, "olga", "operator", token, ADMIN)
    assert write(scene, sign_ins.set_password, "olga", HASH, ADMIN)
    return scene


def write(scene, change, *args, **kwargs):
    with writing(scene.engine) as connection:
        return change(connection, *args, **kwargs)


def actor(at=NOON, name="olga"):
    return Actor(name, "192.0.2.7", at)


def session(secret, at=NOON, name="olga"):
    return keys.session_of(name, secret, origin="192.0.2.7", at=at)


def begun(scene, secret="ams_s", at=NOON, verified=HASH):
    return write(scene, sign_ins.begin, session(secret, at), verified, actor(at))


def invited(scene, token="ami_t", name="olga", at=NOON):
    made = invitations.made(name, token, by="admin", at=at)
    return write(scene, sign_ins.invite, made, ADMIN)


def accepted(scene, token="ami_t", secret="ams_i", at=NOON, password=OTHER):
    return write(scene, sign_ins.accept, token, session(secret, at), password, actor(at))


def holder(scene, secret="ams_s"):
    return scene.read(users.find_by_token, secret)


def told(scene):
    wishes = [wish for _, wish in scene.read(lambda c: list(actions.untold(c, NOON)))]
    return [(wish.by, wish.key, wish.body.decode()) for wish in wishes]


def test_a_session_is_its_users_and_tells_that_it_is_one(scene):
    assert begun(scene)
    found = holder(scene)
    assert (found.name, found.role, found.is_session) == ("olga", "operator", True)
    assert found.expires_at == NOON + 12 * HOUR
    assert not holder(scene, "t0ken").is_session
    (listed,) = scene.read(user_sessions.listed, "olga", at=NOON)
    assert (listed.id, listed.origin) == (found.token, "192.0.2.7")
    assert "ams_s" not in repr(listed) + repr(found)


def test_a_token_may_look_like_one_of_a_session(scene):
    token = keys.token_of("olga", "ams_terdam", name="own", days=None, by="admin", at=NOON)
    write(scene, members.issue, token, ADMIN)
    assert (holder(scene, "ams_terdam").token, holder(scene, "ams_terdam").is_session) == (
        token.id,
        False,
    )


def test_nothing_begins_with_a_password_that_is_not_the_one_of_now(scene):
    """It was verified, and then changed, or its user was revoked."""
    assert not begun(scene, verified=OTHER)
    write(scene, members.revoke, "olga", ADMIN)
    assert not begun(scene)
    assert scene.read(user_passwords.find, "olga") is None
    assert not write(scene, sign_ins.begin, session("ams_n", name="nobody"), HASH, actor())
    assert holder(scene) is None


def test_a_session_ends_twelve_hours_after_its_last_use(scene):
    begun(scene)
    used = NOON + 11 * HOUR
    write(scene, users.note_use, holder(scene), at=used)
    assert holder(scene).used_at == used
    assert [holder(scene).has_expired(used + timedelta(hours=h)) for h in (11, 12)] == [False, True]


def test_a_session_ends_after_seven_days_however_often_it_is_used(scene):
    begun(scene)
    used = NOON + timedelta(days=7) - HOUR
    write(scene, users.note_use, holder(scene), at=used)
    assert holder(scene).expires_at == NOON + timedelta(days=7)


def test_use_of_a_session_is_remembered_to_a_quarter_of_an_hour(scene):
    begun(scene)
    write(scene, users.note_use, holder(scene), at=NOON)
    used = holder(scene)
    assert not used.is_used_anew(NOON + timedelta(minutes=14))
    assert used.is_used_anew(NOON + timedelta(minutes=15))


def test_a_revoked_user_and_a_new_role_hold_for_sessions_at_once(scene):
    begun(scene)
    invited(scene)
    write(scene, members.give_role, "olga", "viewer", ADMIN)
    assert holder(scene).role == "viewer"
    write(scene, members.revoke, "olga", ADMIN)
    assert holder(scene) is None
    assert not accepted(scene)
    assert scene.read(user_sessions.listed, "olga", at=NOON) == []


def test_sessions_end_one_by_one_and_together(scene):
    for secret in ("ams_1", "ams_2", "ams_3"):
        begun(scene, secret)
    first = holder(scene, "ams_1").token
    assert not write(scene, sign_ins.end, "paul", first, ADMIN)
    assert write(scene, sign_ins.end, "olga", first, actor())
    assert not write(scene, sign_ins.end, "olga", first, actor())
    assert [bool(holder(scene, each)) for each in ("ams_1", "ams_2")] == [False, True]
    assert write(scene, sign_ins.end_all, "olga", ADMIN)
    assert holder(scene, "ams_3") is None
    assert not write(scene, sign_ins.end_all, "nobody", ADMIN)


def test_another_password_ends_every_other_session(scene):
    begun(scene, "ams_1")
    begun(scene, "ams_2")
    change = (sign_ins.change_password, "olga")
    stays = holder(scene, "ams_1").token
    assert not write(scene, *change, OTHER, OTHER, actor(), but=stays)
    assert write(scene, *change, HASH, OTHER, actor(), but=stays)
    assert [bool(holder(scene, each)) for each in ("ams_1", "ams_2")] == [True, False]
    assert write(scene, *change, OTHER, HASH, actor(), but="")
    assert holder(scene, "ams_1") is None


def test_a_password_that_is_set_replaces_the_one_before_and_ends_sessions(scene):
    begun(scene)
    invited(scene)
    assert write(scene, sign_ins.set_password, "olga", OTHER, ADMIN)
    kept = scene.read(user_passwords.find, "olga")
    assert (kept.password_hash, kept.changed_by) == (OTHER, "admin")
    assert holder(scene) is None
    assert scene.read(invitations.find, "ami_t", at=NOON) is None
    assert not write(scene, sign_ins.set_password, "nobody", OTHER, ADMIN)
    assert scene.read(user_passwords.holders) == {"olga"}


def test_a_user_is_added_with_a_password_or_not_at_all(scene):
    token = keys.token_of("paul", "p", name="first", days=None, by="admin", at=NOON)
    write(scene, sign_ins.add, "paul", "viewer", token, ADMIN, password_hash=OTHER)
    assert scene.read(user_passwords.find, "paul").password_hash == OTHER


def test_an_invitation_sets_a_password_and_signs_in_once(scene):
    begun(scene)
    assert invited(scene)
    assert accepted(scene)
    assert holder(scene, "ams_i").name == "olga"
    assert holder(scene) is None
    assert scene.read(user_passwords.find, "olga").password_hash == OTHER
    assert not accepted(scene, secret="ams_j", password=HASH)
    assert scene.read(user_passwords.find, "olga").password_hash == OTHER


def test_an_invitation_is_good_for_a_day(scene):
    invited(scene)
    assert scene.read(invitations.find, "ami_t", at=NOON + 23 * HOUR)
    assert scene.read(invitations.find, "ami_t", at=NOON + 24 * HOUR) is None
    assert not accepted(scene, at=NOON + 24 * HOUR)
    assert not accepted(scene, token="ami_other")


def test_an_invitation_replaces_the_one_before(scene):
    invited(scene)
    invited(scene, "ami_u")
    assert not accepted(scene)
    assert accepted(scene, "ami_u")
    assert not invited(scene, "ami_v", name="nobody")


def test_each_deed_is_told_and_no_secret_is(scene):
    begun(scene)
    invited(scene)
    accepted(scene)
    write(scene, sign_ins.end_all, "olga", ADMIN)
    write(scene, sign_ins.refuse, "SignIn", "olga", "wrong password", Actor("", "192.0.2.9", NOON))
    write(scene, sign_ins.refuse, "SignIn", "hunter2", "wrong password", Actor("", "x", NOON))
    found = told(scene)
    said = " ".join(body for *_, body in found)
    for action in ("SignIn", "InviteUser", "ChangePassword", "EndSessions"):
        assert f'"{action}"' in said
    refused = sorted((by, key) for by, key, body in found if "refused" in body)
    assert refused == [("", "api"), ("", "user:olga")]
    for secret in ("ams_", "ami_", "argon2", "hunter2"):
        assert secret not in str(found)


def test_what_ended_long_ago_is_swept(scene):
    begun(scene, "ams_old")
    begun(scene, "ams_new", at=NOON + timedelta(days=20))
    invited(scene, "ami_old")
    invited(scene, "ami_new", at=NOON + timedelta(days=20))
    later = NOON + timedelta(days=31)
    assert (Ended(scene.engine).sweep(later), Expired(scene.engine).sweep(later)) == (1, 1)
    assert holder(scene, "ams_new")
    assert len(scene.read(lambda c: c.execute(select(SESSIONS)).all())) == 1
    assert len(scene.read(lambda c: c.execute(select(INVITATIONS)).all())) == 1
