"""What happens at stations in the tests of pages."""

import json
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

from tests.installation import Installation
from tests.ui.people import PATIENCE, Asked, eventually


def start(api: Asked, station: str, tag: str, connector: int = 1) -> int:
    """Have a car charge; the number of the transaction."""
    wish = {"connectorId": connector, "idTag": tag}
    api.post(f"/api/v1/stations/{station}/calls/RemoteStartTransaction", wish)
    path = f"/api/v1/transactions?station={station}&open=true"
    return int(eventually(lambda: api.get(path)["items"])[0]["id"])


def orphan_stop(api: Asked, installation: Installation, tag: str) -> tuple[int, int]:
    """A session whose stop names a transaction that nobody gave.

    The numbers of the case, and of the transaction that was meant.
    """
    name = f"UI-{uuid4().hex[:8]}"
    api.put(f"/api/v1/stations/{name}", {"security_profile": 0})
    url = f"{installation.gateway_url}/{name}"
    with connect(url, subprotocols=[Subprotocol("ocpp1.6")]) as socket:
        number = _stopped_astray(socket, tag)
    path = f"/api/v1/quarantine?station={name}"
    return int(eventually(lambda: api.get(path)["items"])[0]["number"]), number


def _stopped_astray(socket: ClientConnection, tag: str) -> int:
    _say(socket, "BootNotification", chargePointVendor="V", chargePointModel="M")
    started = {"connectorId": 1, "idTag": tag, "meterStart": 1_000, "timestamp": _now()}
    number = int(_say(socket, "StartTransaction", **started)["transactionId"])
    stopped = {"meterStop": 5_000, "timestamp": _now(), "idTag": tag}
    _say(socket, "StopTransaction", transactionId=77_000_001, **stopped)
    return number


def _say(socket: ClientConnection, action: str, **payload: object) -> Any:
    socket.send(json.dumps([2, uuid4().hex, action, payload]))
    return json.loads(socket.recv(PATIENCE / 1000))[2]


def _now() -> str:
    return datetime.now(UTC).isoformat()
