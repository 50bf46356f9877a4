"""`ampledger demo` from its start to Ctrl-C."""

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path
from time import monotonic, sleep

import pytest

from tests.installation import free_port

PROGRAM = str(Path(sys.executable).with_name("ampledger"))
PATIENCE = 60  # s


@pytest.fixture
def ports():
    return {name: free_port() for name in ("API_PORT", "GATEWAY_PORT", "OPS_PORT")}


@pytest.fixture
def demo(tmp_path, ports):
    """One that runs, and its standard output."""
    given = {f"AMPLEDGER_{name}": str(port) for name, port in ports.items()}
    given["AMPLEDGER_DATABASE_URL"] = "postgresql://elsewhere/that-is-not-touched"
    process = subprocess.Popen(
        [PROGRAM, "demo", "--stations", "8", "--folder", str(tmp_path / "demo")],
        env={**os.environ, **given},
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:  # and its pipe
        yield process
        process.send_signal(signal.SIGINT)
        process.wait(PATIENCE)


def _answer(ports, folder, path):
    token = (folder / "demo" / "admin-token").read_text().strip()
    url = f"http://127.0.0.1:{ports['API_PORT']}/api/v1/{path}"
    request = urllib.request.Request(url, headers={"Authorization": f"Bearer {token}"})
    with urllib.request.urlopen(request, timeout=PATIENCE) as response:
        return json.load(response)


def _eventually(look):
    deadline = monotonic() + PATIENCE
    while not look():
        assert monotonic() < deadline
        sleep(0.2)


def test_a_newcomer_sees_it_alive_and_ends_it_in_order(demo, ports, tmp_path):
    lines = [demo.stdout.readline().strip() for _ in range(3)]
    assert lines[0] == f"Ampledger is at http://127.0.0.1:{ports['API_PORT']}"
    link = urllib.request.Request(lines[2], headers={"Accept": "text/html"})
    with urllib.request.urlopen(link, timeout=PATIENCE) as page:
        assert b"assword" in page.read()
    _eventually(lambda: _answer(ports, tmp_path, "overview")["transactions_running"])
    _eventually(lambda: _answer(ports, tmp_path, "campaigns")["items"])
    assert _answer(ports, tmp_path, "stations?online=true&label=depot")["total"] == 2
    assert _answer(ports, tmp_path, "stations/unknown")["items"][0]["id"] == "SIM-UNKNOWN"
    demo.send_signal(signal.SIGINT)
    assert demo.wait(PATIENCE) == 0
    token = (tmp_path / "demo" / "admin-token").read_text().strip()
    assert token not in (tmp_path / "demo" / "log").read_text()
    for port in ports.values():  # nobody is left behind
        socket.create_server(("127.0.0.1", port)).close()
