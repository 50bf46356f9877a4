"""What an installation chooses of its evidence: the event stream, checkpoints, webhooks."""

from pathlib import Path

from pydantic import BaseModel, Field


class EvidenceSettings(BaseModel):
    """The settings of what others rely on: events that leave, proofs that stay."""

    events_max_bytes: int = Field(
        10_000_000_000,
        ge=1_000_000,
        description="bytes that the broker keeps of the event stream; the oldest go first",
    )
    events_max_age_days: int = Field(
        30, ge=1, description="days that the broker keeps the event stream"
    )
    checkpoint_interval: float = Field(
        60.0, gt=0, description="s between signed checkpoints of the log, while it grows"
    )
    checkpoint_file: Path | None = Field(
        None, description="file that takes each checkpoint, one JSON object a line, to publish"
    )
    webhook_give_up_hours: float = Field(
        24.0, gt=0, description="h that the receiver of a webhook may fail before it is parked"
    )
    webhook_private_addresses: bool = Field(
        default=False,
        description="whether webhooks may lead into private networks, and by plain http",
    )
