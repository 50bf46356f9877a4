"""Processes as a supervisor sees them: they wait, they stop, they say why they cannot start."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect
from websockets.typing import Subprotocol

PROGRAM = str(Path(sys.executable).with_name("ampledger"))
PATIENCE = 60  # s


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


@pytest.fixture
def start(tmp_path):
    """Start `ampledger run` with settings; ended afterwards, whatever happens."""

    @contextmanager
    def started(**settings):
        clean = {k: v for k, v in os.environ.items() if not k.startswith("AMPLEDGER_")}
        given = {
            "DATA": tmp_path / "data",
            "LOG_FORMAT": "json",
            "OPS_PORT": free_port(),
            **settings,
        }
        environment = clean | {f"AMPLEDGER_{name}": str(value) for name, value in given.items()}
        process = subprocess.Popen(
            [PROGRAM, "run"],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            yield process, f"http://127.0.0.1:{given['OPS_PORT']}"
        finally:
            process.kill()
            process.communicate()

    return started


def ports():
    return {"GATEWAY_PORT": free_port(), "API_PORT": free_port(), "GATEWAY_HOST": "127.0.0.1"}


def readiness(url, accept):
    """The answer of /readyz, as soon as it is acceptable."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            answer = httpx.get(f"{url}/readyz", timeout=10)
        except httpx.TransportError:
            time.sleep(0.05)
            continue
        if accept(answer):
            return answer.json()
        time.sleep(0.05)
    raise TimeoutError


def stop(process):
    process.send_signal(signal.SIGTERM)
    said, logged = process.communicate(timeout=PATIENCE)
    return process.returncode, said, logged


def test_it_says_goodbye_and_ends_well(start):
    chosen = ports()
    anybody = {"UNKNOWN_STATIONS": "accept", "ALLOW_SECURITY_PROFILE_0": "true"}
    with start(**anybody, **chosen) as (process, url):
        readiness(url, lambda answer: answer.status_code == 200)
        gateway = f"ws://127.0.0.1:{chosen['GATEWAY_PORT']}/CP1"
        with connect(gateway, subprotocols=[Subprotocol("ocpp1.6")], proxy=None) as station:
            process.send_signal(signal.SIGTERM)
            with pytest.raises(ConnectionClosed) as closed:
                station.recv(timeout=PATIENCE)
        said, logged = process.communicate(timeout=PATIENCE)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1001
    assert process.returncode == 0, logged
    assert "administrator's token" in said
    assert "Traceback" not in logged


def test_the_token_of_the_first_start_is_made_once(start, tmp_path):
    said = []
    for _ in range(2):
        with start(**ports()) as (process, url):
            readiness(url, lambda answer: answer.status_code == 200)
            said.append(stop(process)[1])
    token = tmp_path / "data" / "admin-token"
    assert token.read_text().strip() in said[0]
    assert said[1] == ""
    assert token.stat().st_mode & 0o777 == 0o600


def test_a_database_that_is_away_is_waited_for_and_named(start):
    away = f"postgresql://postgres@127.0.0.1:{free_port()}/x"
    with start(DATABASE_URL=away, **ports()) as (process, url):
        told = readiness(url, lambda answer: "database" in answer.json()["checks"])
        said_so = any("waiting for the database" in line for line in process.stderr)
        code, _, _ = stop(process)
    assert not told["ready"]
    assert told["checks"]["database"] == "is waited for"
    assert (code, said_so) == (0, True)


def test_a_broker_that_is_away_is_waited_for_and_named(start):
    away = f"amqp://guest:guest@127.0.0.1:{free_port()}/"
    with start(BROKER_URL=away, **ports()) as (process, url):
        told = readiness(url, lambda answer: "broker" in answer.json()["checks"])
        code, _, logged = stop(process)
    assert not told["ready"]
    assert told["checks"]["broker"] == "does not answer"
    assert code == 0, logged


@pytest.mark.parametrize("name", ["OPS_PORT", "API_PORT", "GATEWAY_PORT"])
def test_an_address_that_is_taken_is_told_in_one_line(start, name):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        chosen = ports() | {name: taken.getsockname()[1]}
        with start(**chosen) as (process, _):
            _, logged = process.communicate(timeout=PATIENCE)
    assert process.returncode == 1
    assert logged.splitlines()[-1].startswith("ampledger: ")
    assert "address already in use" in logged.lower()
    assert "Traceback" not in logged


def test_a_certificate_that_is_not_there_is_told_in_one_line(start, tmp_path):
    pair = {"certificate": str(tmp_path / "gone.pem"), "key": str(tmp_path / "gone.key")}
    with start(LISTENERS=json.dumps([{"port": 0, "certificates": [pair]}])) as (process, _):
        _, logged = process.communicate(timeout=PATIENCE)
    assert process.returncode == 2
    assert logged.splitlines()[-1].startswith("ampledger: AMPLEDGER_LISTENERS: ")
    assert "gone.pem: No such file" in logged
    assert "Traceback" not in logged


def test_a_setting_that_is_wrong_is_told_in_one_line(start):
    with start(PARTITIONS="0") as (process, _):
        _, logged = process.communicate(timeout=PATIENCE)
    assert process.returncode == 2
    assert logged.startswith("ampledger: AMPLEDGER_PARTITIONS=0:")
    assert logged.count("\n") == 1
