"""Webhooks: events sent to other people's servers, in order, at least once."""
