"""A file is taken out of a form, in whatever pieces the form comes; half a form is none."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commands.files.forms import FormFile, Malformed

TYPE = 'multipart/form-data; boundary="xyz"'


def part(headers, content):
    return b"--xyz\r\n" + headers + b"\r\n\r\n" + content + b"\r\n"


def form(content, name=b"log.txt"):
    note = part(b'Content-Disposition: form-data; name="note"', b"hello")
    header = b'Content-Disposition: form-data; name="file"; filename="' + name + b'"'
    file = part(header + b"\r\nContent-Type: text/plain", content)
    return note + file + b"--xyz--\r\n"


def read(data, cuts=()):
    reading, out = FormFile(TYPE), b""
    places = sorted({0, len(data), *(cut % (len(data) + 1) for cut in cuts)})
    for start, stop in pairwise(places):
        out += reading.feed(data[start:stop])
    reading.end()
    return reading.name, out


@given(st.binary(max_size=300), st.lists(st.integers(0, 600), max_size=8))
def test_the_file_comes_out_as_it_went_in(content, cuts):
    if b"\r\n--xyz" not in b"\r\n" + content:
        assert read(form(content), cuts) == ("log.txt", content)


def test_what_looks_like_an_end_and_is_none_is_content():
    content = b"\r\n--xy\r\n--\r\nxyz--"
    assert read(form(content), range(len(form(content))))[1] == content


def test_only_the_first_file_counts():
    second = part(b'Content-Disposition: form-data; name="b"; filename="b"', b"second")
    both = form(b"first").removesuffix(b"--xyz--\r\n") + second + b"--xyz--\r\n"
    assert read(both) == ("log.txt", b"first")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"hello",
        form(b"content")[:-12],
        form(b"content")[:60],
        part(b'Content-Disposition: form-data; name="note"', b"hello") + b"--xyz--\r\n",
        b"--xyz\r\n" + b"x" * 100_000,
        b"--xyz\r\n" + b"a: b\r\n" * 10_000,
    ],
    ids=["nothing", "no form", "cut at the end", "cut", "no file", "long header", "many headers"],
)
def test_what_is_no_form_with_a_file_is_refused(data):
    with pytest.raises(Malformed):
        read(data)


@pytest.mark.parametrize(
    "content_type",
    ["multipart/form-data", "multipart/form-data; boundary=", f"x; boundary={'b' * 5000}"],
)
def test_a_form_without_a_boundary_is_refused(content_type):
    with pytest.raises(Malformed):
        FormFile(content_type).feed(b"--")
