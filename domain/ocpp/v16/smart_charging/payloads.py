"""Requests made of stored charging profiles: which members go on the wire (OCTT 056-067, C1-C7)."""

from datetime import datetime

from msgspec import structs

from domain.ocpp import reading
from domain.ocpp.v16.core.remote_start_transaction import RemoteStartTransaction
from domain.ocpp.v16.smart_charging.clear_charging_profile import ClearChargingProfile
from domain.ocpp.v16.smart_charging.set_charging_profile import SetChargingProfile
from domain.ocpp.v16.types import ChargingProfile


class Misplaced(Exception):
    """The profile must not go there, and why."""


def assigned(
    profile: ChargingProfile, *, connector: int, transaction: int | None, now: datetime
) -> bytes:
    """The payload of SetChargingProfile (6.43); raises Misplaced.

    `transaction` is the one that a TxProfile is for; others have none (rule C1).
    """
    _check_place(profile, connector, transaction)
    sent = _on_the_wire(profile, transaction, now)
    return reading.write(SetChargingProfile.Request(connectorId=connector, csChargingProfiles=sent))


def embedded(
    profile: ChargingProfile, *, id_tag: str, connector: int | None, now: datetime
) -> bytes:
    """The payload of RemoteStartTransaction (6.33) with a TxProfile; raises Misplaced.

    There is no transaction yet, so none is named; it does not recur (OCTT 059).
    """
    if profile.chargingProfilePurpose != "TxProfile":
        raise Misplaced("a remote start takes a TxProfile along, no other")
    if profile.chargingProfileKind == "Recurring":
        raise Misplaced("a remote start takes no recurring profile along")
    sent = _on_the_wire(profile, None, now)
    return reading.write(
        RemoteStartTransaction.Request(connectorId=connector, idTag=id_tag, chargingProfile=sent)
    )


def plain_start(*, id_tag: str, connector: int | None) -> bytes:
    """The payload of RemoteStartTransaction (6.33) without a profile."""
    return reading.write(RemoteStartTransaction.Request(connectorId=connector, idTag=id_tag))


def cleared(
    *, profile: int | None, connector: int | None, purpose: str | None, stack_level: int | None
) -> bytes:
    """The payload of ClearChargingProfile (6.7): exactly the members that are given."""
    return reading.write(
        ClearChargingProfile.Request(
            id=profile,
            connectorId=connector,
            chargingProfilePurpose=purpose,  # type: ignore[arg-type]  # checked before it is sent
            stackLevel=stack_level,
        )
    )


def _check_place(profile: ChargingProfile, connector: int, transaction: int | None) -> None:
    purpose = profile.chargingProfilePurpose
    if purpose == "ChargePointMaxProfile" and connector != 0:
        raise Misplaced("a ChargePointMaxProfile is for the whole station: connector 0")
    if purpose == "TxProfile" and connector == 0:
        raise Misplaced("a TxProfile is for one connector, not for the whole station")
    if purpose == "TxProfile" and transaction is None:
        raise Misplaced(f"a TxProfile needs a running transaction; none runs at {connector}")
    if purpose != "TxProfile" and transaction is not None:
        raise Misplaced(f"a {purpose} is for no single transaction")


def _on_the_wire(
    profile: ChargingProfile, transaction: int | None, now: datetime
) -> ChargingProfile:
    """An absolute profile without a start begins with the current second: no gap (rule C7)."""
    schedule = profile.chargingSchedule
    if profile.chargingProfileKind == "Absolute" and schedule.startSchedule is None:
        schedule = structs.replace(schedule, startSchedule=now.replace(microsecond=0))
    return structs.replace(profile, transactionId=transaction, chargingSchedule=schedule)
