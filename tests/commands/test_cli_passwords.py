"""`ampledger users add --password`, `password` and `invite`: how people come to sign in."""

import os
import pty
import re
import subprocess
import sys
from pathlib import Path
from select import select

import httpx
import pytest

PROGRAM = str(Path(sys.executable).with_name("ampledger"))
PASSWORD, OTHER = "correct horse battery", "staple of the horse"


@pytest.fixture
def post(installation):
    def do(path, **body):
        return httpx.post(f"{installation.api_url}/api/v1/sessions{path}", json=body)

    return do


@pytest.fixture
def sign_in(post):
    """What the API says to a name and a password."""
    return lambda name, password: post("", name=name, password=password).status_code


def test_a_user_is_added_with_a_password_and_gets_a_token_too(ampledger, sign_in, monkeypatch):
    added = ampledger("users", "add", "pia", "--role", "admin", "--password", given=f"{PASSWORD}\n")
    token = added.stdout.strip()
    assert (added.exit_code, token[:4]) == (0, "amp_")
    assert PASSWORD not in added.output
    assert sign_in("pia", PASSWORD) == 201
    monkeypatch.setenv("AMPLEDGER_TOKEN", token)
    assert ampledger("audit", "--limit", 1).exit_code == 0


def test_who_is_added_with_a_bad_password_is_not_added(ampledger):
    refused = ampledger("users", "add", "pit", "--password", given="short\n")
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert "12 to 128 characters" in refused.stderr
    assert "no password came" in ampledger("users", "add", "pit", "--password").stderr
    assert "there is no user pit" in ampledger("users", "tokens", "list", "pit").stderr


def test_a_password_is_replaced_and_sessions_end(installation, ampledger, sign_in, post):
    ampledger("users", "add", "pola", "--password", given=f"{PASSWORD}\n")
    session = post("", name="pola", password=PASSWORD).json()["token"]
    assert ampledger("users", "password", "pola", given=f"{OTHER}\n").exit_code == 0
    assert (sign_in("pola", PASSWORD), sign_in("pola", OTHER)) == (401, 201)
    ended = httpx.get(
        f"{installation.api_url}/api/v1/me", headers={"Authorization": f"Bearer {session}"}
    )
    assert ended.status_code == 401
    assert "there is no user x" in ampledger("users", "password", "x", given=f"{OTHER}\n").stderr


def test_an_invitation_is_a_link_that_works_once(ampledger, post, sign_in):
    ampledger("users", "add", "pan")
    link = ampledger("users", "invite", "pan").stdout.strip()
    found = re.fullmatch(r"http://127\.0\.0\.1:\d+/welcome/(ami_[\w-]{43})", link)
    assert found, link
    assert post("/by-invitation", token=found[1], password=PASSWORD).status_code == 201
    assert post("/by-invitation", token=found[1], password=OTHER).status_code == 401
    assert sign_in("pan", PASSWORD) == 201
    assert "there is no user x" in ampledger("users", "invite", "x").stderr


def test_a_link_leads_to_the_public_url(ampledger, monkeypatch):
    ampledger("users", "add", "pim")
    monkeypatch.setenv("AMPLEDGER_PUBLIC_URL", "https://csms.example/")
    link = ampledger("users", "invite", "pim").stdout
    assert link.startswith("https://csms.example/welcome/ami_")


def read_until(terminal, text):
    """What a terminal shows, up to a text; AssertionError when it does not come."""
    shown = b""
    while text not in shown:
        assert select([terminal], [], [], 30)[0], shown
        shown += os.read(terminal, 1000)
    return shown


def test_who_sits_at_a_terminal_is_asked_twice_and_sees_nothing(ampledger, sign_in):
    ampledger("users", "add", "pat")
    ours, theirs = pty.openpty()
    command = [PROGRAM, "users", "password", "pat"]
    process = subprocess.Popen(
        command, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True
    )
    try:
        shown = b""
        for prompt in (b"Password: ", b"confirmation: "):  # its blank comes when echo is off
            shown += read_until(ours, prompt)
            os.write(ours, f"{PASSWORD}\n".encode())
        assert process.wait(30) == 0
        os.write(theirs, b"the end")
        assert PASSWORD.encode() not in shown + read_until(ours, b"the end")
    finally:
        process.kill()
        process.wait()
        os.close(theirs)
        os.close(ours)
    assert sign_in("pat", PASSWORD) == 201
