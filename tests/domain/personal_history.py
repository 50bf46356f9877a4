"""A house in which tags are spoken of in every way there is."""

import json
from datetime import timedelta
from typing import Any

import msgspec
import orjson

from domain import wire
from domain.model import operations as op
from domain.model.local_entries import Entry
from domain.model.token import Permit
from domain.ocpp.v16.local_auth_list.payloads import parts
from tests.domain.house import House, start, stop

TAG, GROUP, OTHER, STRANGE = "Secret-Tag-77", "Group-Tag-88", "Other-Tag-99", 'St"ra\\nge-66'
NOTE, PRINCIPAL = "Mrs Jane Doe", "7712345678"
OCMF = f'OCMF|{{"FV":"1.0","ID":"{TAG}","RD":[{{"RV":1.5}}]}}|{{"SD":"3045"}}'


def tell_all(house: House) -> None:
    """The whole history; it ends with no transaction open."""
    _issue(house)
    _charge(house)
    _ask(house)
    _list(house)
    _stumble(house)


def ask(house: House, id: str, action: str, payload: dict[str, Any]) -> Any:
    return house.ask([2, id, action, payload])


def wish(house: House, operation: op.Operation) -> str:
    """Of a person; why it was refused, "" when it was not."""
    record = msgspec.structs.replace(house.wish(operation), origin="10.0.0.9")
    ((_, reply),) = house.process(record).replies
    return reply.message


def _issue(house: House) -> None:
    permit = Permit(parent=GROUP, note=NOTE, concurrent_limit=2, group="fleet")
    wish(house, op.IssueToken(id_tag=TAG, permit=permit))
    wish(house, op.IssueToken(id_tag=OTHER, permit=Permit(parent=GROUP)))
    wish(house, op.IssueToken(id_tag=TAG, permit=permit))


def _charge(house: House) -> None:
    ask(house, "a1", "Authorize", {"idTag": TAG.upper()})
    started = house.ask(start("s1", tag=TAG))
    number = started[2]["transactionId"]
    house.ask(start("s1-again", tag=TAG))
    sample = {"value": OCMF, "format": "SignedData"}
    values = [{"timestamp": "2026-05-01T12:05:00Z", "sampledValue": [sample]}]
    meter = {"connectorId": 1, "transactionId": number, "meterValue": values}
    ask(house, "m1", "MeterValues", meter)
    ended = stop(number)
    ended[3]["idTag"] = OTHER  # type: ignore[index]
    house.ask(ended)
    ask(house, "s2", "StartTransaction", _starting(STRANGE, 900))
    ask(house, "s3", "StartTransaction", _starting(int(PRINCIPAL), 901))
    last = house.ask(start("s4", tag=TAG, meter=999))[2]["transactionId"]
    house.ask(stop(last, "e4", 1000))


def _starting(tag: object, meter: int) -> dict[str, Any]:
    at = "2026-05-01T11:59:00.000Z"
    return {"connectorId": 1, "idTag": tag, "meterStart": meter, "timestamp": at}


def _ask(house: House) -> None:
    until = (house.now + timedelta(minutes=30)).isoformat()
    reserved = {"connectorId": 1, "expiryDate": until, "idTag": TAG, "reservationId": 7}
    _call(house, "reserve", "ReserveNow", reserved | {"parentIdTag": GROUP})
    _call(house, "remote", "RemoteStartTransaction", {"idTag": TAG, "connectorId": 1})
    data = json.dumps({"idTag": TAG, "inner": json.dumps({"parentIdTag": GROUP})})
    _call(house, "data", "DataTransfer", {"vendorId": "x", "data": data})
    ask(house, "d1", "DataTransfer", {"vendorId": "x", "data": data})
    house.ask(b'[2,"x1","Authorize",{"id\\u0054ag":"' + TAG.encode() + b'"}]')
    house.ask(b'[2,"x2","Authorize",{"idTag":"' + TAG.encode())


def _call(house: House, call: str, action: str, payload: dict[str, Any]) -> None:
    operation = op.RequestCall(
        station="CP1",
        call=call,
        action=action,
        payload=orjson.dumps(payload).decode(),
        expires_at=house.now + timedelta(days=1),
    )
    wish(house, operation)
    house.process(wire.Sent(station="CP1", connection=5, call=call, at=house.now))
    house.process(house.received([3, call, {"status": "Accepted"}]))


def _list(house: House) -> None:
    entries = [Entry(TAG, parent=GROUP), Entry(OTHER), Entry(STRANGE)]
    (full,) = parts("Full", entries, version=3)
    _call(house, "full", "SendLocalList", json.loads(full))
    updates = parts("Differential", [Entry(TAG, "Blocked"), Entry(GROUP)], version=4, size=1)
    wish(house, op.UpdateLocalList(station="CP1", update="u1", payloads=tuple(updates), ttl=60))


def _stumble(house: House) -> None:
    orphan = stop(4711, "o1")
    orphan[3]["idTag"] = TAG  # type: ignore[index]
    house.ask(orphan)
    wish(house, op.WithdrawToken(id_tag="Nobody-55"))
