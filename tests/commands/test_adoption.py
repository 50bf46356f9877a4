"""What simulated stations are given before they come (`ampledger simulate`)."""

import json

import pytest

from commands import settings
from commands.refusal import Refusal
from commands.simulate.keyring import SYSTEM, Keyring
from commands.terminal import adoption
from tests.authority import Authority

ONE, TWO = Authority(), Authority()


@pytest.fixture
def kept(tmp_path):
    """What a station has kept."""
    ring = Keyring(2, "a password", "chain", "key", file=tmp_path / "S.json")
    ring.roots[SYSTEM] = [ONE.pem]
    ring.keep()
    return ring.file


@pytest.mark.parametrize(("wanted", "profile"), [(None, 1), (2, 2), (3, 2), (0, 0)])
def test_a_new_station_comes_with_a_password_until_it_has_a_certificate(wanted, profile):
    assert adoption.keyring(None, wanted, 1, ()).profile == profile


@pytest.mark.parametrize(("wanted", "profile"), [(None, 2), (1, 1), (3, 3)])
def test_a_station_with_a_past_comes_as_it_did_or_as_it_is_told(kept, wanted, profile):
    ring = adoption.keyring(kept, wanted, 1, ())
    assert (ring.profile, ring.password, ring.file) == (profile, "a password", kept)


def test_a_station_trusts_what_it_trusted_and_what_it_is_told_to(kept):
    ring = adoption.keyring(kept, None, 1, (ONE.pem, TWO.pem))
    assert ring.roots[SYSTEM] == [ONE.pem, TWO.pem]


@pytest.mark.parametrize("text", ["", "{", "[]", '{"passwort": 1}'])
def test_what_no_station_has_kept_is_refused(tmp_path, text):
    file = tmp_path / "S.json"
    file.write_text(text)
    with pytest.raises(Refusal, match="has kept"):
        adoption.keyring(file, None, 1, ())


def test_the_certificates_of_a_file_are_trusted_one_by_one(tmp_path):
    file = tmp_path / "roots.pem"
    file.write_text(ONE.pem + TWO.pem)
    assert adoption.certificates(file) == (ONE.pem, TWO.pem)
    assert adoption.certificates(None) == ()


def test_a_file_without_certificates_is_refused(tmp_path):
    file = tmp_path / "roots.pem"
    file.write_text("nonsense")
    with pytest.raises(Refusal, match="roots"):
        adoption.certificates(file)


def test_the_gateway_of_this_machine_is_found_by_its_listeners(monkeypatch):
    secure = {"certificates": [{"certificate": "c", "key": "k"}]}
    mutual = {"client_certificates": "required", "client_ca": ["a"], **secure}
    listeners = [{"port": 3, **mutual}, {"port": 1}, {"port": 2, **secure}]
    monkeypatch.setenv("AMPLEDGER_LISTENERS", json.dumps(listeners))
    found = adoption.addresses(settings.read())
    assert found == ["ws://localhost:1", "wss://localhost:2", "wss://localhost:3"]
    monkeypatch.delenv("AMPLEDGER_LISTENERS")
    assert adoption.addresses(settings.read()) == ["ws://127.0.0.1:9000"]
