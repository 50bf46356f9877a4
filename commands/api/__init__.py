"""The HTTP API: one file per resource; every error is a problem (RFC 9457)."""
