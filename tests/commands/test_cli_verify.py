"""`ampledger verify` against an installation that runs, and against what it has written."""

import json
import sqlite3
import subprocess
import sys
import urllib.request
from pathlib import Path
from time import monotonic, sleep

import pytest

from tests.installation import Installation

PROGRAM = str(Path(sys.executable).with_name("ampledger"))
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


def wait_for(look):
    deadline = monotonic() + PATIENCE
    while not (found := look()):
        assert monotonic() < deadline
        sleep(0.05)
    return found


def everything_sealed(running):
    told = json.loads(running.command("verify", "--json"))
    return told["rows"] > 0 and told["not_sealed_yet"] == 0 and told


def refused(running, *words):
    ran = subprocess.run(
        [PROGRAM, *words], env=running._environment(), capture_output=True, text=True, check=False
    )
    return ran.returncode, ran.stdout, ran.stderr


def test_the_log_of_a_running_system_is_verified_by_itself_and_by_a_file(running, folder):
    told = wait_for(lambda: everything_sealed(running))
    assert (told["verified"], told["findings"]) == (True, [])
    assert "as it was sealed, signed 20" in running.command("verify")

    path, key = folder / "evidence.jsonl.gz", folder / "key.pem"
    assert running.command("verify", "--write", str(path)).startswith("blocks 1 to ")
    key.write_text(json.loads(_ask(running, "/api/v1/checkpoints/key"))["pem"])
    assert "as it was sealed" in running.command(
        "verify", "--offline", str(path), "--public-key", str(key)
    )
    code, said, _ = refused(running, "verify", "--offline", str(path), "--public-key", "ab" * 32)
    assert (code, "checkpoint 1 forged" in said) == (1, True)
    assert refused(running, "verify", "--offline", str(path))[0] == 1
    code, _, error = refused(running, "verify", "--public-key", "nonsense")
    assert (code, "no public key" in error) == (1, True)


def test_what_somebody_changed_is_named_and_the_exit_code_says_so(running, folder):
    wait_for(lambda: everything_sealed(running))
    with sqlite3.connect(folder / "data" / "log.db", timeout=30) as log:
        (position,) = log.execute(
            "SELECT position FROM ampledger_journal WHERE action = 'IssueToken'"
        ).fetchone()
        log.execute("UPDATE ampledger_journal SET payload = '{}' WHERE position = ?", (position,))
    code, said, _ = refused(running, "verify")
    assert (code, f"entry {position} of " in said, "altered" in said) == (1, True, True)
    code, said, _ = refused(running, "verify", "--json")
    (finding,) = json.loads(said)["findings"]
    assert (code, finding["position"], finding["problem"]) == (1, position, "altered")


def test_days_are_pruned_beside_the_running_notary(running):
    assert running.command("journal", "prune", "--days", "30") == "0 rows dropped\n"


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
