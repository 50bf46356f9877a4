import json
import os
from pathlib import Path

import pytest
from typer.testing import CliRunner

from commands import settings
from commands.choices import projections as choices
from commands.cli import application
from domain.pki import certificates, chains, crls
from domain.ports import Subject
from tests.pki import papers


@pytest.fixture
def ampledger(tmp_path, monkeypatch):
    """A command line with a data folder of its own; nothing runs."""
    for name in list(os.environ):
        if name.startswith("AMPLEDGER_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("AMPLEDGER_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("AMPLEDGER_CPO_NAME", "ACME Charging")

    def run(*words, given=None):
        return CliRunner().invoke(application(), [str(word) for word in words], input=given)

    return run


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "data" / "ca"


def made(result):
    assert result.exit_code == 0, result.output
    return Path(result.stdout.strip())


def rows(result):
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_an_authority_is_made_and_shown(ampledger):
    assert "Ampledger CA ECDSA" in ampledger("ca", "init").stdout
    shown = rows(ampledger("ca", "show", "--json"))
    assert [(row["algorithm"], row["key"]) for row in shown] == [
        ("ecdsa", "EC-secp256r1"),
        ("rsa", "RSA-3072"),
    ]
    assert {row["organisation"] for row in shown} == {"ACME Charging"}


def test_an_authority_is_not_made_twice(ampledger):
    ampledger("ca", "init", "--algorithm", "ecdsa")
    again = ampledger("ca", "init", "--algorithm", "ecdsa")
    assert (again.exit_code, again.stderr) == (
        1,
        "ampledger: there is an ECDSA authority already\n",
    )


def test_one_beneath_the_root_may_sign(ampledger):
    ampledger("ca", "init", "--algorithm", "ecdsa", "--intermediate", "--name", "Mine")
    shown = rows(ampledger("ca", "show", "--json"))
    assert [row["common_name"] for row in shown] == ["Mine ECDSA issuing", "Mine ECDSA"]
    assert certificates.read(made(ampledger("ca", "client", "CP-1")).read_text()).issuer == (
        "CN=Mine ECDSA issuing,O=ACME Charging"
    )


def test_a_listener_gets_a_certificate_of_each_algorithm(ampledger, folder):
    ampledger("ca", "init")
    issued = ampledger("ca", "server", "--name", "csms.example", "--name", "10.0.0.1", "--days", 1)
    paths = [Path(line) for line in issued.stdout.splitlines()]
    assert [path.name for path in paths] == ["ecdsa.pem", "rsa.pem"]
    found = [certificates.read(path.read_text()) for path in paths]
    assert [each.key for each in found] == ["EC-secp256r1", "RSA-2048"]
    assert {(each.common_name, each.organisation) for each in found} == {
        ("csms.example", "ACME Charging")
    }
    for path in (*paths, *(path.with_suffix(".key") for path in paths)):
        assert path.parent == folder / "servers" / "csms.example"
        assert path.stat().st_mode & 0o777 == 0o600


def test_a_listener_gets_a_new_certificate_in_the_place_of_the_old(ampledger, tmp_path):
    ampledger("ca", "init", "--algorithm", "ecdsa")
    words = ("ca", "server", "--name", "a.example", "--algorithm", "ecdsa", "--out", tmp_path)
    before = made(ampledger(*words)).read_text()
    after = made(ampledger(*words))
    assert after.read_text() != before
    assert chains.key_problem(after.read_text(), after.with_suffix(".key").read_text()) == ""


def test_a_station_gets_a_key_and_a_certificate(ampledger, folder):
    ampledger("ca", "init", "--algorithm", "ecdsa")
    path = made(ampledger("ca", "client", "CP/1", "--serial-number", "SN-1", "--key", "rsa"))
    found = certificates.read(path.read_text())
    assert (found.common_name, found.organisation) == ("SN-1", "ACME Charging")
    assert (path.parent, path.name) == (folder / "stations", "CP%2F1.pem")
    key = path.with_name("CP%2F1.key")
    assert chains.key_problem(path.read_text(), key.read_text()) == ""
    assert key.stat().st_mode & 0o777 == 0o600
    assert "PRIVATE" not in path.read_text()


@pytest.mark.parametrize("name", ["../../escaped", "..", ".hidden"])
def test_no_name_leads_out_of_the_folder(ampledger, folder, name):
    ampledger("ca", "init", "--algorithm", "ecdsa")
    path = made(ampledger("ca", "client", name, "--serial-number", "SN-1"))
    assert path.resolve().parent == folder / "stations"
    assert path.exists()


def test_the_key_of_a_station_is_not_written_over(ampledger):
    ampledger("ca", "init", "--algorithm", "ecdsa")
    path = made(ampledger("ca", "client", "CP-1"))
    before = path.read_text()
    again = ampledger("ca", "client", "CP-1")
    assert (again.exit_code, "is there already" in again.stderr) == (1, True)
    assert path.read_text() == before


def test_a_certificate_is_revoked_by_its_number(ampledger, folder):
    ampledger("ca", "init", "--algorithm", "ecdsa")
    number = certificates.read(made(ampledger("ca", "client", "CP-1")).read_text()).serial_number
    assert ampledger("ca", "revoke", number.upper()).exit_code == 0
    assert crls.revoked([number], crls.read((folder / "crl.pem").read_text())) == {number}
    listed = rows(ampledger("ca", "list", "--json"))
    assert [(row["serial_number"], bool(row["revoked_at"])) for row in listed] == [(number, True)]
    assert ampledger("ca", "crl").stdout.strip() == str(folder / "crl.pem")


def test_what_was_never_issued_is_not_revoked(ampledger):
    ampledger("ca", "init", "--algorithm", "ecdsa")
    failed = ampledger("ca", "revoke", "f00d")
    assert (failed.exit_code, failed.stderr) == (
        1,
        "ampledger: this authority has issued no certificate f00d\n",
    )


def test_without_an_authority_the_way_to_one_is_told(ampledger):
    failed = ampledger("ca", "client", "CP-1")
    assert (failed.exit_code, "`ampledger ca init` makes one" in failed.stderr) == (1, True)


def test_keys_are_sealed_with_a_passphrase_in_a_file(ampledger, folder, tmp_path):
    secret = tmp_path / "passphrase"
    secret.write_text("correct horse\n")
    ampledger("ca", "init", "--algorithm", "ecdsa", "--passphrase-file", secret)
    assert "ENCRYPTED" in (folder / "ecdsa" / "root.key").read_text()
    locked = ampledger("ca", "client", "CP-1")
    assert (locked.exit_code, "needs its passphrase" in locked.stderr) == (1, True)
    made(ampledger("ca", "client", "CP-1", "--passphrase-file", secret))


def test_keys_are_sealed_with_a_passphrase_that_is_typed(ampledger, folder):
    typed = ampledger("ca", "init", "--algorithm", "ecdsa", "--encrypt", given="horse\nhorse\n")
    assert typed.exit_code == 0
    assert "horse" not in typed.output
    assert "ENCRYPTED" in (folder / "ecdsa" / "root.key").read_text()


@pytest.mark.parametrize("content", [None, "\n"])
def test_a_file_without_passphrase_makes_no_authority(ampledger, folder, tmp_path, content):
    secret = tmp_path / "passphrase"
    if content:
        secret.write_text(content)
    failed = ampledger("ca", "init", "--passphrase-file", secret)
    assert (failed.exit_code, "passphrase" in failed.stderr) == (1, True)
    assert not (folder / "ecdsa").exists()


def test_the_api_signs_with_the_same_authority(ampledger):
    ampledger("ca", "init")
    authority = choices.authority(settings.read(certificate_algorithm="rsa"))
    chain = authority.sign(papers.request(papers.ec_key()), Subject("CP-1", "ACME"), days=1)
    assert "RSA" in certificates.read(chain).issuer
    listed = rows(ampledger("ca", "list", "--json"))
    assert [row["common_name"] for row in listed] == ["CP-1"]


def test_a_command_signs_in_its_place(ampledger, monkeypatch, tmp_path):
    """Also for stations that are commissioned: their key stays with whoever asked."""
    ampledger("ca", "init", "--algorithm", "ecdsa")
    (tmp_path / "hook").write_text("echo $CA_COMMON_NAME is not welcome >&2; exit 1")
    monkeypatch.setenv("AMPLEDGER_CA_COMMAND", f"sh '{tmp_path / 'hook'}'")
    failed = ampledger("ca", "client", "CP-1")
    assert (failed.exit_code, failed.stderr) == (1, "ampledger: CP-1 is not welcome\n")


def test_a_command_that_no_shell_would_understand_is_a_wrong_setting(ampledger, monkeypatch):
    monkeypatch.setenv("AMPLEDGER_CA_COMMAND", "sh 'hook")
    failed = ampledger("ca", "show")
    assert (failed.exit_code, "AMPLEDGER_CA_COMMAND" in failed.stderr) == (2, True)
