import os
import signal
import sys
from contextlib import suppress
from time import monotonic, sleep
from typing import Any

import pytest

from commands.ca.checked import CheckedAuthority
from commands.ca.command import CommandAuthority
from commands.clock import SystemClock
from domain.ports import AuthorityAway, AuthorityLocked, AuthorityRefused, Subject
from tests.pki import papers

NOW = SystemClock()
OURS = Subject("CP-1", "ACME Charging")
LIFE: dict[str, Any] = {"since": NOW() - papers.DAY, "until": NOW() + papers.DAY}
KEY = papers.ec_key()
REQUEST = papers.request(KEY)


def asked(*command, within=20.0):
    return CommandAuthority(command, within=within).sign(REQUEST, OURS, days=10)


def shell(line, within=20.0):
    return asked("sh", "-c", line, within=within)


def test_the_command_is_told_what_is_wished():
    told = shell("echo $CA_ACTION $CA_COMMON_NAME $CA_ORGANISATION $CA_DAYS; cat")
    assert told == f"sign CP-1 ACME Charging 10\n{REQUEST}"


def test_a_revocation_has_a_number_and_no_request(tmp_path):
    line = f'echo "$CA_ACTION $CA_SERIAL_NUMBER $(cat)" > {tmp_path}/told'
    CommandAuthority(["sh", "-c", line]).revoke("f00d")
    assert (tmp_path / "told").read_text() == "revoke f00d \n"


def test_the_command_does_not_see_our_settings(monkeypatch):
    monkeypatch.setenv("AMPLEDGER_SECRET_KEY", "hidden")
    monkeypatch.setenv("STEPPATH", "/etc/step")
    told = asked("env")
    assert "hidden" not in told
    assert "STEPPATH=/etc/step" in told


def test_no_shell_looks_at_it():
    subject = Subject("$(echo broken)", "; exit 1")
    told = CommandAuthority(["printenv", "CA_COMMON_NAME"]).sign(REQUEST, subject, days=1)
    assert told == "$(echo broken)\n"
    assert asked("echo", "$HOME;ls") == "$HOME;ls\n"


@pytest.mark.parametrize(
    ("line", "kind", "why"),
    [
        ("echo first >&2; echo 'no such station' >&2; exit 1", AuthorityRefused, "no such station"),
        ("exit 1", AuthorityRefused, "it ended with 1"),
        ("echo 'PIN needed' >&2; exit 77", AuthorityLocked, "PIN needed"),
        ("echo 'connection refused' >&2; exit 2", AuthorityAway, "connection refused"),
        ("exit 75", AuthorityAway, "it ended with 75"),
        ("kill -9 $$", AuthorityAway, "it ended with -9"),
    ],
)
def test_how_it_ends_says_what_became_of_it(line, kind, why):
    with pytest.raises(kind) as error:
        shell(line)
    assert str(error.value) == why


def test_its_reason_fits_on_a_line_and_cannot_write_on_a_terminal():
    with pytest.raises(AuthorityRefused) as error:
        shell(r"printf '\033[2J%0500d' 7 >&2; exit 1")
    assert str(error.value).isprintable()
    assert len(str(error.value)) <= 200


def test_a_program_that_is_not_there_is_an_authority_that_is_away():
    with pytest.raises(AuthorityAway, match="of no use"):
        asked("/no/such/program")


def test_a_program_that_takes_too_long_is_ended_with_all_it_has_started(tmp_path):
    began = monotonic()
    with pytest.raises(AuthorityAway, match="too long"):
        shell(f"sleep 60 & echo $! > {tmp_path}/child; wait", within=0.5)
    assert monotonic() - began < 10
    _await_end(int((tmp_path / "child").read_text()))


def test_a_program_that_hangs_without_its_output_is_ended_too():
    with pytest.raises(AuthorityAway, match="too long"):
        shell("exec >&- 2>&-; sleep 60", within=0.5)


@pytest.mark.parametrize("where", ["1", "2"])
def test_a_program_that_says_too_much_is_ended(where):
    with pytest.raises(AuthorityAway, match="more than 65536 bytes"):
        shell(f"yes >&{where}")


def test_a_program_need_not_read_the_request():
    assert asked(sys.executable, "-c", "print('done')") == "done\n"


def test_a_request_that_no_pipe_holds_is_not_handed_on():
    with pytest.raises(AuthorityAway, match="too long"):
        CommandAuthority(["cat"]).sign("x" * (1 << 20), OURS, days=1)


def _await_end(pid):
    """A process that was killed is gone once init has noticed."""
    deadline = monotonic() + 10
    with suppress(ProcessLookupError):
        while monotonic() < deadline:
            os.kill(pid, 0)
            if _is_dead(pid):
                return
            sleep(0.01)
        os.kill(pid, signal.SIGKILL)
        raise AssertionError(f"process {pid} lives")


def _is_dead(pid):
    with open(f"/proc/{pid}/stat") as stat:  # noqa: PTH123 - gone at any moment
        return stat.read().rpartition(")")[2].split()[0] == "Z"


# --- what it returns is looked at ------------------------------------------------------------

ROOT = papers.root(**LIFE)
BETWEEN = papers.between(ROOT, **LIFE)
GOOD = papers.leaf(BETWEEN, key=KEY, **LIFE)


@pytest.fixture
def returning(tmp_path):
    def sign(*made, untidy=str):
        (tmp_path / "chain").write_text(untidy("".join(each.pem for each in made)))
        command = CommandAuthority(["cat", str(tmp_path / "chain")])
        return CheckedAuthority(command, NOW).sign(REQUEST, OURS, days=10)

    return sign


def test_a_chain_is_made_fit_for_stations(returning):
    def untidy(text):
        return f"Certificate:\r\n{text}".replace("\n", "\r\n")

    assert returning(GOOD, BETWEEN, ROOT, untidy=untidy) == GOOD.pem + BETWEEN.pem


@pytest.mark.parametrize(
    ("made", "why"),
    [
        ((), "no certificates"),
        ((papers.leaf(BETWEEN, **LIFE),), "not for the key"),
        ((papers.leaf(BETWEEN, "CP-2", key=KEY, **LIFE),), "'CP-2', not 'CP-1'"),
        ((papers.leaf(BETWEEN, key=KEY),), "expired"),
        ((GOOD, papers.between(ROOT, **LIFE)), "not signed by the one that follows"),
        ((GOOD, *[BETWEEN] * 20), "more than 10000"),
    ],
)
def test_what_no_station_could_use_is_refused(returning, made, why):
    with pytest.raises(AuthorityRefused, match=why):
        returning(*made)
