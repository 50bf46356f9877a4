"""Changes of who may use the API, each in one transaction with its note for the audit trail."""

from sqlalchemy import Connection

from domain.model.operations import RecordAction
from projections import actions, user_tokens, users
from projections.actions import Actor
from projections.user_tokens import UserToken
from projections.users import User


def add(connection: Connection, name: str, role: str, token: UserToken, actor: Actor) -> User:
    """A new user with a first token; raises IntegrityError when the name is taken."""
    user = users.add(connection, name, role=role, at=actor.at)
    user_tokens.add(connection, token)
    _note(connection, actor, "AddUser", name, f"role: {role}, {_about(token)}")
    return user


def give_role(connection: Connection, name: str, role: str, actor: Actor) -> bool:
    """Have a user be of a role; whether there is such a user."""
    given = users.give_role(connection, name, role=role)
    if given:
        _note(connection, actor, "ChangeRole", name, f"role: {role}")
    return given


def revoke(connection: Connection, name: str, actor: Actor) -> bool:
    """End a user's access, with every token; whether there was one to end."""
    revoked = users.revoke(connection, name, at=actor.at)
    if revoked:
        _note(connection, actor, "RevokeUser", name)
    return revoked


def issue(connection: Connection, token: UserToken, actor: Actor) -> bool:
    """Give a user one more token; whether there is such a user."""
    user = users.find(connection, token.user_name)
    if user is None or user.revoked_at:
        return False
    user_tokens.add(connection, token)
    _note(connection, actor, "IssueUserToken", user.name, _about(token))
    return True


def withdraw(connection: Connection, name: str, token: str, actor: Actor) -> bool:
    """Make a token of a user worth nothing; whether it was worth something."""
    withdrawn = user_tokens.revoke(connection, name, token, at=actor.at)
    if withdrawn:
        _note(connection, actor, "RevokeUserToken", name, f"token: {token}")
    return withdrawn


def _about(token: UserToken) -> str:
    until = token.expires_at.isoformat() if token.expires_at else "never"
    return f"token: {token.id}, named: {token.name}, expires: {until}"


def _note(connection: Connection, actor: Actor, action: str, user: str, detail: str = "") -> None:
    told = RecordAction(action=action, subject=f"user:{user}", detail=detail)
    actions.note(connection, actor, told)
