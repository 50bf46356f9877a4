"""Tamper evidence as pure functions: rows hashed, sealed in blocks, blocks chained and signed."""
