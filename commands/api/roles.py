"""The three roles of users, each including the one before."""

from enum import IntEnum


class Role(IntEnum):
    """What a user may do; greater ones may do more."""

    viewer = 1
    operator = 2
    admin = 3
