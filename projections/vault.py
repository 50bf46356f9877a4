"""The Vault port: payloads with secrets, sealed with a key that is not in the database."""

from dataclasses import dataclass

from cryptography.fernet import Fernet, InvalidToken
from sqlalchemy import Engine, select

from projections.calls import CALLS
from projections.engines import writing
from projections.tables import table


@dataclass(slots=True, kw_only=True)
class Sealed:
    """The payload of a call, unreadable without the key."""

    call: str
    payload: str  # a Fernet token


VAULT = table("vault", Sealed, key=["call"])


class SealedVault:
    """Fernet: AES-128-CBC with HMAC-SHA256."""

    def __init__(self, engine: Engine, key: bytes) -> None:
        """`key` is 32 bytes in URL-safe base64; raises ValueError when it is not."""
        self._engine = engine
        self._fernet = Fernet(key)

    def put(self, call: str, payload: bytes) -> None:
        """Keep the payload of a call."""
        sealed = self._fernet.encrypt(payload).decode()
        with writing(self._engine) as connection:
            connection.execute(VAULT.delete().where(VAULT.c.call == call))
            connection.execute(VAULT.insert().values(call=call, payload=sealed))

    def take(self, call: str) -> bytes | None:
        """The payload of a call; None when there is none, or another key has sealed it."""
        with self._engine.connect() as connection:
            sealed = connection.scalar(select(VAULT.c.payload).where(VAULT.c.call == call))
        try:
            return self._fernet.decrypt(sealed) if sealed else None
        except InvalidToken:
            return None

    def forget(self, call: str) -> None:
        """The call is done: destroy its payload."""
        with writing(self._engine) as connection:
            connection.execute(VAULT.delete().where(VAULT.c.call == call))

    def sweep(self) -> int:
        """Destroy the payloads of calls that are done; how many went."""
        done = select(CALLS.c.id).where(~CALLS.c.waiting)
        with writing(self._engine) as connection:
            return connection.execute(VAULT.delete().where(VAULT.c.call.in_(done))).rowcount


def new_key() -> bytes:
    """A key for a vault."""
    return Fernet.generate_key()
