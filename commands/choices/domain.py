"""What a domain process is told."""

from commands.settings import Settings
from domain.csms import Policy
from domain.model.values import Profile
from domain.worker import Share


def policy(settings: Settings) -> Policy:
    adopt = Profile(heartbeat_interval=settings.heartbeat_interval)
    return Policy(
        adopt=adopt if settings.unknown_stations == "accept" else None,
        journal_heartbeats=settings.journal_heartbeats,
    )


def share(settings: Settings) -> Share:
    return Share(
        partitions=settings.partitions,
        index=settings.domain_index,
        workers=settings.domain_workers,
        grace=settings.shutdown_grace,
    )
