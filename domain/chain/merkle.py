"""A hash tree over leaves (RFC 6962, 2.1): one root stands for all, a short path for one."""

from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256

_LEAF, _NODE = b"\0", b"\1"  # so that no node can be taken for a leaf


def root(leaves: Sequence[bytes]) -> bytes:
    """What the tree comes down to; of no leaves, the hash of nothing."""
    level = [sha256(_LEAF + leaf).digest() for leaf in leaves]
    while len(level) > 1:
        level = _above(level)
    return level[0] if level else sha256().digest()


def path(leaves: Sequence[bytes], index: int) -> tuple[bytes, ...]:
    """The hashes that lead from a leaf to the root, from the bottom."""
    return paths(leaves, [index])[0]


def paths(leaves: Sequence[bytes], indexes: Iterable[int]) -> list[tuple[bytes, ...]]:
    """The path of each of these leaves; the tree is made once."""
    levels = [[sha256(_LEAF + leaf).digest() for leaf in leaves]]
    while len(levels[-1]) > 1:
        levels.append(_above(levels[-1]))
    return [tuple(_beside(levels, index)) for index in indexes]


def _beside(levels: Sequence[Sequence[bytes]], index: int) -> Iterator[bytes]:
    for level in levels[:-1]:
        beside = index ^ 1
        if beside < len(level):
            yield level[beside]
        index //= 2


def climbed(leaf: bytes, index: int, size: int, way: Sequence[bytes]) -> bytes:
    """The root that a leaf has by a path, b"" when the path does not fit such a tree."""
    if not 0 <= index < size:
        return b""
    reached, left = sha256(_LEAF + leaf).digest(), list(way)
    while size > 1:
        beside = index ^ 1
        if beside < size:
            if not left:
                return b""
            other = left.pop(0)
            pair = other + reached if index % 2 else reached + other
            reached = sha256(_NODE + pair).digest()
        index, size = index // 2, (size + 1) // 2
    return b"" if left else reached


def _above(level: Sequence[bytes]) -> list[bytes]:
    """The next level; the last one of an odd number rises as it is."""
    pairs = zip(level[::2], level[1::2], strict=False)
    above = [sha256(_NODE + left + right).digest() for left, right in pairs]
    return [*above, level[-1]] if len(level) % 2 else above
