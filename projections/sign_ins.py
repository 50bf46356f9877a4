"""Signing in and out, and what it takes, each in one transaction with its note for the trail."""

from sqlalchemy import Connection

from domain.model.audit import Audit
from domain.model.operations import RecordAction
from projections import actions, invitations, members, user_passwords, user_sessions, users
from projections.actions import Actor
from projections.invitations import Invitation
from projections.user_passwords import UserPassword
from projections.user_sessions import UserSession
from projections.user_tokens import UserToken


def begin(connection: Connection, session: UserSession, verified: str, actor: Actor) -> bool:
    """Sign a user in whose password was verified against a hash; whether it is theirs still."""
    name = session.user_name
    if not _has(connection, name, verified):
        return False
    user_sessions.add(connection, session)
    _note(connection, actor, "SignIn", name, f"session: {session.id}")
    return True


def refuse(connection: Connection, action: str, name: str, reason: str, actor: Actor) -> None:
    """Tell that somebody did not pass for a user; a name that is nobody's may be a password."""
    subject = f"user:{name}" if users.find(connection, name) else "api"
    told = RecordAction(action=action, subject=subject, outcome=Audit.REFUSED, reason=reason)
    actions.note(connection, actor, told)


def add(
    connection: Connection,
    name: str,
    role: str,
    token: UserToken,
    actor: Actor,
    *,
    password_hash: str,
) -> None:
    """A new user with a first token and a password; raises IntegrityError if the name is taken."""
    members.add(connection, name, role, token, actor)
    set_password(connection, name, password_hash, actor)


def set_password(connection: Connection, name: str, password_hash: str, actor: Actor) -> bool:
    """Give a user a password, which ends all sessions; whether there is such a user."""
    if not users.is_held(connection, name):
        return False
    _put(connection, name, password_hash, actor)
    return True


def change_password(
    connection: Connection, name: str, verified: str, password_hash: str, actor: Actor, *, but: str
) -> bool:
    """Have a user have another password; whether what was verified is theirs still.

    Every session ends but the one named.
    """
    if not _has(connection, name, verified):
        return False
    _put(connection, name, password_hash, actor, but=but)
    return True


def invite(connection: Connection, invitation: Invitation, actor: Actor) -> bool:
    """Have whoever holds a token choose a password for a user; whether there is such a user.

    The invitations before it are worth nothing any more.
    """
    name = invitation.user_name
    if not users.is_held(connection, name):
        return False
    invitations.withdraw_all(connection, name, at=actor.at)
    invitations.add(connection, invitation)
    _note(connection, actor, "InviteUser", name, f"expires: {invitation.expires_at.isoformat()}")
    return True


def accept(
    connection: Connection, token: str, session: UserSession, password_hash: str, actor: Actor
) -> bool:
    """Use an invitation up, set the password and sign in; whether it was good.

    Every session before it ends.
    """
    name = session.user_name
    if not users.is_held(connection, name):
        return False
    if not invitations.use(connection, token, at=actor.at):
        return False
    _put(connection, name, password_hash, actor)
    user_sessions.add(connection, session)
    _note(connection, actor, "SignIn", name, f"by invitation, session: {session.id}")
    return True


def end(connection: Connection, name: str, session: str, actor: Actor) -> bool:
    """Sign out of a session; whether there was one to end."""
    ended = user_sessions.revoke(connection, name, session, at=actor.at)
    if ended:
        _note(connection, actor, "SignOut", name, f"session: {session}")
    return ended


def end_all(connection: Connection, name: str, actor: Actor) -> bool:
    """End every session of a user; whether there is such a user."""
    if not users.is_held(connection, name):
        return False
    ended = user_sessions.revoke_all(connection, name, at=actor.at)
    _note(connection, actor, "EndSessions", name, f"sessions: {ended}")
    return True


def _has(connection: Connection, name: str, verified: str) -> bool:
    """Whether a user is there and has a hash for a password, until the transaction ends."""
    if not users.is_held(connection, name):
        return False
    kept = user_passwords.find(connection, name)
    return kept is not None and kept.password_hash == verified


def _put(
    connection: Connection, name: str, password_hash: str, actor: Actor, *, but: str = ""
) -> None:
    password = UserPassword(
        user_name=name,
        password_hash=password_hash,
        changed_at=actor.at,
        changed_by=actor.name,
    )
    user_passwords.put(connection, password)
    invitations.withdraw_all(connection, name, at=actor.at)
    ended = user_sessions.revoke_all(connection, name, at=actor.at, but=but)
    _note(connection, actor, "ChangePassword", name, f"sessions ended: {ended}")


def _note(connection: Connection, actor: Actor, action: str, user: str, detail: str = "") -> None:
    told = RecordAction(action=action, subject=f"user:{user}", detail=detail)
    actions.note(connection, actor, told)
