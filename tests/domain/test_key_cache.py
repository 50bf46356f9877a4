"""A process never seals with a key that was destroyed while it was not looking."""

from collections.abc import Collection
from datetime import UTC, datetime

from domain.ports import TokenKey
from domain.sealing.cache import KeyCache
from domain.store.memory_keyring import MemoryKeyring

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


class Meanwhile(MemoryKeyring):
    """A keyring that is busy elsewhere: `told` is what it says of changes, None for the truth."""

    def __init__(self) -> None:
        super().__init__()
        self.told: int | None = None
        self.cache = KeyCache(self, lambda: NOON, look_every=0)
        self.is_forgotten_while_asked = False

    def changes(self) -> int:
        return super().changes() if self.told is None else self.told

    def of_tags(self, tags: Collection[str], *, create: bool) -> dict[str, TokenKey]:
        found = super().of_tags(tags, create=create)
        if self.is_forgotten_while_asked:
            self.is_forgotten_while_asked = False
            self.forget(found["abc"].pseudonym, at=NOON)
            self.cache.look()  # as another thread does
        return found

    def key(self) -> TokenKey:
        return self.cache.of_tags(["abc"], create=True)["abc"]

    def destroy_unnoticed(self, key: TokenKey) -> None:
        self.told = self.changes()
        self.destroy(key.pseudonym)


def test_a_key_that_is_to_be_destroyed_is_asked_for_each_time():
    keyring = Meanwhile()
    old = keyring.key()
    keyring.forget(old.pseudonym, at=NOON)
    assert keyring.key().pseudonym == old.pseudonym
    keyring.destroy_unnoticed(old)
    assert keyring.key().pseudonym != old.pseudonym


def test_a_key_that_was_forgotten_while_it_was_asked_for_is_not_kept():
    keyring = Meanwhile()
    keyring.is_forgotten_while_asked = True
    old = keyring.key()
    keyring.destroy_unnoticed(old)
    assert keyring.key().pseudonym != old.pseudonym
