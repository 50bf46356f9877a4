"""Streams and subjects that are named after a tag: stored, they bear its pseudonym."""

_TOKEN, _START = "token:", "start:"


def names_token(name: str) -> bool:
    """Whether a name may be that of a token, or of a start with it."""
    return name.startswith((_TOKEN, _START))


def tag_of(name: str) -> str:
    """The tag or pseudonym in a name, "" when there is none."""
    if name.startswith(_TOKEN):
        return _clean(name[len(_TOKEN) :])
    return _clean(name.partition(":" + _TOKEN)[2]) if name.startswith(_START) else ""


def renamed(name: str, tag: str) -> str:
    """The name with another tag."""
    return name[: len(name) - len(tag_of(name))] + tag


def _clean(tag: str) -> str:
    """Without what no database takes, letter by letter."""
    if tag.isascii() and "\0" not in tag:
        return tag
    return tag.replace("\0", "\ufffd").encode(errors="replace").decode()
