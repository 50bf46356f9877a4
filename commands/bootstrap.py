"""The first administrator, so that there is somebody who can make the others."""

import logging
import re
import sys

from commands import kept, keys, links
from commands.api.roles import Role as UserRole
from commands.settings import Role, Settings
from domain.log import Conflict
from domain.ports import Clock
from projections import invitations, members, sign_ins, user_tokens, users
from projections.actions import CONSOLE, Actor
from projections.database import Database

_NAME = "admin"
_OURS = re.compile(r"admin(-\d+)?")  # names that were given here

_log = logging.getLogger("ampledger.api")


def ensure_administrator(role: Role, settings: Settings, database: Database, clock: Clock) -> None:
    """Make the token of the settings, or one made here, an administrator's; blocking.

    Another token than the last time replaces it. Raises OSError, Unavailable.
    """
    given = settings.admin_token.get_secret_value()
    token, is_new = (given, False) if given or role != "run" else _made(settings)
    if token:
        _install(database, clock, token)
    if is_new:
        _welcome(settings, database, clock, token)
    elif not token and not database.read(users.listed):
        _log.warning("nobody can use the API yet: `ampledger users add NAME --role admin`")


def _made(settings: Settings) -> tuple[str, bool]:
    """`ampledger run` makes a token, prints it once and keeps it; whether it did so now."""
    path = settings.data / kept.ADMIN_TOKEN
    token, is_new = kept.secret(path, keys.new_token)
    if is_new:
        sys.stdout.write(f"The administrator's token, kept in {path}:\n{token}\n")
        sys.stdout.flush()
    return token, is_new


def _welcome(settings: Settings, database: Database, clock: Clock, token: str) -> None:
    """Print a link by which the new administrator chooses a password, once."""
    name, at, secret = database.read(user_tokens.owner, token), clock(), keys.new_invitation()
    invitation = invitations.made(name, secret, by=_NAME, at=at)
    if database.write(sign_ins.invite, invitation, Actor(_NAME, CONSOLE, at)):
        link = links.welcome(settings, secret)
        sys.stdout.write(f"Choose the password of {name} in a browser, within 24 h:\n{link}\n")
        sys.stdout.flush()


def _install(database: Database, clock: Clock, token: str) -> None:
    owner = database.read(users.find, database.read(user_tokens.owner, token))
    if owner and not owner.revoked_at:  # maybe they have changed it for another: that is theirs
        return
    ours = [user for user in database.read(users.listed) if _OURS.fullmatch(user.name)]
    actor = Actor(_NAME, CONSOLE, clock())
    for user in ours:
        database.write(members.revoke, user.name, actor)
    name = f"{_NAME}-{len(ours) + 1}" if ours else _NAME
    kept = keys.token_of(name, token, name="installation", days=None, by=_NAME, at=actor.at)
    try:
        database.write(members.add, name, UserRole.admin.name, kept, actor)
    except Conflict:
        _log.warning("the administrator's token was revoked, or another process installs it")
