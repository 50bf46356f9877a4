"""What a projections process is told."""

from datetime import timedelta

from commands import signing
from commands.ca import opening
from commands.settings import Settings
from domain.ports import CertificateAuthority, Retention


def event_retention(settings: Settings) -> Retention:
    return Retention(max_bytes=settings.events_max_bytes, max_days=settings.events_max_age_days)


def signing_terms(settings: Settings) -> signing.Terms:
    return signing.Terms(
        organisation=settings.cpo_name,
        days=settings.client_certificate_days,
        partitions=settings.partitions,
    )


def webhook_patience(settings: Settings) -> timedelta:
    return timedelta(hours=settings.webhook_give_up_hours)


def signs_automatically(settings: Settings) -> bool:
    return settings.csr_signing == "automatic"


def authority(settings: Settings) -> CertificateAuthority:
    return opening.authority(settings)
