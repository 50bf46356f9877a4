"""`ampledger verify` against an installation that runs, and against what it has written."""

import json
import sqlite3
import urllib.request
from time import monotonic, sleep

import pytest
from typer.testing import CliRunner

from commands.cli import application
from tests.installation import Installation

PATIENCE = 30  # s


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("verify")


@pytest.fixture(scope="module")
def running(folder):
    published = str(folder / "checkpoints.jsonl")
    settings = {"CHECKPOINT_INTERVAL": "0.1", "CHECKPOINT_FILE": published}
    with Installation(folder, **settings) as running:
        running.start("run")
        running.issue_token("FIRST")
        yield running


@pytest.fixture
def ampledger(running, monkeypatch):
    """A command line beside the installation."""
    for name, value in running._environment().items():
        if name.startswith("AMPLEDGER_"):
            monkeypatch.setenv(name, value)
    return lambda *words: CliRunner().invoke(application(), [str(word) for word in words])


def wait_for(look):
    deadline = monotonic() + PATIENCE
    while not (found := look()):
        assert monotonic() < deadline
        sleep(0.05)
    return found


@pytest.fixture
def sealed(running):
    """Everything is sealed and signed: nothing more happens."""

    def found():
        with sqlite3.connect(running._folder / "data" / "log.db", timeout=30) as log:
            (last,) = log.execute("SELECT max(position) FROM ampledger_journal").fetchone()
        items = json.loads(_ask(running, "/api/v1/checkpoints?limit=1"))["items"]
        return items and items[0]["last_entry"] == last

    wait_for(found)


@pytest.mark.usefixtures("sealed")
def test_the_log_of_a_running_system_is_verified_by_itself_and_by_a_file(
    ampledger, running, folder
):
    told = json.loads(ampledger("verify", "--json").stdout)
    assert (told["verified"], told["findings"]) == (True, [])
    assert "as it was sealed, signed 20" in ampledger("verify").stdout

    path, key = folder / "evidence.jsonl.gz", folder / "key.pem"
    assert ampledger("verify", "--write", path).stdout.startswith("blocks 1 to ")
    key.write_text(json.loads(_ask(running, "/api/v1/checkpoints/key"))["pem"])
    offline = ("verify", "--offline", path)
    assert "as it was sealed" in ampledger(*offline, "--public-key", key).stdout
    ran = ampledger(*offline, "--public-key", "ab" * 32)
    assert (ran.exit_code, "checkpoint 1 forged" in ran.stdout) == (1, True)
    assert "--public-key is missing" in ampledger(*offline).stderr
    assert "no public key" in ampledger("verify", "--public-key", "nonsense").stderr


@pytest.mark.usefixtures("sealed")
def test_what_somebody_changed_is_named_and_the_exit_code_says_so(ampledger, folder):
    with sqlite3.connect(folder / "data" / "log.db", timeout=30) as log:
        (position,) = log.execute(
            "SELECT position FROM ampledger_journal WHERE action = 'IssueToken'"
        ).fetchone()
        log.execute("UPDATE ampledger_journal SET payload = '{}' WHERE position = ?", (position,))
    assert f"entry {position} of " in ampledger("verify").stdout
    ran = ampledger("verify", "--json")
    (finding,) = json.loads(ran.stdout)["findings"]
    assert (ran.exit_code, finding["position"], finding["problem"]) == (1, position, "altered")


def test_days_are_pruned_beside_the_running_notary(ampledger):
    assert ampledger("journal", "prune", "--days", 30).stdout == "0 rows dropped\n"


def test_every_checkpoint_is_in_the_file_that_is_published(running, folder):
    def all_there():
        lines = (folder / "checkpoints.jsonl").read_text().splitlines()
        items = json.loads(_ask(running, "/api/v1/checkpoints?limit=1000"))["items"]
        return [json.loads(line)["number"] for line in lines] == [
            each["number"] for each in reversed(items)
        ]

    wait_for(all_there)


def _ask(running, path):
    request = urllib.request.Request(
        running.api_url + path, headers={"Authorization": f"Bearer {running.admin_token}"}
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        return answer.read()
