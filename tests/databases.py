"""Databases that live as long as a test."""

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import psycopg
from psycopg import sql


@contextmanager
def fresh_database(server: str) -> Iterator[str]:
    """URL of an empty database that is dropped afterwards, whoever is still connected."""
    name = sql.Identifier(f"ampledger_test_{uuid4().hex}")
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(sql.SQL("CREATE DATABASE {}").format(name))
        try:
            yield urlunsplit(urlsplit(server)._replace(path="/" + name.as_string(admin).strip('"')))
        finally:
            admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))
