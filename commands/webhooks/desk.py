"""What an administrator does to webhooks; each deed is noted in its own transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from commands.refusal import Refusal
from commands.webhooks import addresses, signature
from commands.webhooks.addresses import Forbidden
from domain.log import Log
from projections import webhooks
from projections.actions import Actor
from projections.database import Database
from projections.events import catalogue
from projections.events.catalogue import UnknownType
from projections.vault import Cipher
from projections.webhooks import Attempt, Webhook


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """What is wanted; `after` is a position of the log, None: only what comes from now on."""

    name: str
    url: str
    types: Sequence[str] = ()
    stations: Sequence[str] = ()
    single: bool = False
    after: int | None = None


class Webhooks:
    """Blocking. Raises Unavailable; Refusal for what cannot be."""

    def __init__(self, database: Database, log: Log, cipher: Cipher, *, private: bool) -> None:
        """`private`: receivers may be in private networks, and speak plain HTTP."""
        self._database, self._log = database, log
        self._cipher, self._private = cipher, private

    def add(self, wanted: Subscription, actor: Actor) -> tuple[Webhook, str]:
        """A new webhook, and its secret, which is shown this once."""
        self._check(wanted.url, wanted.types, wanted.stations)
        secret = signature.new_secret()
        made = Webhook(
            id=uuid4().hex[:12],
            name=wanted.name,
            url=wanted.url,
            types=",".join(wanted.types),
            stations=",".join(wanted.stations),
            single=wanted.single,
            secret=self._cipher.seal(secret),
            position=self._log.position() if wanted.after is None else wanted.after,
            created_by=actor.name,
            created_at=actor.at,
        )
        self._database.write(webhooks.add, made, actor)
        return made, secret

    def find(self, id: str) -> Webhook | None:
        """One of them."""
        return self._database.read(webhooks.find, id)

    def listed(self) -> list[Webhook]:
        """All, the oldest first."""
        return self._database.read(webhooks.listed)

    def head(self) -> int:
        """The position of the newest fact: what a webhook that is up to date has reached."""
        return self._log.position()

    def attempts(self, id: str) -> list[Attempt]:
        """The last ones, the newest first."""
        return self._database.read(webhooks.attempts, id)

    def change(self, id: str, actor: Actor, **members: Any) -> bool:  # noqa: ANN401 - of a subscription
        """Change the name, url, types, stations or single; whether there is such a webhook."""
        self._check(members.get("url"), members.get("types", ()), members.get("stations", ()))
        joined = {k: v if isinstance(v, str | bool) else ",".join(v) for k, v in members.items()}
        return self._database.write(webhooks.change, id, actor, "ChangeWebhook", joined)

    def pause(self, id: str, actor: Actor) -> bool:
        """Send nothing until it is resumed; whether there is such a webhook."""
        change = webhooks.change
        return self._database.write(change, id, actor, "PauseWebhook", {"state": webhooks.PAUSED})

    def resume(self, id: str, actor: Actor, *, after: int | None) -> bool:
        """Go on where it stood, or after another position; whether there is such a webhook."""
        fresh: dict[str, Any] = {
            "state": webhooks.ACTIVE,
            "failures": 0,
            "failing_since": None,
            "due_at": None,
        }
        if after is not None:
            fresh["position"] = after
        return self._database.write(webhooks.change, id, actor, "ResumeWebhook", fresh)

    def rotate(self, id: str, actor: Actor) -> str | None:
        """A new secret, shown this once; the one before signs too, until it is dropped."""
        found = self.find(id)
        if found is None:
            return None
        secret = signature.new_secret()
        sealed = {"secret": self._cipher.seal(secret), "former_secret": found.secret}
        changed = self._database.write(webhooks.change, id, actor, "RotateWebhook", sealed)
        return secret if changed else None

    def drop_former_secret(self, id: str, actor: Actor) -> bool:
        """Only the newest secret signs; whether there is such a webhook."""
        change = webhooks.change
        return self._database.write(change, id, actor, "DropWebhookSecret", {"former_secret": ""})

    def remove(self, id: str, actor: Actor) -> bool:
        """End it; whether there was one."""
        return self._database.write(webhooks.remove, id, actor)

    def _check(self, url: str | None, types: Sequence[str], stations: Sequence[str]) -> None:
        try:
            if url is not None:
                addresses.check(url, private=self._private)
            catalogue.topics_of(types)
        except Forbidden as error:
            raise Refusal(str(error)) from None
        except UnknownType as error:
            raise Refusal(f"there are no events of type {error}") from None
        if any("," in each for each in stations):
            raise Refusal("a station whose id has a comma cannot be chosen")
