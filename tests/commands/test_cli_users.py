"""`ampledger users` and `ampledger audit`: who may use the API, and what they did."""

import json
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep

PROGRAM = str(Path(sys.executable).with_name("ampledger"))


@contextmanager
def following(*words):
    """The lines of a command that does not end by itself."""
    process = subprocess.Popen([PROGRAM, *words], stdout=subprocess.PIPE, text=True)
    assert process.stdout
    try:
        yield process.stdout
    finally:
        process.kill()
        process.communicate()


def test_a_user_gets_a_second_token_and_loses_the_first(ampledger, monkeypatch):
    first = ampledger("users", "add", "erin", "--role", "operator").stdout.strip()
    made = ampledger("users", "tokens", "add", "erin", "--name", "ci", "--expires-days", 30)
    second = made.stdout.strip()
    assert first.startswith("amp_")
    listed = ampledger("users", "tokens", "list", "erin", "--json").stdout.splitlines()
    kept = {row["name"]: row for row in map(json.loads, listed)}
    assert kept["ci"]["expires_at"] < kept["first"]["expires_at"]

    assert ampledger("users", "tokens", "revoke", "erin", kept["first"]["id"]).exit_code == 0
    again = ampledger("users", "tokens", "revoke", "erin", kept["first"]["id"])
    assert "has no token" in again.stderr
    for token, code in ((first, 1), (second, 0)):
        monkeypatch.setenv("AMPLEDGER_TOKEN", token)
        assert ampledger("stations", "list").exit_code == code


def test_a_token_may_be_good_for_ever(ampledger):
    ampledger("users", "add", "frank", "--expires-days", 0)
    (listed,) = ampledger("users", "tokens", "list", "frank", "--json").stdout.splitlines()
    assert json.loads(listed)["expires_at"] is None
    assert "there is no user x" in ampledger("users", "tokens", "list", "x").stderr
    assert "there is no user x" in ampledger("users", "tokens", "add", "x").stderr


def test_a_role_is_changed(ampledger, monkeypatch):
    token = ampledger("users", "add", "gina").stdout.strip()
    assert ampledger("users", "role", "gina", "admin").exit_code == 0
    assert "there is no user x" in ampledger("users", "role", "x", "admin").stderr
    assert "king is no role" in ampledger("users", "role", "gina", "king").stderr
    monkeypatch.setenv("AMPLEDGER_TOKEN", token)
    assert ampledger("audit", "--limit", 1).exit_code == 0


def test_what_was_done_is_shown_the_oldest_first_and_followed(ampledger):
    ampledger("tokens", "add", "AUD1")
    ampledger("tokens", "remove", "AUD1")
    shown = ampledger("audit", "--subject", "token:aud1", "--json").stdout.splitlines()
    assert [json.loads(line)["operation"] for line in shown] == ["IssueToken", "WithdrawToken"]
    assert json.loads(shown[0])["origin"] == "127.0.0.1"

    with following("audit", "--subject", "token:aud2", "--follow", "--json") as lines:
        ampledger("tokens", "add", "AUD2")
        assert json.loads(next(lines))["operation"] == "IssueToken"


def test_what_is_done_on_the_database_itself_is_told_too(ampledger):
    ampledger("users", "add", "hugo")
    ampledger("rebuild", "strangers")
    deadline = monotonic() + 20
    while monotonic() < deadline:
        told = ampledger("audit", "--operation", "RebuildReadModel", "--json").stdout
        added = ampledger("audit", "--subject", "user:hugo", "--json").stdout
        if told and added:
            break
        sleep(0.2)
    assert json.loads(told.splitlines()[-1])["subject"] == "read_model:strangers"
    assert json.loads(added)["origin"] == "console"
