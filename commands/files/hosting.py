"""How an installation hosts files: where, for how long, and under which address."""

from dataclasses import dataclass
from datetime import timedelta

from commands.files.store import Store


@dataclass(frozen=True, slots=True)
class Hosting:
    """What the resources are given."""

    store: Store
    keep: timedelta  # how long a right to a file lasts
    public_url: str  # where stations reach us; "": where whoever asks does
