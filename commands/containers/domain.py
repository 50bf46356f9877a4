"""What a domain process is made of."""

from dependency_injector.providers import Callable as Calling
from dependency_injector.providers import Singleton

from commands.choices import domain as choices
from commands.containers.opened import Opened
from domain.csms import Csms, Numbers
from domain.inbox import Inbox, InboxCounts
from domain.ocpp.version import versions
from domain.repository import Repository
from domain.salvage import Salvage
from domain.worker import Worker


class DomainParts(Opened):
    """Records in, facts and answers out."""

    counts = Singleton(InboxCounts)
    csms = Singleton(
        Csms,
        Singleton(Repository, Opened.log),
        Singleton(Numbers, Opened.log),
        Singleton(versions),
        Calling(choices.policy, Opened.settings),
    )
    inbox = Singleton(Inbox, Opened.log, csms, Opened.clock, counts)
    worker = Singleton(
        Worker, Opened.broker, Opened.outbox, inbox, Calling(choices.share, Opened.settings)
    )
    salvage = Singleton(
        Salvage,
        Opened.broker,
        Opened.clock,
        partitions=Opened.settings.provided.partitions,
    )
