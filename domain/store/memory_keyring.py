"""The keyring in memory: for tests, and for `memory://`."""

import base64
import secrets
from collections.abc import Collection
from datetime import datetime
from threading import Lock

from domain.ports import TokenKey


def new_key(tag: str) -> TokenKey:
    """A key of a token nobody spoke of so far."""
    pseudonym = "anon-" + base64.b32encode(secrets.token_bytes(8)).decode().lower()[:12]
    return TokenKey(pseudonym, secrets.token_bytes(32), tag)


class MemoryKeyring:
    """Dictionaries behind a lock; gone with the process."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._by_tag: dict[str, str] = {}
        self._keys: dict[str, TokenKey] = {}

    def of_tags(self, tags: Collection[str], *, create: bool) -> dict[str, TokenKey]:
        with self._lock:
            for tag in tags:
                if create and tag not in self._by_tag:
                    made = new_key(tag)
                    self._by_tag[tag], self._keys[made.pseudonym] = made.pseudonym, made
            return {tag: self._keys[self._by_tag[tag]] for tag in tags if tag in self._by_tag}

    def of_pseudonyms(self, pseudonyms: Collection[str]) -> dict[str, TokenKey]:
        with self._lock:
            return {each: self._keys[each] for each in pseudonyms if each in self._keys}

    def changes(self) -> int:
        with self._lock:
            forgotten = [key for key in self._keys.values() if key.forgotten_at]
            return len(forgotten) + sum(1 for key in forgotten if not key.secret)

    def forget(self, pseudonym: str, *, at: datetime) -> bool:
        with self._lock:
            key = self._keys.get(pseudonym)
            if key is None or key.forgotten_at:
                return False
            self._keys[pseudonym] = key._replace(forgotten_at=at)
            return True

    def forgotten(self, before: datetime) -> list[TokenKey]:
        with self._lock:
            keys = [key for key in self._keys.values() if key.secret]
            return [key for key in keys if key.forgotten_at and key.forgotten_at < before]

    def destroy(self, pseudonym: str) -> None:
        with self._lock:
            key = self._keys.get(pseudonym)
            if key and key.forgotten_at and key.secret:
                del self._by_tag[key.tag]
                self._keys[pseudonym] = key._replace(secret=b"", tag="")
