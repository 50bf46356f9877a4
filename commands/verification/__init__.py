"""The chain checked against the log: in the database, or in a file that was written from it."""
