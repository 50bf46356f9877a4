"""How jobs and files are shown."""

from pydantic import BaseModel, Field

from commands.api.shapes import Time


class Job(BaseModel, from_attributes=True):
    """A firmware update, or an upload wanted. Credentials in the location are masked."""

    id: str = Field(description="also of its call")
    station: str
    kind: str = Field(description="firmware, signed_firmware, diagnostics or log")
    state: str = Field(
        description="requested → answered → downloading → downloaded → installing → installed"
        " | download_failed | installation_failed; requested → answered → uploading → uploaded"
        " | upload_failed | nothing_to_upload; failed, superseded, closed. A signed update can be"
        " download_scheduled, download_paused, signature_verified, invalid_signature,"
        " install_scheduled, install_rebooting, install_verification_failed too; a log bad_message,"
        " not_supported_operation, permission_denied"
    )
    over: bool = Field(description="false again when the station tries again after a failure")
    outcome: str = Field(description="succeeded, failed, or empty while it is not over")
    requested_at: Time
    requested_by: str
    campaign: str = Field(description="whose part it is; empty: nobody's")
    location: str
    request_id: int | None = Field(description="what the station calls a signed update or a log by")
    remark: str = Field(description="of a signed update: what was found out before it was sent")
    file_name: str = Field(description="that the station says it uploads")
    reason: str = Field(
        description="why it failed: the status of its call, or rejected, invalid_certificate,"
        " revoked_certificate; or why it was closed"
    )
    last_status: str = Field(description="the last word of the station")
    last_status_at: Time | None
    firmware_version: str = Field(description="that the station booted with meanwhile")
    updated_at: Time


class JobEvent(BaseModel, from_attributes=True):
    """One thing that happened."""

    position: int
    at: Time
    what: str = Field(
        description="requested, sent, superseded, resumed, answered, failed, closed, status or boot"
    )
    detail: str = Field(
        description="the location, the other job, the file's name, the reason, the status,"
        " the firmware version"
    )
    late: bool = Field(description="it came out of order and changed nothing")
    state: str = Field(description="of the job from then on")


class StoredFile(BaseModel, from_attributes=True):
    """A file here."""

    id: str
    name: str
    size: int = Field(description="bytes")
    sha256: str = Field(description="hexadecimal")
    created_at: Time


class Firmware(StoredFile):
    """An image for stations."""

    created_by: str
    signed: bool = Field(description="whether a signature is kept with it")


class ReceivedFile(StoredFile):
    """A file that a station brought."""

    station: str
    subject: str = Field(description="the job or campaign it was brought for")


class JobDetails(Job):
    """A job with all that happened, and what was brought for it."""

    hint: str = Field(description="what may be tried instead")
    timeline: list[JobEvent]
    files: list[ReceivedFile]
