"""What an operator may wish about the public keys of meters."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class EnterMeterKey:
    """Say what the public key of a connector's meter is; connector 0: of the whole station."""

    station: str
    connector: int
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawMeterKey:
    """Vouch for no key of a connector's meter any more."""

    station: str
    connector: int


MeterKeyOperation = EnterMeterKey | WithdrawMeterKey
