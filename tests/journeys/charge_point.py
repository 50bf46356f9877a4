"""A charge point for journeys: the independent client of PyPI `ocpp`, with every frame on record.

The library validates what we send it, calls and answers, against the official schemas.
"""

import asyncio
import base64
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

import orjson
import websockets
from ocpp.routing import on
from ocpp.v16 import ChargePoint as OcppChargePoint
from ocpp.v16 import call, call_result
from ocpp.v16.enums import Action
from websockets.typing import Subprotocol

PATIENCE = 10  # s
_ASKED = (
    "CancelReservation",
    "CertificateSigned",
    "ChangeAvailability",
    "ChangeConfiguration",
    "ClearCache",
    "ClearChargingProfile",
    "DataTransfer",
    "DeleteCertificate",
    "ExtendedTriggerMessage",
    "GetCompositeSchedule",
    "GetConfiguration",
    "GetDiagnostics",
    "GetInstalledCertificateIds",
    "GetLocalListVersion",
    "GetLog",
    "InstallCertificate",
    "RemoteStartTransaction",
    "RemoteStopTransaction",
    "ReserveNow",
    "Reset",
    "SendLocalList",
    "SetChargingProfile",
    "SignedUpdateFirmware",
    "TriggerMessage",
    "UnlockConnector",
    "UpdateFirmware",
)


def now() -> str:
    """The time as a station sends it."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def basic(name: str, password: bytes) -> dict[str, str]:
    """The header of HTTP Basic authentication; the password is raw bytes (OCPP-J 1.6 6.2)."""
    return {"Authorization": f"Basic {base64.b64encode(name.encode() + b':' + password).decode()}"}


@dataclass(slots=True)
class Wire:
    """A socket whose frames are kept, decoded, in order: ("sent" | "got", frame)."""

    socket: websockets.ClientConnection
    frames: list[tuple[str, Any]] = field(default_factory=list)
    is_dead: bool = False  # what is sent does not arrive

    async def send(self, text: str) -> None:
        self.frames.append(("sent", orjson.loads(text)))
        if not self.is_dead:
            await self.socket.send(text)

    async def recv(self) -> str:
        text = await self.socket.recv()
        self.frames.append(("got", orjson.loads(text)))
        return str(text)


class ChargePoint(OcppChargePoint):  # type: ignore[misc]  # untyped library
    """Answers each CALL of ours with what the test has put into `answers`."""

    def __init__(self, name: str, wire: Wire, answers: dict[str, dict[str, Any]]) -> None:
        super().__init__(name, wire, response_timeout=PATIENCE)
        self.answers = answers
        self.asked: asyncio.Queue[tuple[str, dict[str, Any]]] = asyncio.Queue()
        for action in _ASKED:
            handler = on(Action(action))(self._handler(action))
            self.route_map[action] = {"_on_action": handler, "_skip_schema_validation": False}

    def _handler(self, action: str) -> Callable[..., object]:
        def answer(**payload: Any) -> object:
            self.asked.put_nowait((action, payload))
            return getattr(call_result, action)(**self.answers[action])

        return answer


class Station:
    """A charge point that can leave and come back."""

    def __init__(
        self, gateway_url: str, name: str, *, tls: ssl.SSLContext | None = None, **headers: str
    ) -> None:
        self.url = f"{gateway_url}/{quote(name, safe='')}"
        self.name, self.headers, self.tls = name, headers, tls
        self.answers: dict[str, dict[str, Any]] = {}
        self.frames: list[tuple[str, Any]] = []
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        await self.connect()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.leave()

    async def connect(self) -> None:
        self.socket = await websockets.connect(
            self.url,
            subprotocols=[Subprotocol("ocpp1.6")],
            additional_headers=self.headers,
            open_timeout=PATIENCE,
            ssl=self.tls,
        )
        self.wire = Wire(self.socket, self.frames)
        self.point = ChargePoint(self.name, self.wire, self.answers)
        self._task = asyncio.create_task(self._listen(), name=self.name)

    async def _listen(self) -> None:
        try:
            await self.point.start()
        except websockets.ConnectionClosed:
            return

    async def leave(self) -> None:
        await self.socket.close()
        if self._task:
            await self._task

    async def ask(self, payload: Any) -> Any:
        """Send a CALL; the answer's payload, validated, in the library's snake_case."""
        return await asyncio.wait_for(self.point.call(payload, suppress=False), PATIENCE)

    async def asked(self, action: str) -> dict[str, Any]:
        """Wait for our CALL; its payload in camelCase as it was on the wire."""
        name, _ = await asyncio.wait_for(self.point.asked.get(), PATIENCE)
        assert name == action
        return next(
            frame[3] for way, frame in reversed(self.frames) if way == "got" and frame[0] == 2
        )

    def unasked(self) -> list[Any]:
        """CALLs of ours the test did not wait for."""
        return [self.point.asked.get_nowait() for _ in range(self.point.asked.qsize())]

    # --- what stations say ---------------------------------------------------------------

    async def boot(self, *statuses: tuple[int, str]) -> Any:
        """The reusable state Booted."""
        boot = call.BootNotification(charge_point_vendor="ACME", charge_point_model="One")
        answer = await self.ask(boot)
        for connector, status in statuses or ((0, "Available"), (1, "Available")):
            await self.status(status, connector=connector)
        return answer

    async def status(self, status: str, *, connector: int = 1, error: str = "NoError") -> None:
        notification = call.StatusNotification(
            connector_id=connector, error_code=error, status=status, timestamp=now()
        )
        await self.ask(notification)

    async def authorize(self, tag: str) -> dict[str, Any]:
        info: dict[str, Any] = (await self.ask(call.Authorize(id_tag=tag))).id_tag_info
        return info

    async def start(self, tag: str, *, at: str = "", meter: int = 100, **more: Any) -> Any:
        return await self.ask(
            call.StartTransaction(
                connector_id=1, id_tag=tag, meter_start=meter, timestamp=at or now(), **more
            )
        )

    async def stop(self, transaction: int, *, at: str = "", meter: int = 900, **more: Any) -> Any:
        return await self.ask(
            call.StopTransaction(
                transaction_id=transaction, meter_stop=meter, timestamp=at or now(), **more
            )
        )

    async def charge(self, tag: str) -> int:
        """The reusable state Charging; the transaction's id."""
        assert (await self.authorize(tag))["status"] == "Accepted"
        await self.status("Preparing")
        started = await self.start(tag)
        assert started.id_tag_info["status"] == "Accepted"
        await self.status("Charging")
        return int(started.transaction_id)
