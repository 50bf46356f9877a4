"""What the records of OCPP do not say of an operation: what it may do, and units of its members."""

from collections.abc import Mapping
from types import MappingProxyType

_FIRMWARE = (
    "The station downloads and installs other firmware, and restarts with it: it does not charge"
    " meanwhile, and may not come back with wrong firmware."
)

CONSEQUENCES: Mapping[str, str] = MappingProxyType(
    {
        "CancelReservation": "Whoever reserved may find the connector taken.",
        "CertificateSigned": (
            "The station uses the certificate from its next connection on: with a wrong one it"
            " does not come back."
        ),
        "ChangeAvailability": (
            "Inoperative: nobody can charge there until it is made Operative again, also after a"
            " restart. A running transaction is ended first by its driver."
        ),
        "ChangeConfiguration": (
            "The station behaves otherwise from now on, or after its next restart. A wrong"
            " password, security profile or interval can keep it from coming back."
        ),
        "ClearCache": (
            "The station forgets whom it let charge: while it is offline it lets in only who is on"
            " its local list."
        ),
        "ClearChargingProfile": (
            "What matches is no limit any more: the station may draw all that its connection"
            " allows. Without any criteria all profiles go."
        ),
        "DeleteCertificate": (
            "The station trusts the certificate no more: if the server's own depends on it, the"
            " station does not come back."
        ),
        "InstallCertificate": "The station trusts whatever this certificate vouches for.",
        "RemoteStopTransaction": "Somebody's charging ends.",
        "Reset": (
            "The station restarts and is away meanwhile. Soft: transactions are stopped first;"
            " Hard: at once, their last meter values may be lost."
        ),
        "SendLocalList": (
            "Who may charge while the station is offline changes; Full replaces all of it."
        ),
        "SetChargingProfile": "Cars charge as slowly as the limits say, or not at all.",
        "SignedUpdateFirmware": _FIRMWARE,
        "UnlockConnector": (
            "The cable is let go, in the middle of a transaction too: that ends it, and the cable"
            " may be taken by anybody."
        ),
        "UpdateFirmware": _FIRMWARE,
    }
)
LEADS_TO: Mapping[str, str] = MappingProxyType(
    {
        "GetDiagnostics": "job",
        "GetLog": "job",
        "RemoteStartTransaction": "transaction",
        "SignedUpdateFirmware": "job",
        "UpdateFirmware": "job",
    }
)
UNITS: Mapping[str, str] = MappingProxyType(
    {"duration": "s", "retryInterval": "s", "startPeriod": "s", "limit": "A or W"}
)
TENTHS = frozenset({"limit", "minChargingRate"})  # at most one decimal (rule R17)
MEANINGS: Mapping[str, str] = MappingProxyType(
    {
        "chargingProfile": "a TxProfile that the transaction begins with",
        "chargingProfileKind": "Relative: from the start of charging on",
        "connectorId": "0 is the whole station, where that can be meant",
        "idTag": "of the token",
        "key": "of the configuration",
        "limit": "in chargingRateUnit",
        "localAuthorizationList": "a token without idTagInfo is removed by a Differential",
        "location": "URL",
        "numberPhases": "3 when left out",
        "parentIdTag": "tokens with the same may use it too",
        "remoteLocation": "URL",
        "reservationId": "one in use is replaced",
        "retrieveDate": "from when on it may be downloaded",
        "retrieveDateTime": "from when on it may be downloaded",
        "stackLevel": "of two profiles the higher one counts",
        "startPeriod": "after the start of the schedule",
        "validFrom": "at once when left out",
        "validTo": "for ever when left out",
    }
)
