"""Which configuration keys hold a secret, and what is written down in its place."""

SECRET_KEYS = frozenset({"authorizationkey"})  # folded: keys are case-insensitive (rule R16)
MASK = "***"
_UNSEEN = "\ufffd"  # what became of U+0000 on its way here


def is_secret(key: object) -> bool:
    """Whether a configuration key holds a secret, also one with letters that nobody sees."""
    if not isinstance(key, str):
        return False
    seen = "".join(each for each in key if each.isprintable() and each != _UNSEEN)
    return seen.strip().casefold() in SECRET_KEYS
