"""What commands do about read models: have them built anew, ahead of a release, or swept away."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from secrets import token_hex

from commands import opening
from commands.clock import SystemClock
from commands.refusal import Refusal
from commands.settings import Settings, SettingsError
from commands.upkeep import login
from domain.log import Log
from domain.model.operations import RecordAction
from domain.ports import Clock
from projections import actions, builds
from projections.actions import CONSOLE, Actor
from projections.building import Builder
from projections.database import Database
from projections.former import Former
from projections.migration import READ_MODELS
from projections.overview import Overview, overview, unbuilt, waiting

Tell = Callable[[dict[str, int]], None]  # percent of each read model


class Rebuilding:
    """Blocking; for one command."""

    def __init__(self, log: Log, database: Database, clock: Clock) -> None:
        self._log, self._database, self._clock = log, database, clock

    def ask(self, names: Sequence[str]) -> list[str]:
        """Have read models built anew by whoever projects; those not asked for already.

        Raises Refusal.
        """
        models = {model.name: model for model in READ_MODELS}
        if unknown := [name for name in names if name not in models]:
            raise Refusal(f"{unknown[0]} is no read model; there are {', '.join(models)}")
        wanted = [models[name] for name in names or models]
        return self._database.write(builds.wish, wanted, self._actor())

    def overview(self) -> list[Overview]:
        """All read models of this release."""
        return self._database.read(overview, READ_MODELS, self._log.position())

    def ahead(self, tell: Tell) -> list[str]:
        """Build what this release reads and is not there yet; it takes its place with the release.

        What it is; nothing when all is there.
        """
        names = sorted(self._database.read(unbuilt, READ_MODELS, self._log.position()))
        engine, owner = self._database.engine, f"console-{token_hex(4)}"
        models = [model for model in READ_MODELS if model.name in names]
        builder = Builder(engine, self._log, models, owner=owner, clock=self._clock)
        try:
            while late := self._database.read(waiting, READ_MODELS, self._log.position()):
                tell(late)
                if not builder.step(active=False):
                    raise Refusal(f"{', '.join(late)}: built by another process at this moment")
        finally:
            builder.release()
        return names

    def tidy(self) -> tuple[list[str], list[str]]:
        """Drop tables that no release uses: what went, and what is still in use."""
        gone, used = Former(self._database.engine, READ_MODELS).tidy(self._clock())
        for name in gone:
            told = RecordAction(action="DropReadModel", subject=f"read_model:{name}")
            self._database.write(actions.note, self._actor(), told)
        return gone, used

    def _actor(self) -> Actor:
        return Actor(login(), CONSOLE, self._clock())


@contextmanager
def rebuilding_of(settings: Settings) -> Iterator[Rebuilding]:
    """Open the database for one command; raises Unavailable, SettingsError."""
    if settings.database_url == opening.MEMORY:
        raise SettingsError(f"{opening.MEMORY} is within the process that runs it")
    stored, database = opening.open_database(settings)
    try:
        yield Rebuilding(opening.sealed(stored, database), database, SystemClock())
    finally:
        stored.close()
        database.close()
