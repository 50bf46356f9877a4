from threading import Barrier, Thread

from commands import kept


def test_a_secret_is_made_once_and_only_its_owner_reads_it(tmp_path):
    path = tmp_path / "data" / "key"
    assert kept.secret(path, lambda: "first") == ("first", True)
    assert kept.secret(path, lambda: "second") == ("first", False)
    assert path.stat().st_mode & 0o777 == 0o600


def test_two_that_make_a_secret_at_once_end_with_the_same(tmp_path):
    path, both, got = tmp_path / "key", Barrier(2, timeout=10), []

    def keep(secret):
        def make():
            both.wait()
            return secret

        got.append(kept.secret(path, make))

    threads = [Thread(target=keep, args=[secret]) for secret in ("one", "two")]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    secrets, made = zip(*got, strict=True)
    assert len(set(secrets)) == 1
    assert sorted(made) == [False, True]
    assert [each.name for each in tmp_path.iterdir()] == ["key"]


def test_the_file_is_not_there_before_its_secret(tmp_path):
    path = tmp_path / "key"

    def make():
        assert not path.exists()
        return "secret"

    assert kept.secret(path, make)[0] == "secret"
