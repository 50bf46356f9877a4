"""What an operator may wish: one small record each. Routes, commands and forms derive from them."""

from dataclasses import dataclass
from datetime import datetime

from domain.model.token import Permit
from domain.model.values import Profile


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterStation:
    """Make a station known, or change how it is treated.

    `keep_credential`: the password stays as it is, whatever `profile.credential` says.
    """

    station: str
    profile: Profile
    keep_credential: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveStation:
    """Take a station out of the register and close its socket."""

    station: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DisconnectStation:
    """Close the socket of a station."""

    station: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueToken:
    """Make a token known, or change what is thought of it."""

    id_tag: str
    permit: Permit


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawToken:
    """Make a token unknown."""

    id_tag: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestCall:
    """Send a CALL to a station, without business veto.

    `expires_at` is how long it may wait for a connection: in the past or now means the station must
    be connected. Secrets in `payload` are masked already when `sealed`. `campaign` is whose part it
    is, "" for nobody's.
    """

    station: str
    call: str
    action: str
    payload: str
    expires_at: datetime
    timeout: int = 30  # s
    sealed: bool = False
    campaign: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelCall:
    """Take back a call that has not gone out."""

    station: str
    call: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseTransaction:
    """End a transaction that its station will never stop."""

    station: str
    transaction: int
    reason: str


Operation = (
    RegisterStation
    | RemoveStation
    | DisconnectStation
    | IssueToken
    | WithdrawToken
    | RequestCall
    | CancelCall
    | CloseTransaction
)


def key_of(operation: Operation) -> str:
    """Whose one writer decides it: a station, or "token:" and the folded tag."""
    if isinstance(operation, IssueToken | WithdrawToken):
        return f"token:{operation.id_tag.casefold()}"
    return operation.station
