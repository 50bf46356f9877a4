"""The databases that projections run on, each empty and migrated."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import Engine
from sqlalchemy.schema import DropSchema

from projections.engines import engine, schema_of, writing
from projections.migration import migrate


@pytest.fixture(params=["sqlite in memory", "sqlite file", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """A test that is for some of them only says so: `indirect`."""
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres_url")
        made = engine(url, schema=f"projections_{uuid4().hex}")
    else:
        made = engine("sqlite://" if "memory" in request.param else f"sqlite:///{tmp_path}/read.db")
    yield made
    if schema_of(made):
        with writing(made) as connection:
            connection.execute(DropSchema(schema_of(made), cascade=True, if_exists=True))
    made.dispose()


@pytest.fixture
def database(empty: Engine) -> Engine:
    migrate(empty)
    return empty
