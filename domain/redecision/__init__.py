"""Decides again, by today's code, what the journal holds, and tells what would be different."""
