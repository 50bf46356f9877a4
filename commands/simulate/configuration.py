"""The configuration of a simulated station (OCPP 1.6 section 9): its keys, read and changed."""

# The library has no types.
# mypy: disable-error-code="untyped-decorator"

from collections.abc import Callable, Mapping

from ocpp.exceptions import OccurenceConstraintViolationError
from ocpp.routing import on
from ocpp.v16 import call_result
from ocpp.v16.enums import Action

_READ_ONLY = {
    "AdditionalRootCertificateCheck": "false",
    "CertificateSignedMaxChainSize": "10000",
    "CertificateStoreMaxLength": "10",
    "ChargeProfileMaxStackLevel": "8",
    "ChargingScheduleAllowedChargingRateUnit": "Current,Power",
    "ChargingScheduleMaxPeriods": "24",
    "GetConfigurationMaxKeys": "50",
    "LocalAuthListMaxLength": "1000",
    "MaxChargingProfilesInstalled": "20",
    "NumberOfConnectors": "2",
    "ReserveConnectorZeroSupported": "true",
    "SendLocalListMaxLength": "100",
    "SupportedFeatureProfiles": (
        "Core,FirmwareManagement,LocalAuthListManagement,Reservation,SmartCharging,RemoteTrigger"
    ),
    "SupportedFileTransferProtocols": "HTTP,HTTPS",
}
_CHANGEABLE = {
    "AuthorizeRemoteTxRequests": "false",
    "ClockAlignedDataInterval": "0",
    "ConnectionTimeOut": "60",
    "CpoName": "Ampledger",
    "HeartbeatInterval": "300",
    "LocalAuthListEnabled": "true",
    "LocalAuthorizeOffline": "true",
    "LocalPreAuthorize": "false",
    "MeterValuesSampledData": "Energy.Active.Import.Register,Power.Active.Import,Current.Import",
    "MeterValueSampleInterval": "10",
    "SecurityProfile": "0",
    "StopTransactionOnInvalidId": "true",
    "TransactionMessageAttempts": "3",
    "TransactionMessageRetryInterval": "60",
    "WebSocketPingInterval": "0",
}
_WRITE_ONLY = "AuthorizationKey"  # white paper A00.FR.205: nobody reads it
_OF_METER = "MeterPublicKey"
_AT_BOOT = frozenset({"WebSocketPingInterval"})  # what counts from the next boot on


class Configuration:
    """Keys are compared without case, and spelled as the specification spells them."""

    def __init__(self, **differing: str) -> None:
        self._values = _READ_ONLY | _CHANGEABLE | differing
        self._spelling = {name.lower(): name for name in [*self._values, _WRITE_ONLY]}
        self._entrusted: dict[str, Callable[[str], str]] = {}

    def entrust(self, name: str, change: Callable[[str], str]) -> None:
        """Have somebody else decide on a key, and say the status of the answer."""
        self._entrusted[name] = change

    def show(self, name: str, value: str) -> None:
        """This is the value from now on."""
        self._values[name] = value

    def text(self, name: str) -> str:
        """A value."""
        return self._values[name]

    def number(self, name: str) -> int:
        """A value that is a whole number."""
        return int(self._values[name])

    def is_on(self, name: str) -> bool:
        """A value that is a truth."""
        return self._values[name].lower() == "true"

    @property
    def values(self) -> Mapping[str, str]:
        """All of it."""
        return self._values

    @on(Action.get_configuration)
    def _get_configuration(self, key: list[str] | None = None) -> object:
        if len(key or ()) > self.number("GetConfigurationMaxKeys"):
            raise OccurenceConstraintViolationError("more keys than GetConfigurationMaxKeys")
        wanted = [self._spelling.get(name.lower(), name) for name in key or self._values]
        known = [
            {"key": name, "readonly": _is_fixed(name), "value": self._values[name]}
            for name in wanted
            if name in self._values
        ]
        if _WRITE_ONLY in wanted:
            known.append({"key": _WRITE_ONLY, "readonly": False})
        unknown = [name for name in wanted if name not in {*self._values, _WRITE_ONLY}]
        return call_result.GetConfiguration(configuration_key=known, unknown_key=unknown or None)

    @on(Action.change_configuration)
    def _change_configuration(self, key: str, value: str) -> object:
        return call_result.ChangeConfiguration(status=self._change(key, value))

    def _change(self, key: str, value: str) -> str:
        name = self._spelling.get(key.lower(), "")
        if not name:
            return "NotSupported"
        if name in self._entrusted:
            return self._entrusted[name](value)
        if _is_fixed(name) or not _is_like(_CHANGEABLE.get(name, ""), value):
            return "Rejected"
        self._values[name] = value
        return "RebootRequired" if name in _AT_BOOT else "Accepted"


def _is_fixed(name: str) -> bool:
    return name in _READ_ONLY or name.startswith(_OF_METER)


def _is_like(usual: str, value: str) -> bool:
    """A truth stays a truth and a whole number one; -1 is none (TC_040_2)."""
    if usual in {"true", "false"}:
        return value.lower() in {"true", "false"}
    return not usual.isdecimal() or (value.isascii() and value.isdecimal())
