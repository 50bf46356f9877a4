"""What proves a bill: signed meter values, how energy is derived, the bundle and its check."""
