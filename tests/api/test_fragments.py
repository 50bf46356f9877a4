import json

import orjson
import pytest

from commands.api.fragments import fragment


def shown(text: str) -> bytes:
    return orjson.dumps({"response": fragment(text)})


@pytest.mark.parametrize(
    "text",
    [
        "{}",
        '{"a": 1.50, "b": [-0.0, 1e30]}',
        '{"digits":"' + "1" * 5000 + '"}',
        r'{"quote":"\"1e999","a":"1e999"}',
        "[" + "1," * 200 + "1]",
    ],
)
def test_what_can_be_read_is_shown_as_it_was_sent(text):
    assert shown(text) == b'{"response":' + text.encode() + b"}"


@pytest.mark.parametrize(
    "number", ["9" * 4400, "-" + "9" * 4400, "1e999", "-1E+999", "0." + "1" * 400]
)
def test_a_number_without_end_is_shown_as_text(number):
    text = f'{{"status":"Accepted","data":[{number},7,"{number}"]}}'
    assert json.loads(shown(text))["response"]["data"] == [number, 7, number]
