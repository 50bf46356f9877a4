"""`ampledger proof` and `ampledger meter-keys`."""

from pathlib import Path

import pytest

from commands.proofs.page import page
from domain.pki import seals
from domain.pki.seals import Seal
from tests.commands.billed import SECRET, billed, register
from tests.domain.evidence.meters import Meter


@pytest.fixture(scope="module")
def bundle():
    """Of a transaction of 7451 Wh."""
    with billed("memory://", "sqlite://") as house:
        number = house.start()
        house.stop(number, 8451, register(8451))
        return house.proofs_of(number)


@pytest.fixture
def file(bundle: bytes, tmp_path: Path) -> Path:
    path = tmp_path / "proof.json"
    path.write_bytes(bundle)
    return path


def told(output: str) -> dict[str, str]:
    """The first word of each line, by its second column."""
    found = {}
    for line in output.splitlines()[1:]:
        verdict, _, rest = line.partition("  ")
        found[rest.strip().partition("  ")[0]] = verdict
    return found


def test_a_proof_is_checked_offline_with_a_key_from_a_file(ampledger, file, tmp_path):
    key = tmp_path / "checkpoints.pem"
    key.write_text(seals.pem(Seal(SECRET).public_key))

    checked = ampledger("proof", "--check", file, "--public-key", key)

    assert checked.exit_code == 0, checked.output
    assert checked.stdout.startswith("transaction 1, CP1, connector 1: 7451 Wh\n")
    assert told(checked.stdout)["public key"] == "verified"
    assert told(checked.stdout)["chain of the log"] == "verified"


def test_a_page_is_checked_like_the_bundle_that_is_in_it(ampledger, bundle, tmp_path):
    kept = tmp_path / "proof.html"
    kept.write_text(page(bundle))

    checked = ampledger("proof", "--check", kept)

    assert "\ufffd" not in kept.read_text()
    assert "8451 Wh - 1000 Wh" in kept.read_text()

    assert checked.exit_code == 0, checked.output
    assert told(checked.stdout)["public key"] == "cannot be checked"
    assert told(checked.stdout)["energy"] == "verified"
    assert told(checked.stdout)["page"] == "verified"


def test_a_page_that_shows_something_else_than_its_bundle_is_told(ampledger, bundle, tmp_path):
    kept = tmp_path / "proof.html"
    kept.write_text(page(bundle).replace("7.451 kWh", "1.451 kWh", 1))

    checked = ampledger("proof", "--check", kept)

    assert checked.stdout.startswith("transaction 1, CP1, connector 1: 7451 Wh\n")
    assert told(checked.stdout)["page"] == "cannot be checked"


def test_an_altered_proof_is_told_and_ends_with_1(ampledger, file):
    file.write_bytes(file.read_bytes().replace(b"7451", b"9451"))

    checked = ampledger("proof", "--check", file)

    assert checked.exit_code == 1
    assert told(checked.stdout)["signature of the bundle"] == "failed"


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ((), "either a transaction or"),
        ((1, "--check", "no-such-file"), "either a transaction or"),
        (("--check", "no-such-file"), "no-such-file"),
        (("--check", __file__), "it is no proof"),
        (("--check", __file__, "--public-key", "rubbish"), "--public-key"),
        ((2_000_000_000,), "there is no transaction"),
    ],
)
def test_what_cannot_be_done_is_an_error_in_one_line(ampledger, words, why):
    refused = ampledger("proof", *words)

    assert refused.exit_code == 1
    assert why in refused.stderr
    assert refused.stderr.count("\n") == 1


def test_a_meter_key_is_entered_from_a_file_shown_and_removed(ampledger, name, tmp_path):
    meter, file = Meter(), tmp_path / "meter.pem"
    file.write_text(meter.pem)

    entered = ampledger("meter-keys", "set", name, 1, file)
    assert entered.exit_code == 0, entered.output
    assert meter.public.hex()[:40] in ampledger("meter-keys", "show", name, 1).stdout

    assert ampledger("meter-keys", "remove", name, 1).exit_code == 0
    assert ampledger("meter-keys", "show", name, 1).exit_code == 1
