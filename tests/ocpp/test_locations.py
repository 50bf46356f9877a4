"""What of a location is written down: no credentials, no query, no token of one station (F1)."""

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.ocpp.harness import ACTIONS

UPDATE, DIAGNOSTICS = ACTIONS.outgoing["UpdateFirmware"], ACTIONS.outgoing["GetDiagnostics"]
SIGNED, LOG = ACTIONS.outgoing["SignedUpdateFirmware"], ACTIONS.outgoing["GetLog"]
TOKEN = "A-_9" * 10 + "abc"


@pytest.mark.parametrize(
    ("location", "written"),
    [
        ("ftp://user:pass@host:21/in/", "ftp://***@host:21/in/"),
        ("ftp://user:p@ss@host/in/", "ftp://***@host/in/"),
        ("ftp://user:pa/ss@host/in/", "ftp://***@host/in/"),
        ("https://key@host/x", "https://***@host/x"),
        ("user:pass@host/x", "***@host/x"),
        ("ftp://user:1abc/def@host/x", "ftp://***@host/x"),
        ("ftp://me@corp:pw/secret@ftp.host/x", "ftp://***@ftp.host/x"),
        ("ftp://me@corp.example:12/3@ftp.host/x", "ftp://***@ftp.host/x"),
        ("ftp://user:9#x@host/in", "ftp://***@host/in"),
        ("https://files.example/a@b/new.bin", "https://***@b/new.bin"),
        ("ftp://user:9?x@host/in", "ftp://***"),
        ("https://host/fw?from=a@b&password=SECRET", "https://***"),
        ("user:pass/x?to=http://host", "user:pass/x?***"),
        ("https://b.s3/fw?X-Amz-Signature=SECRET", "https://b.s3/fw?***"),
        ("https://host/fw?user=a\n&password=SECRET", "https://host/fw?***"),
        ("https://user:pass@host/fw?key=SECRET", "https://***@host/fw?***"),
        ("https://host/fw#token", "https://host/fw#***"),
        (f"https://csms.example/files/{TOKEN}?x", "https://csms.example/files/***?***"),
        (f"https://csms.example/files%2F{TOKEN}/x", "https://csms.example/files%2F***/x"),
        (f"https://csms.example/files%2f{TOKEN}%2fx", "https://csms.example/files%2f***%2fx"),
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
    ("action", "part", "name"),
    [(SIGNED, "firmware", "location"), (LOG, "log", "remoteLocation")],
)
def test_credentials_are_masked_where_the_security_extension_has_its_locations(action, part, name):
    def request(location):
        return {"requestId": 1, part: {"signature": "a@b", name: location}}

    assert action.secret(request("ftp://user:pass@host/in"))
    assert action.mask(request("ftp://user:pass@host/in")) == request("ftp://***@host/in")
    assert action.mask(request("ftp://host/in")) == request("ftp://host/in")
    assert not action.secret(request("ftp://host/in"))


@pytest.mark.parametrize(
    "location",
    [
        "https://files.example/new.bin",
        "https://files.example:8443/a/new.bin",
        "https://files.example/new.bin?",
        "ftp://[2001:db8::1]:21/in",
        f"https://csms.example/files/all-{TOKEN}/{{station}}/fw.bin",
        f"https://csms.example/files/{TOKEN}x/fw.bin",
        "",
    ],
)
def test_where_there_are_none_nothing_is(location):
    assert not UPDATE.secret({"location": location})
    assert UPDATE.mask({"location": location}) == {"location": location}


@pytest.mark.parametrize(
    "strange",
    [
        *(None, [], "x", 1, {}, {"location": 1}, {"location": ["a@b"]}),
        *({"firmware": "a@b"}, {"log": {"remoteLocation": None}}, {"log": [{"location": "a@b"}]}),
    ],
)
@pytest.mark.parametrize("action", [UPDATE, DIAGNOSTICS, SIGNED, LOG])
def test_masking_takes_any_json(action, strange):
    assert action.mask(strange) == strange
    assert not action.secret(strange)


@given(st.text(), st.text(max_size=5), st.text(max_size=5))
def test_a_password_is_masked_whatever_is_around_it_and_once(path, before, after):
    request = {"location": f"ftp://user:{before}s3cr3t!{after}@host/{path}"}
    once = UPDATE.mask(request)
    assert once["location"].startswith("ftp://***")
    assert "s3cr3t!" not in once["location"]
    assert UPDATE.mask(once) == once
    orjson.dumps(once)
