"""What is done to the database itself, beside the running system: users, the journal, rebuilds."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from commands import keys, opening
from commands.api.access import Role
from commands.clock import SystemClock
from commands.refusal import Refusal
from commands.settings import Settings, SettingsError
from domain.log import Conflict, Log
from domain.ports import Clock
from projections import projector, users
from projections.database import Database
from projections.migration import READ_MODELS
from projections.users import User


class Upkeep:
    """Blocking; for one command."""

    def __init__(self, log: Log, database: Database, clock: Clock) -> None:
        self._log, self._database, self._clock = log, database, clock

    def add_user(self, name: str, role: str) -> str:
        """A new user's token; raises Refusal."""
        if role not in Role.__members__:
            raise Refusal(f"{role} is no role; there are {', '.join(Role.__members__)}")
        token = keys.new_token()
        try:
            self._database.write(users.add, name, role=role, token=token, at=self._clock())
        except Conflict:
            raise Refusal(f"there is, or was, a user {name}") from None
        return token

    def users(self) -> list[User]:
        """All users, revoked ones too."""
        return self._database.read(users.listed)

    def revoke_user(self, name: str) -> None:
        """End a user's access; raises Refusal."""
        if not self._database.write(users.revoke, name, at=self._clock()):
            raise Refusal(f"there is no user {name}")

    def prune_journal(self, days: int) -> int:
        """Drop what is older than so many days; how many rows went."""
        return self._log.prune(self._clock() - timedelta(days=days))

    def rebuild(self, name: str) -> None:
        """Have a read model built anew by whoever projects; raises Refusal."""
        models = {model.name: model for model in READ_MODELS}
        if name not in models:
            raise Refusal(f"{name} is no read model; there are {', '.join(models)}")
        projector.rebuild(self._database.engine, models[name])


@contextmanager
def upkeep_of(settings: Settings) -> Iterator[Upkeep]:
    """Open the database for one command; raises Unavailable, SettingsError."""
    if settings.database_url == opening.MEMORY:
        raise SettingsError(f"{opening.MEMORY} is within the process that runs it")
    log, database = opening.open_database(settings)
    try:
        yield Upkeep(log, database, SystemClock())
    finally:
        log.close()
        database.close()
