"""How far a firmware update or the upload of diagnostics is, and what may follow what."""

from types import MappingProxyType

FIRMWARE, DIAGNOSTICS = "firmware", "diagnostics"  # kinds of jobs
REQUESTED, ANSWERED, FAILED, SUPERSEDED = "requested", "answered", "failed", "superseded"
INSTALLED, NOTHING_TO_UPLOAD = "installed", "nothing_to_upload"
CLOSED = "closed"  # given up by an operator
OUTCOMES = MappingProxyType(  # of the states in which a job is over
    {
        INSTALLED: "succeeded",
        "uploaded": "succeeded",
        NOTHING_TO_UPLOAD: "succeeded",
        "download_failed": "failed",
        "installation_failed": "failed",
        "upload_failed": "failed",
        FAILED: "failed",
        SUPERSEDED: "failed",
        CLOSED: "failed",
    }
)
_STATES = MappingProxyType(  # by what a station calls them (OCPP 1.6 sections 7.24 and 7.25)
    {
        FIRMWARE: MappingProxyType(
            {
                "Downloading": "downloading",
                "Downloaded": "downloaded",
                "DownloadFailed": "download_failed",
                "Installing": "installing",
                "Installed": "installed",
                "InstallationFailed": "installation_failed",
            }
        ),
        DIAGNOSTICS: MappingProxyType(
            {"Uploading": "uploading", "Uploaded": "uploaded", "UploadFailed": "upload_failed"}
        ),
    }
)
_RANK = MappingProxyType(
    {
        REQUESTED: 0,
        ANSWERED: 1,
        "downloading": 2,
        "downloaded": 3,
        "download_failed": 3,
        "installing": 4,
        "installed": 5,
        "installation_failed": 5,
        "uploading": 2,
        "uploaded": 3,
        "upload_failed": 3,
    }
)
_FINAL = frozenset({INSTALLED, "uploaded"})  # a failure may be followed by another attempt


def answered(kind: str, state: str, file_name: str) -> str:
    """The state once the station has taken the request; a status may have come before.

    Without a file it has no diagnostics to upload (OCPP 1.6 section 6.26).
    """
    if state not in {REQUESTED, FAILED}:
        return state
    return NOTHING_TO_UPLOAD if kind == DIAGNOSTICS and not file_name else ANSWERED


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
    return _RANK[wanted] <= _RANK[state]
