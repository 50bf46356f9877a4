"""What a projections process is made of."""

from functools import partial

from dependency_injector.providers import Callable as Calling
from dependency_injector.providers import Factory, Object, Singleton
from dependency_injector.providers import List as ListOf

from commands.choices import projections as choices
from commands.choices import shared
from commands.containers.opened import Opened
from commands.forgetting import ForgettingDesk
from commands.housekeeping import Housekeeping
from commands.notary import Notary
from commands.publication import Publication
from commands.signing import SigningDesk
from commands.webhooks.courier import Courier
from commands.webhooks.sender import Sender, Source
from domain.pki.seals import Seal
from projections import (
    calls,
    certificate_requests,
    chain,
    client_certificates,
    quarantine,
    stations,
    webhooks,
)
from projections.actions import Noted
from projections.authority_work import AuthorityQueue
from projections.building import Builder
from projections.chaining import Chain, behind
from projections.credentials import Unused
from projections.dispatcher import Dispatcher
from projections.events.publisher import Publisher
from projections.events.publisher import lag as stream_lag
from projections.events.reader import EventReader
from projections.events.view import pseudonymous
from projections.files import Rights
from projections.forgetting import Forgetting
from projections.former import Former
from projections.invitations import Expired
from projections.keyring import StoredKeyring
from projections.leases import LeaseReader
from projections.migration import READ_MODELS
from projections.outbound import CallQueue
from projections.overview import overview
from projections.owner import Owner
from projections.ownership import Ownership
from projections.progress import Trust, lag
from projections.projector import Projector
from projections.stumbles import missed
from projections.timers import Timers
from projections.user_sessions import Ended
from projections.vault import Cipher, SealedVault


class ProjectionsParts(Opened):
    """Facts to rows, calls and timers."""

    vault = Singleton(SealedVault, Opened.engine, Opened.secret_key)
    projector = Singleton(
        Projector, Opened.engine, Opened.log, Object(READ_MODELS), clock=Opened.clock
    )
    ownership = Singleton(
        Ownership, Opened.engine, "projections", owner=Opened.node, clock=Opened.clock
    )
    owner = Factory(Owner, ownership, projector)  # and news=
    builder = Singleton(
        Builder,
        Opened.engine,
        Opened.log,
        Object(READ_MODELS),
        owner=Opened.node,
        clock=Opened.clock,
    )
    builds = Factory(partial, Opened.database.provided.read, Object(overview), Object(READ_MODELS))
    trust = Factory(Trust, Opened.log, Object((calls.MODEL, stations.MODEL)))
    dispatcher = Singleton(
        Dispatcher,
        Singleton(CallQueue, Opened.engine, trust, clock=Opened.clock),
        Opened.outbox,
        vault,
        clock=Opened.clock,
        partitions=Opened.settings.provided.partitions,
    )
    timers = Singleton(
        Timers,
        Opened.engine,
        Opened.log,
        Opened.outbox,
        clock=Opened.clock,
        partitions=Opened.settings.provided.partitions,
    )
    signing = Singleton(
        SigningDesk,
        Singleton(
            AuthorityQueue,
            Opened.engine,
            Factory(
                Trust,
                Opened.log,
                Object((certificate_requests.MODEL, client_certificates.MODEL, stations.MODEL)),
            ),
            automatic=Calling(choices.signs_automatically, Opened.settings),
        ),
        Calling(choices.authority, Opened.settings),
        Opened.outbox,
        Opened.clock,
        Calling(choices.signing_terms, Opened.settings),
    )
    events = Singleton(
        EventReader,
        Calling(pseudonymous, Opened.log),
        Calling(shared.event_source, Opened.settings),
    )
    publisher = Singleton(
        Publisher,
        events,
        Opened.broker,
        Opened.database,
        retention=Calling(choices.event_retention, Opened.settings),
    )
    sender = Singleton(
        Sender,
        Singleton(
            Source,
            events=events,
            database=Opened.database,
            cipher=Singleton(Cipher, Opened.secret_key),
        ),
        Singleton(
            Courier, Opened.clock, private=Opened.settings.provided.webhook_private_addresses
        ),
        Opened.clock,
        give_up=Calling(choices.webhook_patience, Opened.settings),
    )
    standing = Factory(
        partial, Opened.database.provided.read, Object(webhooks.standing), Opened.log
    )
    events_lag = Factory(partial, stream_lag, events, Opened.database, clock=Opened.clock)
    leases = Singleton(LeaseReader, Opened.engine, Opened.broker, clock=Opened.clock)
    lag = Factory(
        partial,
        Opened.database.provided.guarded,
        Factory(partial, lag, Opened.engine, Opened.log, Object(READ_MODELS), clock=Opened.clock),
    )
    stumbles = Factory(partial, Opened.database.provided.read, Object(missed), Object(READ_MODELS))
    requests = Factory(partial, Opened.database.provided.read, Object(certificate_requests.counted))
    cases = Factory(partial, Opened.database.provided.read, Object(quarantine.counted))
    ending = Factory(
        partial,
        Opened.database.provided.read,
        Object(client_certificates.ending_soon),
        Opened.clock,
    )
    notary = Singleton(
        Notary,
        Singleton(
            Chain,
            Opened.stored,
            Opened.database,
            Singleton(Seal, Opened.secret_key),
            Opened.clock,
            interval=Opened.settings.provided.checkpoint_interval,
        ),
        Singleton(
            Publication,
            Opened.settings.provided.checkpoint_file,
            Factory(partial, Opened.database.provided.read, Object(chain.after)),
        ),
        interval=Opened.settings.provided.checkpoint_interval,
    )
    chain_lag = Factory(partial, behind, Opened.stored, Opened.database, Opened.clock)
    forgetting = Singleton(
        ForgettingDesk,
        Singleton(
            Forgetting,
            Opened.engine,
            Opened.stored,
            Singleton(StoredKeyring, Opened.engine),
            clock=Opened.clock,
        ),
    )
    housekeeping = Singleton(
        Housekeeping,
        ListOf(
            vault,
            Singleton(Rights, Opened.engine),
            Singleton(Noted, Opened.engine),
            Singleton(Unused, Opened.engine, Opened.log),
            Singleton(Former, Opened.engine, Object(READ_MODELS)),
            *(Singleton(Ended, Opened.engine), Singleton(Expired, Opened.engine)),
        ),
        notary,
        Opened.clock,
        keep_days=Opened.settings.provided.journal_retention_days,
    )
