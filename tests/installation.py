"""An Ampledger of its own, for a test or a benchmark: processes that share settings."""

import base64
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import urllib.request
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from time import monotonic, sleep
from types import TracebackType
from typing import Self

_PROGRAM = str(Path(sys.executable).with_name("ampledger"))
_PORTS = range(10_000, 32_768)  # below those that Linux and others give to whoever connects
_PATIENCE = 60  # s for a process to be ready, or to end


@dataclass(frozen=True, slots=True)
class Role:
    """A process of Ampledger."""

    name: str
    process: "subprocess.Popen[bytes]"
    ready_url: str
    log: Path

    @property
    def pid(self) -> int:
        """Of the process."""
        return self.process.pid


class Installation:
    """Starts roles one by one; every station may connect, without a password too."""

    def __init__(self, folder: Path, **settings: str) -> None:
        """`folder` takes logs and data; `settings` are those of Ampledger, in upper case."""
        self._folder = folder
        gateway_port = free_port()
        self._settings = {
            "ADMIN_TOKEN": secrets.token_urlsafe(),
            "ALLOW_SECURITY_PROFILE_0": "true",
            "API_PORT": str(free_port()),
            "DATA": str(folder / "data"),
            "GATEWAY_HOST": "127.0.0.1",
            "GATEWAY_PORT": str(gateway_port),
            "LOG_LEVEL": "warning",
            "SECRET_KEY": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
            "UNKNOWN_STATIONS": "accept",
            **settings,
        }
        self.database_url = settings.get("DATABASE_URL", "")  # "" for a file in the folder
        self.gateway_url = f"ws://127.0.0.1:{gateway_port}/ocpp"
        self.api_url = f"http://127.0.0.1:{self._settings['API_PORT']}"
        self.admin_token = self._settings["ADMIN_TOKEN"]
        self.secret_key = self._settings["SECRET_KEY"]
        self.namespace = self._settings.get("NAMESPACE", "ampledger")
        self.secure_url = self.mutual_url = ""  # until it is made secure
        self.servers = folder / "servers"  # certificates of the gateway
        self.authorities = folder / "data" / "ca" / "authorities.pem"
        self.revoked = folder / "data" / "ca" / "crl.pem"
        self.roles: dict[str, Role] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """Ask every role to end, and wait."""
        for role in self.roles.values():
            role.process.send_signal(signal.SIGTERM)
        for role in self.roles.values():
            _end(role.process)
        self.roles.clear()

    def secure(self) -> None:
        """Add ports with TLS, with certificates of an authority of its own, as an operator would.

        One where stations come with a password, and one where they show a certificate. With
        certificates of both algorithms, because stations know the one or the other.
        """
        self.command("ca", "init")
        self.command("ca", "server", "--name", "localhost", "--out", str(self.servers))
        plain, secure, mutual = int(self._settings["GATEWAY_PORT"]), free_port(), free_port()
        files = [self.servers / kind for kind in ("ecdsa", "rsa")]
        pairs = [{"certificate": f"{each}.pem", "key": f"{each}.key"} for each in files]
        clients = {"client_ca": [str(self.authorities)], "crl": [str(self.revoked)]}
        listeners: list[dict[str, object]] = [
            {"port": plain},
            {"port": secure, "certificates": pairs},
            {"port": mutual, "certificates": pairs, "client_certificates": "required", **clients},
        ]
        local = [{"host": "127.0.0.1", **each} for each in listeners]
        self._settings |= {"LISTENERS": json.dumps(local), "RELOAD_INTERVAL": "0.2"}
        self.secure_url = f"wss://localhost:{secure}/ocpp"
        self.mutual_url = f"wss://localhost:{mutual}/ocpp"

    def start(self, command: str, *, index: int = 0) -> None:
        """Start a role and wait until it is ready; raises RuntimeError when it does not get there.

        The first is "domain", the others are "domain-1", …
        """
        name = f"{command}-{index}" if index else command
        port, log = free_port(), self._folder / f"{name}.log"
        environment = self._environment(OPS_PORT=str(port), DOMAIN_INDEX=str(index))
        with log.open("wb") as output:
            process = subprocess.Popen(
                [_PROGRAM, command], env=environment, stdout=output, stderr=subprocess.STDOUT
            )
        self.roles[name] = Role(name, process, f"http://127.0.0.1:{port}/readyz", log)
        _await_readiness(self.roles[name])

    def await_ready(self) -> None:
        """Wait until every role that runs is ready again; raises as `start` does."""
        for role in self.roles.values():
            _await_readiness(role)

    def issue_token(self, tag: str) -> None:
        """Make a token known, as an operator would."""
        self.command("tokens", "add", tag)

    def command(self, *words: str) -> str:
        """What a command of Ampledger says; raises CalledProcessError when it fails."""
        ran = subprocess.run(
            [_PROGRAM, *words],
            env=self._environment(),
            check=True,
            stdout=subprocess.PIPE,
            text=True,
            timeout=_PATIENCE,
        )
        return ran.stdout

    def decide_again(self, since: datetime | None = None) -> None:
        """Have all it decided be decided again from the record; AssertionError: not the same."""
        words = ("redecide", "--from", since.isoformat()) if since else ("redecide",)
        ran = subprocess.run(
            [_PROGRAM, *words],
            env=self._environment(),
            check=False,
            capture_output=True,
            text=True,
            timeout=2 * _PATIENCE,
        )
        assert ran.returncode == 0, f"{ran.stdout}{ran.stderr}"

    def end(self, name: str) -> int:
        """Ask a role to end, and wait; its exit code."""
        process = self.roles.pop(name).process
        process.send_signal(signal.SIGTERM)
        _end(process)
        return process.returncode

    def kill(self, name: str) -> None:
        """End a role without a word (SIGKILL)."""
        process = self.roles.pop(name).process
        process.kill()
        process.wait()

    def pids(self) -> dict[str, tuple[int]]:
        """The processes, by role."""
        return {role.name: (role.pid,) for role in self.roles.values()}

    def _environment(self, **settings: str) -> dict[str, str]:
        """The environment without the settings that somebody else may have put there."""
        clean = {k: v for k, v in os.environ.items() if not k.upper().startswith("AMPLEDGER_")}
        given = {**self._settings, **settings}
        return clean | {f"AMPLEDGER_{name}": value for name, value in given.items()}


def _await_readiness(role: Role) -> None:
    deadline = monotonic() + _PATIENCE
    while not _is_ready(role):
        if role.process.poll() is not None or monotonic() > deadline:
            last = role.log.read_text(errors="replace")[-2000:]
            raise RuntimeError(f"ampledger {role.name} does not get ready:\n{last}")
        sleep(0.05)


def _is_ready(role: Role) -> bool:
    try:
        with urllib.request.urlopen(role.ready_url, timeout=3) as response:
            return bool(response.status == 200)
    except OSError:  # an HTTPError is one too
        return False


def _end(process: "subprocess.Popen[bytes]") -> None:
    try:
        process.wait(_PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def free_port() -> int:
    """A port of this machine that nobody listens on, and that no outgoing connection is given."""
    while True:
        port = _PORTS[secrets.randbelow(len(_PORTS))]
        try:
            with socket.create_server(("127.0.0.1", port)):
                return port
        except OSError:
            continue
