"""The folder of files: whole or not at all, and no name leads out of it."""

import os
from hashlib import sha256

import pytest

from commands.files.store import Store, TooLarge


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "files"


@pytest.fixture
def store(folder):
    return Store(folder, most_bytes=10)


def names(folder):
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def keep(store, *pieces):
    draft = store.begin()
    for piece in pieces:
        draft.write(piece)
    return draft.keep()


def test_what_is_kept_is_read_again(store, folder):
    kept = keep(store, b"one", b"two")
    assert (kept.size, kept.sha256) == (6, sha256(b"onetwo").hexdigest())
    with store.open(kept.id) as file:
        assert file.read() == b"onetwo"
    assert names(folder) == [kept.id]
    assert (folder / kept.id).stat().st_mode & 0o077 == 0


def test_an_empty_file_is_a_file(store):
    with store.open(keep(store).id) as file:
        assert file.read() == b""


def test_what_is_not_whole_cannot_be_read_and_leaves_nothing(store, folder):
    draft = store.begin()
    draft.write(b"half")
    with pytest.raises(FileNotFoundError):
        store.open(draft.id)
    draft.drop()
    draft.drop()
    assert names(folder) == []


def test_a_file_has_its_largest_size(store):
    assert keep(store, b"x" * 10).size == 10
    draft = store.begin()
    draft.write(b"x" * 10)
    with pytest.raises(TooLarge):
        draft.write(b"x")
    draft.drop()


def test_a_removed_file_is_gone(store, folder):
    kept = keep(store, b"x")
    store.remove(kept.id)
    store.remove(kept.id)
    assert names(folder) == []


@pytest.mark.parametrize(
    "id", ["", ".", "..", "../secret", "/etc/passwd", "incoming", "A" * 32, "a" * 33, "a\n" * 16]
)
def test_no_name_leads_anywhere_else(store, folder, id):
    keep(store, b"x")
    (folder.parent / "secret").write_text("secret")
    for act in (store.open, store.remove):
        with pytest.raises(FileNotFoundError):
            act(id)
    assert (folder.parent / "secret").exists()


def test_what_a_killed_process_left_goes_a_day_later(store, folder):
    old, young = store.begin(), store.begin()
    for draft in (old, young):
        draft.write(b"half")
        draft._opened().close()  # as the end of its process does
    path = folder / "incoming" / old.id
    os.utime(path, (path.stat().st_atime, path.stat().st_mtime - 90_000))
    store.begin()
    assert names(folder) == [young.id]
