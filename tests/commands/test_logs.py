import io
import json
import logging

import pytest

from commands import logs


@pytest.fixture
def stream():
    root = logging.getLogger()
    before = root.handlers[:], root.level
    yield io.StringIO()
    root.handlers[:], root.level = before[0], before[1]


def test_a_fact_is_a_line_of_json_with_its_keys(stream):
    logs.configure("auto", "info", stream)
    logging.getLogger("ampledger.gateway").info("opened", extra={"station": "CP1", "connection": 7})
    line = json.loads(stream.getvalue())
    assert (line["message"], line["level"]) == ("opened", "info")
    assert (line["station"], line["connection"]) == ("CP1", 7)
    assert line["timestamp"].endswith("Z")


def test_a_defect_has_its_traceback_in_the_line(stream):
    logs.configure("json", "info", stream)
    try:
        int("seven")
    except ValueError:
        logging.getLogger("x").exception("failed")
    assert "ValueError" in json.loads(stream.getvalue())["exception"]


def test_a_person_gets_plain_lines(stream):
    logs.configure("console", "info", stream)
    logging.getLogger("x").info("opened", extra={"station": "CP1"})
    assert "opened" in stream.getvalue()
    assert not stream.getvalue().startswith("{")


def test_a_line_of_no_importance_is_left_out(stream):
    logs.configure("json", "warning", stream)
    logging.getLogger("x").info("opened")
    assert stream.getvalue() == ""


def test_a_line_break_from_outside_makes_no_second_line(stream):
    logs.configure("json", "info", stream)
    logging.getLogger("x").info("opened", extra={"station": "CP1\n{}"})
    assert stream.getvalue().count("\n") == 1
