"""What an api process is made of."""

from functools import partial

from dependency_injector.providers import Callable as Calling
from dependency_injector.providers import Factory, Object, Singleton

from commands.api.app import application
from commands.api.office import Office
from commands.ca.roots import Roots
from commands.callbox import Callbox
from commands.choices import api as choices
from commands.choices import shared
from commands.containers.opened import Opened
from commands.desk import Desk
from commands.feed import Feed
from commands.files.tidying import Tidying
from commands.proofs.proofs import Proofs
from commands.strongbox import Strongbox
from commands.ui.pulse import Pulse
from commands.ui.serving import Interface
from commands.watch import Watch
from commands.webhooks.desk import Webhooks
from domain.pki.seals import Seal
from projections import calls, positions
from projections.database import passed
from projections.events.reader import EventReader
from projections.events.view import pseudonymous
from projections.vault import Cipher, SealedVault


class ApiParts(Opened):
    """HTTP to wishes and rows."""

    readable = Singleton(Watch, Factory(partial, Opened.database.provided.read, Object(passed)))
    done = Singleton(Watch, Factory(partial, Opened.database.provided.read, Object(calls.over)))
    desk = Singleton(
        Desk,
        Opened.outbox,
        readable,
        address=Calling(choices.address, Opened.settings, Opened.node),
        clock=Opened.clock,
    )
    strongbox = Singleton(
        Strongbox,
        Singleton(SealedVault, Opened.engine, Opened.secret_key),
        Opened.database,
        Opened.clock,
    )
    callbox = Singleton(
        Callbox,
        desk,
        strongbox,
        done,
        Calling(choices.outgoing),
        Opened.clock,
    )
    hosting = Singleton(choices.hosting, Opened.settings)
    tidying = Singleton(Tidying, hosting.provided.store, Opened.database)
    feed = Singleton(
        Feed,
        Singleton(
            EventReader,
            Calling(pseudonymous, Opened.log),
            Calling(shared.event_source, Opened.settings),
        ),
    )
    seal = Singleton(Seal, Opened.secret_key)
    office = Singleton(
        Office,
        desk=desk,
        callbox=callbox,
        strongbox=strongbox,
        database=Opened.database,
        log=Opened.log,
        hosting=hosting,
        clock=Opened.clock,
        roots=Singleton(Roots, Opened.settings),
        seal=seal,
        proofs=Singleton(Proofs, Opened.stored, Opened.log, Opened.database, seal, Opened.clock),
        feed=feed,
        webhooks=Singleton(
            Webhooks,
            Opened.database,
            Opened.log,
            Singleton(Cipher, Opened.secret_key),
            private=Opened.settings.provided.webhook_private_addresses,
        ),
        premises=Singleton(choices.premises, Opened.settings, Opened.broker),
        defaults=Calling(choices.defaults, Opened.settings),
    )
    bounds = Singleton(choices.api_bounds, Opened.settings)
    app = Singleton(application, office, bounds)
    interface = Singleton(
        Interface,
        app,
        bounds,
        Singleton(Pulse, Factory(partial, Opened.database.provided.read, Object(positions.read))),
    )
