"""What is done to the database itself, beside the running system: users, the journal."""

import getpass
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial

from commands import keys, opening, passwords
from commands.api.roles import Role
from commands.clock import SystemClock
from commands.notary import chain_of
from commands.refusal import Refusal
from commands.settings import Settings, SettingsError
from domain.log import Conflict, Log
from domain.model.operations import RecordAction
from domain.ports import Clock
from projections import actions, invitations, members, sign_ins, user_tokens, users
from projections.actions import CONSOLE, Actor
from projections.database import Database
from projections.user_tokens import UserToken
from projections.users import User


class Upkeep:
    """Blocking; for one command."""

    def __init__(self, prune: Callable[[datetime], int], database: Database, clock: Clock) -> None:
        """`prune` drops journal days that ended before an instant."""
        self._prune, self._database, self._clock = prune, database, clock

    def add_user(self, name: str, role: str, *, days: int | None, password: str = "") -> str:
        """A new user's first token, good for so many days or for ever; raises Refusal.

        With a password, "" for none, the user can sign in too.
        """
        _check_role(role)
        secret, kept, actor = self._made(name, "first", days)
        new = (name, role, kept, actor)
        try:
            if password:
                hashed = _hashed(password, name)
                self._database.write(sign_ins.add, *new, password_hash=hashed)
            else:
                self._database.write(members.add, *new)
        except Conflict:
            raise Refusal(f"there is, or was, a user {name}") from None
        return secret

    def set_password(self, name: str, password: str) -> None:
        """Give a user a password; all sessions end. Raises Refusal."""
        hashed, actor = _hashed(password, name), self._actor()
        if not self._database.write(sign_ins.set_password, name, hashed, actor):
            raise Refusal(f"there is no user {name}")

    def invite(self, name: str) -> str:
        """An invitation by which a user chooses a password, once; raises Refusal."""
        secret, actor = keys.new_invitation(), self._actor()
        kept = invitations.made(name, secret, by=actor.name, at=actor.at)
        if not self._database.write(sign_ins.invite, kept, actor):
            raise Refusal(f"there is no user {name}")
        return secret

    def give_role(self, name: str, role: str) -> None:
        """Change what a user may do; raises Refusal."""
        _check_role(role)
        if not self._database.write(members.give_role, name, role, self._actor()):
            raise Refusal(f"there is no user {name}")

    def users(self) -> list[User]:
        """All users, revoked ones too."""
        return self._database.read(users.listed)

    def revoke_user(self, name: str) -> None:
        """End a user's access; raises Refusal."""
        if not self._database.write(members.revoke, name, self._actor()):
            raise Refusal(f"there is no user {name}")

    def tokens(self, user: str) -> list[UserToken]:
        """All tokens of a user, also those worth nothing any more; raises Refusal."""
        if self._database.read(users.find, user) is None:
            raise Refusal(f"there is no user {user}")
        return self._database.read(user_tokens.listed, user)

    def issue_token(self, user: str, name: str, *, days: int | None) -> str:
        """One more token of a user; raises Refusal."""
        secret, kept, actor = self._made(user, name, days)
        if not self._database.write(members.issue, kept, actor):
            raise Refusal(f"there is no user {user}")
        return secret

    def revoke_token(self, user: str, token: str) -> None:
        """Make a token worth nothing; raises Refusal."""
        if not self._database.write(members.withdraw, user, token, self._actor()):
            raise Refusal(f"{user} has no token {token} that is good")

    def prune_journal(self, days: int) -> int:
        """Drop what is older than so many days; how many rows went."""
        pruned = self._prune(self._clock() - timedelta(days=days))
        self._note("PruneJournal", "journal", f"days: {days}")
        return pruned

    def _made(self, user: str, name: str, days: int | None) -> tuple[str, UserToken, Actor]:
        actor, secret = self._actor(), keys.new_token()
        kept = keys.token_of(user, secret, name=name, days=days, by=actor.name, at=actor.at)
        return secret, kept, actor

    def _actor(self) -> Actor:
        return Actor(login(), CONSOLE, self._clock())

    def _note(self, action: str, subject: str, detail: str = "") -> None:
        told = RecordAction(action=action, subject=subject, detail=detail)
        self._database.write(actions.note, self._actor(), told)


def _check_role(role: str) -> None:
    if role not in Role.__members__:
        raise Refusal(f"{role} is no role; there are {', '.join(Role.__members__)}")


def _hashed(password: str, user: str) -> str:
    try:
        return passwords.hash_of(password, user)
    except passwords.Unfit as unfit:
        raise Refusal(str(unfit)) from None


def login() -> str:
    """Who sits at the console, as the system knows them."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container may run as a number without a name
        return str(os.getuid())


def _prune(settings: Settings, stored: Log, database: Database, before: datetime) -> int:
    return chain_of(settings, stored, database).prune(before)


@contextmanager
def upkeep_of(settings: Settings) -> Iterator[Upkeep]:
    """Open the database for one command; raises Unavailable, SettingsError."""
    if settings.database_url == opening.MEMORY:
        raise SettingsError(f"{opening.MEMORY} is within the process that runs it")
    log, database = opening.open_database(settings)
    try:
        yield Upkeep(partial(_prune, settings, log, database), database, SystemClock())
    finally:
        log.close()
        database.close()
