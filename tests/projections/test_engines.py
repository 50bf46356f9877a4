"""Errors of the read models' database are logged: they tell neither tags nor keys."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from projections.engines import engine


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_an_error_does_not_tell_what_was_written(kind, request: pytest.FixtureRequest):
    url = "sqlite://" if kind == "sqlite" else request.getfixturevalue("postgres_url")
    made = engine(url)
    with made.connect() as connection, pytest.raises(DBAPIError) as raised:
        connection.execute(text("INSERT INTO nowhere VALUES (:tag)"), {"tag": "Secret-Tag-77"})
    made.dispose()
    assert "nowhere" in str(raised.value)
    assert "Secret-Tag-77" not in str(raised.value)
