"""How an installation hosts files: where, for how long, and under which address."""

from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from commands.files.store import Store
from commands.files.uploads import Uploads


@dataclass(frozen=True, slots=True)
class Hosting:
    """What the resources are given."""

    store: Store
    keep: timedelta  # how long a right to a file lasts
    public_url: str  # where stations reach us; "": where whoever asks does
    firmware_roots: Path | None = None  # PEM of manufacturers; None: whoever signs is believed
    uploads: Uploads = field(default_factory=Uploads)
