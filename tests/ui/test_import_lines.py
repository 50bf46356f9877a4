"""A spreadsheet is sent in parts: each line keeps its number in the file, whatever is in it."""

import pytest

from commands.ui.pages.stations.lines import Line, Told, header, told_of

FILE = b'\xef\xbb\xbf id ,note\r\nA,one\r\n\r\nB,"two\nlines, ""quoted"""\r\nA,again\r\n'


def test_lines_can_be_sent_one_by_one_below_the_names_of_the_columns():
    names, lines = header(FILE)
    assert names == b"id,note\r\n"
    assert [line.content for line in lines] == [
        b"A,one\r\n",
        b'B,"two\nlines, ""quoted"""\r\n',
        b"A,again\r\n",
    ]


def test_a_line_has_the_number_of_its_last_line_in_the_file():
    _, lines = header(FILE)
    assert [(line.number, line.id) for line in lines] == [(2, "A"), (5, "B"), (6, "A")]


def test_a_second_line_for_a_station_is_told_from_the_first():
    _, lines = header(FILE)
    assert [line.flaw for line in lines] == ["", "", "an earlier line is for the same station"]


def test_a_line_without_an_id_is_told_before_anything_is_sent():
    _, lines = header(b"note,id\r\none,\r\ntwo\r\n")
    assert [line.flaw for line in lines] == ["it has no id", "it has no id"]


def test_what_the_api_says_of_a_part_is_told_by_the_numbers_of_the_file():
    lines = [Line(7, "A", b"", flaw=""), Line(9, "B", b"", flaw="")]
    said = [
        {"line": 2, "id": "A", "outcome": "replaced", "problem": ""},
        {"line": 3, "id": "B", "outcome": "refused", "problem": "why"},
    ]
    assert told_of(lines, said) == [Told(7, "A", "replaced", ""), Told(9, "B", "refused", "why")]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"note\r\none\r\n", "id among them"),
        (b"", "id among them"),
        (b"id,note\r\n", "no line below"),
        (b"id\r\n\xff\r\n", "no CSV in UTF-8"),
        (b'id\r\n"A\r\n', "no CSV in UTF-8"),
    ],
)
def test_what_is_no_such_file_is_said_in_words(content, said):
    with pytest.raises(ValueError, match=said):
        header(content)
