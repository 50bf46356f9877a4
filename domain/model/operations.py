"""What an operator may wish: one small record each. Routes, commands and forms derive from them."""

from dataclasses import dataclass
from datetime import datetime

from domain.model.campaign import Plan
from domain.model.case_operations import CaseOperation
from domain.model.certificate_operations import CertificateOperation
from domain.model.meter_key_operations import MeterKeyOperation
from domain.model.token import Permit
from domain.model.values import Profile


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterStation:
    """Make a station known, or change how it is treated.

    `keep_credential`: the password stays as it is, whatever `profile.credential` says;
    `keep_profile`: the same for `profile.security_profile`. A new station has nothing to keep.
    """

    station: str
    profile: Profile
    keep_credential: bool = True
    keep_profile: bool = False


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
class ForgetToken:
    """Make it unknown whose a token was, in all that is on record."""

    id_tag: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestCall:
    """Send a CALL to a station, without business veto.

    `expires_at` is how long it may wait for a connection: in the past or now means the station must
    be connected. Secrets in `payload` are masked already when `sealed`. `campaign` is whose part it
    is, "" for nobody's; `withdrawn`: it takes the call back, whether that was wished before or not.
    `credential` is the id of the hash of a password that the payload sets, "" when it sets none.
    `remark` is what was found out before, for the record of a job.
    """

    station: str
    call: str
    action: str
    payload: str
    expires_at: datetime
    timeout: int = 30  # s
    sealed: bool = False
    campaign: str = ""
    withdrawn: bool = False
    credential: str = ""
    remark: str = ""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseJob:
    """Give up a firmware update or diagnostics that its station will never end."""

    station: str
    job: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateCampaign:
    """Send one operation to many stations; `kind`: "campaign", or "bulk" for a single wave."""

    campaign: str
    kind: str
    name: str
    plan: Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseCampaign:
    """Have nothing more go out for now."""

    campaign: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ResumeCampaign:
    """Go on after a pause or a halt."""

    campaign: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelCampaign:
    """End it; what has not gone out is taken back."""

    campaign: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportMember:
    """What came of a station of a campaign.

    `outcome`: "succeeded", "failed", "cancelled", or "answered": then the status in `detail` tells.
    """

    campaign: str
    station: str
    call: str
    outcome: str
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SaveChargingProfile:
    """Put a charging profile into the library, or change it; `only_new`: its number must be free.

    `content` is the ChargingProfile as on the wire, JSON, without a transactionId.
    """

    profile: int
    description: str
    content: str
    only_new: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveChargingProfile:
    """Take a charging profile out of the library; stations keep what they hold."""

    profile: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DesireConfiguration:
    """Say what a configuration key of a station should be."""

    station: str
    key: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DropDesire:
    """Desire nothing of a configuration key any more; what the station has, stays."""

    station: str
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SetAutomatic:
    """Switch on or off that drift from the desired configuration is put right unasked."""

    station: str
    automatic: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplyConfiguration:
    """Change every key of a station that is not known to be as desired."""

    station: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateLocalList:
    """Send a station a local list or changes of it: `payloads` of SendLocalList, one after another.

    `based_on`: the version of the list that the changes were computed from; None for any.
    `replace`: an update that is under way gives way.
    """

    station: str
    update: str  # a new id
    payloads: tuple[str, ...]  # JSON
    part_size: int = 0  # entries of a part at most; 0: any number
    ttl: int = 0  # s each may wait for a connection; 0: the station must be connected
    timeout: int = 30  # s
    based_on: int | None = None
    replace: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SwitchListFallback:
    """Have a Differential that failed followed by a Full, unasked; or not."""

    station: str
    on: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordAction:
    """Put on record what an operator did beside the domain, e.g. with users or files.

    `outcome` and `reason` as in `domain.model.audit`; nothing here may be a secret.
    """

    action: str  # named like an operation, e.g. "AddUser"
    subject: str  # e.g. "user:carol"
    detail: str = ""
    outcome: str = "granted"
    reason: str = ""


Operation = (
    RegisterStation
    | RemoveStation
    | DisconnectStation
    | IssueToken
    | WithdrawToken
    | ForgetToken
    | RequestCall
    | CancelCall
    | CloseTransaction
    | CloseJob
    | UpdateLocalList
    | SwitchListFallback
    | CreateCampaign
    | PauseCampaign
    | ResumeCampaign
    | CancelCampaign
    | ReportMember
    | SaveChargingProfile
    | RemoveChargingProfile
    | DesireConfiguration
    | DropDesire
    | SetAutomatic
    | ApplyConfiguration
    | CertificateOperation
    | CaseOperation
    | MeterKeyOperation
    | RecordAction
)

_OfCampaign = CreateCampaign | PauseCampaign | ResumeCampaign | CancelCampaign | ReportMember


def key_of(operation: Operation) -> str:
    """Whose one writer decides it: a station, or "token:" and the folded tag."""
    if isinstance(operation, IssueToken | WithdrawToken | ForgetToken):
        return f"token:{operation.id_tag.casefold()}"
    if isinstance(operation, _OfCampaign):
        return f"campaign:{operation.campaign}"
    if isinstance(operation, SaveChargingProfile | RemoveChargingProfile):
        return f"profile:{operation.profile}"
    if isinstance(operation, RecordAction):
        return operation.subject
    return operation.station
