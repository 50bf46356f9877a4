"""What is no read model: credentials, the vault, the directory."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text

from domain.log import Unavailable
from domain.ports import Listing, Password
from gateway.passwords import Argon2Verifier
from projections import credentials
from projections.directory import StationDirectory
from projections.engines import engine, writing
from projections.migration import migrate
from projections.vault import VAULT, SealedVault, new_key
from tests.projections.scene import NOON, Scene


@pytest.fixture
def scene(database):
    return Scene(database)


def _write(scene, change, *args, **kwargs):
    with writing(scene.engine) as connection:
        return change(connection, *args, **kwargs)


# --- the directory ---


async def test_a_registered_station_is_listed(scene):
    _write(scene, credentials.put, "k1", "$argon2id$x", at=NOON)
    station = scene.registered(protocols="ocpp1.6, ocpp2.0.1", security_profile=2, credential="k1")
    scene.connect(station, connection=77)
    scene.tell(station)
    scene.project()
    assert await StationDirectory(scene.engine).find("CP1") == Listing(
        station="CP1",
        protocols=("ocpp1.6", "ocpp2.0.1"),
        security_profile=2,
        passwords=(Password("k1", "$argon2id$x"),),
        connection=77,
    )


async def test_a_station_nobody_registered_is_not_listed(scene):
    removed = scene.registered("CP2")
    removed.remove(by="olga", at=NOON)
    scene.tell(removed)
    scene.project()
    directory = StationDirectory(scene.engine)
    assert await directory.find("CP1") is None
    assert await directory.find("CP2") is None


async def test_a_station_whose_password_is_lost_is_not_let_in(scene):
    scene.tell(scene.registered(credential="k1"))
    scene.project()
    listing = await StationDirectory(scene.engine).find("CP1")
    assert listing is not None
    verifier = Argon2Verifier(lambda: 0.0)
    (password,) = listing.passwords
    assert password.hash
    assert not await verifier.verify(password.hash, [b"", b"*"])
    verifier.close()


async def test_while_the_database_is_away_the_last_known_listing_stands(tmp_path):
    file = tmp_path / "read.db"
    database = engine(f"sqlite:///{file}")
    migrate(database)
    scene = Scene(database)
    scene.tell(scene.registered())
    scene.project()
    directory = StationDirectory(database)
    known = await directory.find("CP1")
    with writing(database) as connection:
        connection.execute(text("ALTER TABLE stations_v3 RENAME TO away"))
    assert known is not None
    assert await directory.find("CP1") == known
    with pytest.raises(Unavailable):
        await directory.find("CP2")
    database.dispose()


async def test_what_is_known_to_be_gone_is_not_remembered(scene):
    station = scene.registered()
    scene.tell(station)
    scene.project()
    directory = StationDirectory(scene.engine)
    assert await directory.find("CP1")
    station.remove(by="olga", at=NOON)
    scene.tell(station)
    scene.project()
    assert await directory.find("CP1") is None


# --- credentials ---


def test_a_hash_is_kept_until_it_is_forgotten(scene):
    for id in ("k1", "k2"):
        _write(scene, credentials.put, id, f"$argon2id${id}", at=NOON)
    found = scene.read(credentials.found, ["k2", "", "k9", "k1"])
    assert list(found.items()) == [("k2", "$argon2id$k2"), ("k1", "$argon2id$k1")]
    _write(scene, credentials.forget, "k1")
    assert scene.read(credentials.found, ["k1"]) == scene.read(credentials.found, [""]) == {}


# --- the vault ---


def test_a_sealed_payload_is_unreadable_in_the_database_and_comes_back_whole(scene):
    vault = SealedVault(scene.engine, new_key())
    vault.put("c1", b'{"value":"hunter2"}', expires_at=NOON)
    assert "hunter2" not in scene.read(lambda c: c.scalar(select(VAULT.c.payload)))
    assert vault.take("c1") == b'{"value":"hunter2"}'
    vault.put("c1", b"newer", expires_at=NOON)
    assert vault.take("c1") == b"newer"


def test_a_forgotten_payload_is_gone(scene):
    vault = SealedVault(scene.engine, new_key())
    vault.put("c1", b"secret", expires_at=NOON)
    vault.forget("c1")
    vault.forget("c1")
    assert vault.take("c1") is None


def test_another_key_opens_nothing(scene):
    SealedVault(scene.engine, new_key()).put("c1", b"secret", expires_at=NOON)
    assert SealedVault(scene.engine, new_key()).take("c1") is None


def test_a_key_of_the_wrong_size_is_refused(scene):
    with pytest.raises(ValueError, match="32"):
        SealedVault(scene.engine, b"short")


def test_payloads_of_calls_that_are_done_are_swept(scene):
    vault = SealedVault(scene.engine, new_key())
    done, waiting = scene.requested("c1"), scene.requested("c2")
    done.cancel(by="olga", at=NOON)
    scene.tell(done, waiting)
    scene.project()
    for call in ("c1", "c2", "not yet projected"):
        vault.put(call, b"secret", expires_at=NOON)
    assert vault.sweep(NOON) == 1
    assert [bool(vault.take(c)) for c in ("c1", "c2", "not yet projected")] == [False, True, True]


def test_a_payload_whose_call_was_never_queued_goes_a_day_after_it_would_have_expired(scene):
    vault = SealedVault(scene.engine, new_key())
    scene.tell(scene.requested("queued"))
    scene.project()
    for call in ("queued", "undecided"):
        vault.put(call, b"secret", expires_at=NOON)
    vault.put("later", b"secret", expires_at=NOON + timedelta(hours=1))
    assert vault.sweep(NOON + timedelta(days=1)) == 0
    assert vault.sweep(NOON + timedelta(days=1, seconds=1)) == 1
    left = [bool(vault.take(call)) for call in ("queued", "undecided", "later")]
    assert left == [True, False, True]


@pytest.mark.parametrize(
    "ask",
    [
        lambda vault: vault.put("c1", b"secret", expires_at=NOON),
        lambda vault: vault.take("c1"),
        lambda vault: vault.forget("c1"),
        lambda vault: vault.sweep(NOON),
    ],
    ids=["put", "take", "forget", "sweep"],
)
def test_a_vault_that_is_away_says_so(ask):
    nowhere = engine("postgresql://postgres@127.0.0.1:1/none")
    with pytest.raises(Unavailable):
        ask(SealedVault(nowhere, new_key()))
