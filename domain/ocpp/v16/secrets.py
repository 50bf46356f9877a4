"""Which configuration keys hold a secret, and what is written down in its place."""

SECRET_KEYS = frozenset({"authorizationkey"})  # folded: keys are case-insensitive (rule R16)
MASK = "***"


def is_secret(key: object) -> bool:
    """Whether a configuration key holds a secret."""
    return isinstance(key, str) and key.strip().casefold() in SECRET_KEYS
