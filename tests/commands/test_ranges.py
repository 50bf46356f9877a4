"""Ranges of bytes (RFC 9110 section 14): one is honoured, what is none is passed over."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commands.files import ranges
from commands.files.ranges import Unsatisfiable


@pytest.mark.parametrize(
    ("header", "part"),
    [
        ("bytes=0-0", (0, 1)),
        ("bytes=2-5", (2, 6)),
        ("bytes=8-", (8, 10)),
        ("bytes=8-99", (8, 10)),
        ("bytes=-3", (7, 10)),
        ("bytes=-99", (0, 10)),
        (" bytes=2-5 ", (2, 6)),
        ("", None),
        ("bytes=-", None),
        ("bytes=5-2", None),
        ("bytes=0-1,3-4", None),
        ("bytes=a-b", None),
        ("bytes=٣-", None),
        ("items=0-1", None),
        ("bytes=1-" + "9" * 5000, None),
    ],
)
def test_what_is_asked_for(header, part):
    assert ranges.asked(header, 10) == part


@pytest.mark.parametrize(
    ("header", "size"), [("bytes=10-", 10), ("bytes=-0", 10), ("bytes=0-", 0), ("bytes=-1", 0)]
)
def test_a_range_without_a_byte_cannot_be_satisfied(header, size):
    with pytest.raises(Unsatisfiable):
        ranges.asked(header, size)


@given(st.text(max_size=20) | st.from_regex(r"bytes=\d*-\d*", fullmatch=True), st.integers(0, 99))
def test_whatever_is_asked_is_within_the_file(header, size):
    try:
        part = ranges.asked(header, size)
    except Unsatisfiable:
        return
    assert part is None or 0 <= part.start < part.stop <= size
