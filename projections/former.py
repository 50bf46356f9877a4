"""Tables of versions that nobody uses any more: those of earlier releases, dropped in time."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine, inspect, select, text

from projections import builds, positions, stumbles, views
from projections.builds import NEXT
from projections.engines import schema_of, translated, writing
from projections.positions import key_of
from projections.readmodel import ReadModel
from projections.tables import METADATA, table, upsert

_KEPT = timedelta(days=1)  # a release may have to come back
_AWAY = timedelta(minutes=10)  # whoever runs tells each minute what it uses
_KEY = re.compile(r"(?P<model>[a-z_]+)_v(?P<version>\d+)")


@dataclass(slots=True, kw_only=True)
class UseRow:
    """When a release that runs told last that it uses a table, or when we first saw it unused."""

    name: str
    seen_at: datetime


USES = table("read_model_uses", UseRow, key=["name"])


class Former:
    """What this release does not use; swept by whoever owns the projections."""

    def __init__(self, engine: Engine, models: Sequence[ReadModel]) -> None:
        self._engine = engine
        self._versions = {model.name: model.version for model in models}
        self._ours = [key_of(model) for model in models]

    def sweep(self, now: datetime) -> int:
        """Tell what is used; drop lower versions of it that nobody used for a day.

        Raises Unavailable.
        """
        with translated(), writing(self._engine) as connection:
            uses = _uses(connection)
            lower = [name for name in self._strange(connection) if self._is_lower(name)]
            fresh = {*self._ours, *(name for name in lower if name not in uses)}
            upsert(connection, USES, [UseRow(name=name, seen_at=now) for name in sorted(fresh)])
            due = [name for name in lower if uses.get(name, now) <= now - _KEPT]
            for name in due:
                _drop(connection, name)
            return len(due)

    def tidy(self, now: datetime) -> tuple[list[str], list[str]]:
        """Drop whatever this release does not use: what went, and what others still use.

        Raises Unavailable.
        """
        with translated(), writing(self._engine) as connection:
            seen = {name for name, at in _uses(connection).items() if at > now - _AWAY}
            used = seen | builds.unfinished(connection).keys()
            found = list(self._strange(connection))
            gone = [name for name in found if name not in used]
            for name in gone:
                _drop(connection, name)
            return gone, [name for name in found if name in used]

    def _strange(self, connection: Connection) -> Iterator[str]:
        """Tables like those of read models, with a position, of no use to this release."""
        there = set(inspect(connection).get_table_names(schema_of(self._engine) or None))
        for name in sorted({each.removesuffix(NEXT) for each in positions.read(connection)}):
            is_known = name in METADATA.tables or not _KEY.fullmatch(name)
            if not is_known and not there.isdisjoint((name, f"{name}{NEXT}")):
                yield name

    def _is_lower(self, name: str) -> bool:
        found = _KEY.fullmatch(name)
        if found is None:
            return False
        return int(found["version"]) < self._versions.get(found["model"], 0)


def _uses(connection: Connection) -> dict[str, datetime]:
    return {row.name: row.seen_at for row in connection.execute(select(USES))}


def _drop(connection: Connection, name: str) -> None:
    views.drop_those_of(connection, name)
    for each in (name, f"{name}{NEXT}"):
        connection.execute(text(f"DROP TABLE IF EXISTS {each}"))
        positions.drop(connection, each)
        stumbles.forget(connection, each)
    builds.forget(connection, name)
    connection.execute(USES.delete().where(USES.c.name == name))
