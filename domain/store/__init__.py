"""The log on PostgreSQL, on SQLite and in memory: the event store and the journal beside it."""
