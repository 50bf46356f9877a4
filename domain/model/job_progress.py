"""How far a job of a station is, of firmware or an upload, and what may follow what."""

from types import MappingProxyType

# Kinds of jobs: those with a signature, and logs, came with the security extension.
FIRMWARE, SIGNED_FIRMWARE = "firmware", "signed_firmware"
DIAGNOSTICS, LOG = "diagnostics", "log"
REQUESTED, ANSWERED, FAILED, SUPERSEDED = "requested", "answered", "failed", "superseded"
INSTALLED, NOTHING_TO_UPLOAD = "installed", "nothing_to_upload"
CLOSED = "closed"  # given up by an operator
OUTCOMES = MappingProxyType(  # of the states in which a job is over
    {
        INSTALLED: "succeeded",
        "uploaded": "succeeded",
        NOTHING_TO_UPLOAD: "succeeded",
        "download_failed": "failed",
        "invalid_signature": "failed",
        "install_verification_failed": "failed",
        "installation_failed": "failed",
        "upload_failed": "failed",
        "bad_message": "failed",
        "not_supported_operation": "failed",
        "permission_denied": "failed",
        FAILED: "failed",
        SUPERSEDED: "failed",
        CLOSED: "failed",
    }
)
REFUSALS = MappingProxyType(  # reasons, by what a station answers to a request it does not take
    {
        "Rejected": "rejected",
        "InvalidCertificate": "invalid_certificate",
        "RevokedCertificate": "revoked_certificate",
    }
)
NEVER_TAKEN = frozenset({"refused", "expired", "cancelled", *REFUSALS.values()})  # reasons
_INSTALLATION = MappingProxyType(  # states, by what a station calls them (OCPP 1.6 section 7.25)
    {
        "Downloading": "downloading",
        "Downloaded": "downloaded",
        "DownloadFailed": "download_failed",
        "Installing": "installing",
        "Installed": "installed",
        "InstallationFailed": "installation_failed",
    }
)
_UPLOAD = MappingProxyType(  # likewise (section 7.24)
    {"Uploading": "uploading", "Uploaded": "uploaded", "UploadFailed": "upload_failed"}
)
_STATES = MappingProxyType(
    {
        FIRMWARE: _INSTALLATION,
        SIGNED_FIRMWARE: MappingProxyType(
            {
                **_INSTALLATION,
                "DownloadScheduled": "download_scheduled",
                "DownloadPaused": "download_paused",
                "SignatureVerified": "signature_verified",
                "InvalidSignature": "invalid_signature",
                "InstallScheduled": "install_scheduled",
                "InstallRebooting": "install_rebooting",
                "InstallVerificationFailed": "install_verification_failed",
            }
        ),
        DIAGNOSTICS: _UPLOAD,
        LOG: MappingProxyType(
            {
                **_UPLOAD,  # the text of the security extension has UploadFailed, too
                "UploadFailure": "upload_failed",
                "BadMessage": "bad_message",
                "NotSupportedOperation": "not_supported_operation",
                "PermissionDenied": "permission_denied",
            }
        ),
    }
)
_RANK = MappingProxyType(
    {
        REQUESTED: 0,
        ANSWERED: 1,
        "download_scheduled": 2,
        "downloading": 3,
        "download_paused": 3,
        "downloaded": 4,
        "download_failed": 4,
        "signature_verified": 5,
        "invalid_signature": 5,
        "install_scheduled": 6,
        "installing": 7,
        "install_rebooting": 7,
        "install_verification_failed": 8,
        "installed": 8,
        "installation_failed": 8,
        "uploading": 2,
        "uploaded": 3,
        "upload_failed": 3,
        "bad_message": 3,
        "not_supported_operation": 3,
        "permission_denied": 3,
    }
)
_EITHER_WAY = (  # pauses end; some stations install before they reboot, and some after it
    frozenset({"downloading", "download_paused"}),
    frozenset({"installing", "install_rebooting"}),
)
_FINAL = frozenset({INSTALLED, "uploaded"})  # a failure may be followed by another attempt


def answered(kind: str, state: str, file_name: str) -> str:
    """The state once the station has taken the request; a status may have come before.

    Without a file it has nothing to upload (OCPP 1.6 section 6.26; GetLog.conf likewise).
    """
    if state not in {REQUESTED, FAILED}:
        return state
    uploads = kind in {DIAGNOSTICS, LOG}
    return NOTHING_TO_UPLOAD if uploads and not file_name else ANSWERED


def reported(kind: str, state: str, status: str) -> tuple[str, bool]:
    """The state once the station has told a status, and whether that came too late to count.

    Idle, and words that OCPP does not know, change nothing.
    """
    wanted = _STATES[kind].get(status, state)
    late = wanted != state and _has_passed(state, wanted)
    return (state if late else wanted), late


def _has_passed(state: str, wanted: str) -> bool:
    if state in OUTCOMES:
        return state in _FINAL
    if {state, wanted} in _EITHER_WAY:
        return False
    return _RANK[wanted] <= _RANK[state]
