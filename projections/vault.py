"""The Vault port: payloads with secrets, sealed with a key that is not in the database."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography.fernet import Fernet, InvalidToken
from sqlalchemy import Connection, Engine, select

from projections.calls import CALLS
from projections.engines import translated, writing
from projections.tables import table, upsert

_UNDECIDED = timedelta(days=1)  # past its expiry, a call that is not queued will not be


@dataclass(slots=True, kw_only=True)
class Sealed:
    """The payload of a call, unreadable without the key."""

    call: str
    payload: str  # a Fernet token
    expires_at: datetime  # of the call


VAULT = table("vault", Sealed, key=["call"])


class Cipher:
    """Texts sealed with the key that is not in the database. Fernet: AES-128-CBC, HMAC-SHA256."""

    def __init__(self, key: bytes) -> None:
        """`key` is 32 bytes in URL-safe base64; raises ValueError when it is not."""
        self._fernet = Fernet(key)

    def seal(self, text: str) -> str:
        """Unreadable without the key, and never the same twice."""
        return self._fernet.encrypt(text.encode()).decode()

    def open(self, sealed: str) -> str | None:
        """What was sealed; None when another key has sealed it."""
        try:
            return self._fernet.decrypt(sealed).decode()
        except InvalidToken:
            return None


class SealedVault:
    """Payloads behind a cipher. Raises Unavailable when the database is away."""

    def __init__(self, engine: Engine, key: bytes) -> None:
        """`key` as a cipher takes it; raises ValueError when it is none."""
        self._engine = engine
        self._cipher = Cipher(key)

    def put(self, call: str, payload: bytes, *, expires_at: datetime) -> None:
        """Keep the payload of a call that waits until `expires_at`."""
        sealed = self._cipher.seal(payload.decode())
        with self._writing() as connection:
            upsert(connection, VAULT, [Sealed(call=call, payload=sealed, expires_at=expires_at)])

    def take(self, call: str) -> bytes | None:
        """The payload of a call; None when there is none, or another key has sealed it."""
        with translated(), self._engine.connect() as connection:
            sealed = connection.scalar(select(VAULT.c.payload).where(VAULT.c.call == call))
        opened = self._cipher.open(sealed) if sealed else None
        return opened.encode() if opened is not None else None

    def forget(self, call: str) -> None:
        """The call is done: destroy its payload."""
        with self._writing() as connection:
            connection.execute(VAULT.delete().where(VAULT.c.call == call))

    def sweep(self, now: datetime) -> int:
        """Destroy the payloads of calls that are done or were never queued; how many went."""
        done = select(CALLS.c.id).where(~CALLS.c.waiting)
        waiting = select(CALLS.c.id).where(CALLS.c.waiting)
        late = VAULT.c.expires_at < now - _UNDECIDED
        over = VAULT.c.call.in_(done) | (late & VAULT.c.call.not_in(waiting))
        with self._writing() as connection:
            return connection.execute(VAULT.delete().where(over)).rowcount

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with translated(), writing(self._engine) as connection:
            yield connection


def new_key() -> bytes:
    """A key for a vault."""
    return Fernet.generate_key()
