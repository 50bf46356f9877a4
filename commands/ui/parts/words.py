"""Numbers of things, as people say them."""


def counted(count: int, thing: str) -> str:
    """So many of something, e.g. 1 station, 3 stations."""
    return f"{count:,} {thing}" if count == 1 else f"{count:,} {thing}s"
