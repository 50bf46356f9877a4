"""What of a location is written down: no credentials, and no token that is one station's (F1)."""

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.ocpp.harness import ACTIONS

UPDATE, DIAGNOSTICS = ACTIONS.outgoing["UpdateFirmware"], ACTIONS.outgoing["GetDiagnostics"]
TOKEN = "A-_9" * 10 + "abc"


@pytest.mark.parametrize(
    ("location", "written"),
    [
        ("ftp://user:pass@host:21/in/", "ftp://***@host:21/in/"),
        ("ftp://user:p@ss@host/in/", "ftp://***@host/in/"),
        ("ftp://user:pa/ss@host/in/", "ftp://***@host/in/"),
        ("https://key@host/x", "https://***@host/x"),
        ("user:pass@host/x", "***@host/x"),
        (f"https://csms.example/a/files/{TOKEN}/fw.bin", "https://csms.example/a/files/***/fw.bin"),
        (f"http://10.0.0.1:8000/files/{TOKEN}", "http://10.0.0.1:8000/files/***"),
    ],
)
@pytest.mark.parametrize("action", [UPDATE, DIAGNOSTICS])
def test_credentials_are_masked(action, location, written):
    request = {"retries": 1, "location": location}
    assert action.secret(request)
    assert action.mask(request) == {"retries": 1, "location": written}
    assert request["location"] == location


@pytest.mark.parametrize(
    "location",
    [
        "https://files.example/new.bin",
        "https://files.example:8443/a@b/new.bin",
        "ftp://[2001:db8::1]:21/in",
        f"https://csms.example/files/all-{TOKEN}/{{station}}/fw.bin",
        f"https://csms.example/files/{TOKEN}x/fw.bin",
        "",
    ],
)
def test_where_there_are_none_nothing_is(location):
    assert not UPDATE.secret({"location": location})
    assert UPDATE.mask({"location": location}) == {"location": location}


@pytest.mark.parametrize("strange", [None, [], "x", 1, {}, {"location": 1}, {"location": ["a@b"]}])
@pytest.mark.parametrize("action", [UPDATE, DIAGNOSTICS])
def test_masking_takes_any_json(action, strange):
    assert action.mask(strange) == strange
    assert not action.secret(strange)


@given(st.text(), st.text(st.characters(exclude_characters="@/?#"), min_size=4))
def test_what_is_masked_once_is_masked(path, password):
    request = {"location": f"ftp://user:{password}@host/{path}"}
    once = UPDATE.mask(request)
    assert once["location"].startswith("ftp://***@host/")
    assert UPDATE.mask(once) == once
    orjson.dumps(once)
