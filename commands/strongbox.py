"""Where secrets are put before a wish speaks of them: payloads sealed, passwords hashed."""

import asyncio
from datetime import datetime
from uuid import uuid4

from domain.ports import Clock, Vault
from gateway.passwords import hash_password
from projections import credentials
from projections.database import Database


class Strongbox:
    """Works in threads. What no wish came to speak of is swept by housekeeping."""

    def __init__(self, vault: Vault, database: Database, clock: Clock) -> None:
        self._vault, self._database, self._clock = vault, database, clock

    async def seal(self, call: str, payload: bytes, *, expires_at: datetime) -> None:
        """Keep the payload of a call; raises Unavailable."""
        await asyncio.to_thread(self._vault.put, call, payload, expires_at=expires_at)

    async def forget(self, call: str) -> None:
        """Destroy the payload of a call; raises Unavailable."""
        await asyncio.to_thread(self._vault.forget, call)

    async def keep_password(self, password: str) -> str:
        """Keep the hash of a password of a station; its id. Raises Unavailable."""
        credential = str(uuid4())
        await asyncio.to_thread(self._keep, credential, password)
        return credential

    async def forget_password(self, credential: str) -> None:
        """Destroy a hash, "" for none; raises Unavailable."""
        if credential:
            await asyncio.to_thread(self._database.write, credentials.forget, credential)

    def _keep(self, credential: str, password: str) -> None:
        at, hashed = self._clock(), hash_password(password)
        self._database.write(credentials.put, credential, hashed, at=at)
