"""What the stations of the benchmark say: scripts of calls, written as bytes in advance."""

import re
from collections.abc import Callable, Generator
from datetime import UTC, datetime
from itertools import count
from types import MappingProxyType

Call = tuple[str, bytes]  # action, payload
Script = Generator[Call, bytes, None]  # yields calls, is sent the answers

TOKEN = "BENCH"
READINGS = 6  # MeterValues per transaction

_HEARTBEAT = ("Heartbeat", b"{}")
_BOOT = b'{"chargePointVendor":"Ampledger","chargePointModel":"Bench","firmwareVersion":"1"}'
_STATUS = b'{"connectorId":%d,"errorCode":"NoError","status":"%b","timestamp":"%b"}'
_START = b'{"connectorId":1,"idTag":"BENCH","meterStart":%d,"timestamp":"%b"}'
_STOP = b'{"transactionId":%d,"idTag":"BENCH","meterStop":%d,"timestamp":"%b","reason":"Local"}'
_SAMPLES = (
    b'{"value":"%d","measurand":"Energy.Active.Import.Register","unit":"Wh"}',
    b'{"value":"11040.5","measurand":"Power.Active.Import","unit":"W"}',
    b'{"value":"16.1","measurand":"Current.Import","phase":"L1","unit":"A"}',
    b'{"value":"15.9","measurand":"Current.Import","phase":"L2","unit":"A"}',
    b'{"value":"16.0","measurand":"Current.Import","phase":"L3","unit":"A"}',
    b'{"value":"230.4","measurand":"Voltage","phase":"L1-N","unit":"V"}',
    b'{"value":"54","measurand":"SoC","unit":"Percent"}',
    b'{"value":"31.5","measurand":"Temperature","unit":"Celsius"}',
)
_METER = (
    b'{"connectorId":1,"transactionId":%d,"meterValue":[{"timestamp":"%b","sampledValue":['
    + b",".join(_SAMPLES)
    + b"]}]}"
)
_TRANSACTION = re.compile(rb'"transactionId"\s*:\s*(-?\d+)')


def boot() -> Script:
    """What a station says when it has connected."""
    yield "BootNotification", _BOOT
    for connector in (0, 1):
        yield _status(connector, b"Available")


def sessions() -> Script:
    """One charging session after the other, with a heartbeat before and during each."""
    for session in count():
        start = session * 1000
        yield _HEARTBEAT
        yield _status(1, b"Charging")
        transaction = _transaction((yield _start(start)))
        for reading in range(READINGS):
            yield _meter(transaction, start + 100 * reading)
        yield _HEARTBEAT
        yield "StopTransaction", _STOP % (transaction, start + 900, _now())
        yield _status(1, b"Available")


def heartbeats() -> Script:
    """Nothing but heartbeats: frames that leave no fact."""
    while True:
        yield _HEARTBEAT


def meters() -> Script:
    """One transaction that never ends, and its MeterValues."""
    transaction = _transaction((yield _start(0)))
    for reading in count():
        yield _meter(transaction, reading)


def starts() -> Script:
    """Transactions that are started and stopped, and nothing else."""
    for session in count():
        transaction = _transaction((yield _start(session)))
        yield "StopTransaction", _STOP % (transaction, session, _now())


MIXES: MappingProxyType[str, Callable[[], Script]] = MappingProxyType(
    {f.__name__: f for f in (sessions, heartbeats, meters, starts)}
)


def describe(mix: str) -> str:
    """A mix in words, for the report."""
    if mix != "sessions":
        return mix
    return (
        f"sessions of {READINGS + 6} CALLs: 2 Heartbeat, 2 StatusNotification, StartTransaction, "
        f"{READINGS} MeterValues of {len(_SAMPLES)} samples ({len(_METER)} bytes), StopTransaction"
    )


def _now() -> bytes:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z").encode()


def _status(connector: int, status: bytes) -> Call:
    return "StatusNotification", _STATUS % (connector, status, _now())


def _start(meter: int) -> Call:
    return "StartTransaction", _START % (meter, _now())


def _meter(transaction: int, energy: int) -> Call:
    return "MeterValues", _METER % (transaction, _now(), energy)


def _transaction(answer: bytes) -> int:
    """The transaction id of an answer, -1 when it has none."""
    found = _TRANSACTION.search(answer)
    return int(found[1]) if found else -1
