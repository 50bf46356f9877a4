"""What everybody may rely on, whoever signs the certificates of stations."""

import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import ExtendedKeyUsageOID

from commands.ca.algorithm import Algorithm
from commands.ca.checked import CheckedAuthority
from commands.ca.command import CommandAuthority
from commands.ca.folder import CRL, FolderAuthority
from commands.ca.memory import MemoryAuthority
from commands.clock import SystemClock
from domain.pki import certificates, chains, crls, issued
from domain.ports import AuthorityRefused, CertificateAuthority, Subject
from tests.pki import papers

NOW = SystemClock()
OURS = Subject("CP-1", "ACME Charging")
THEIRS = papers.name("whoever", "Somebody else")
EXAMPLE = Path(__file__).parents[2] / "deploy" / "ca" / "openssl.sh"


@dataclass
class Place:
    """An authority, whom those trust who trust it, and what it has revoked."""

    authority: CertificateAuthority
    roots: str
    revoked: Callable[[], str]
    algorithm: Algorithm


def in_memory(algorithm, _):
    own = MemoryAuthority(NOW, algorithm)
    return Place(own, own.root, lambda: own.crl, algorithm)


def in_a_folder(algorithm, folder, *, intermediate=False, passphrase=None):
    own = FolderAuthority(folder, algorithm, passphrase=lambda: passphrase, clock=NOW)
    for each in Algorithm:
        own.make(Subject("Test", ""), each, intermediate=intermediate)
    roots = (folder / algorithm / "root.pem").read_text()
    return Place(own, roots, (folder / CRL).read_text, algorithm)


def by_a_command(algorithm, folder):
    """The example of the documentation, with a root and an authority beneath it."""
    key = papers.rsa_key() if algorithm is Algorithm.RSA else papers.ec_key()
    life: dict[str, Any] = {"since": NOW() - papers.DAY, "until": NOW() + 100 * papers.DAY}
    root = papers.root("Root of openssl", key=key, **life)
    own = papers.between(root, "CA of openssl", key=key, **life)
    (folder / "ca.pem").write_text(own.pem)
    (folder / "chain.pem").write_text(own.pem + root.pem)
    (folder / "ca.key").write_text(own.key_pem)
    command = CommandAuthority([str(EXAMPLE), str(folder)])
    return Place(command, root.pem, (folder / "crl.pem").read_text, algorithm)


PLACES = {
    "memory": lambda folder: in_memory(Algorithm.ECDSA, folder),
    "memory, RSA": lambda folder: in_memory(Algorithm.RSA, folder),
    "folder": lambda folder: in_a_folder(Algorithm.ECDSA, folder),
    "folder, RSA, intermediate, sealed": lambda folder: in_a_folder(
        Algorithm.RSA, folder, intermediate=True, passphrase=b"secret"
    ),
    "command": lambda folder: by_a_command(Algorithm.ECDSA, folder),
    "command, RSA": lambda folder: by_a_command(Algorithm.RSA, folder),
}


@pytest.fixture(scope="module", params=PLACES)
def place(request, tmp_path_factory):
    found = PLACES[request.param](tmp_path_factory.mktemp("ca"))
    found.authority = CheckedAuthority(found.authority, NOW)
    return found


@pytest.mark.parametrize("key", [papers.ec_key(), papers.ec_key(ec.SECP384R1()), papers.rsa_key()])
def test_a_certificate_for_a_key_leads_to_the_root(place, key):
    asked = papers.request(key, THEIRS)
    chain = place.authority.sign(asked, OURS, days=10)
    assert issued.problem(chain, request=asked, common_name="CP-1", at=NOW()) == ""
    assert chains.problem(chain, place.roots, NOW()) == ""
    assert "PRIVATE" not in chain


def test_we_say_whose_it_is_and_not_the_request(place):
    chain = place.authority.sign(papers.request(papers.ec_key(), THEIRS), OURS, days=10)
    found = certificates.read(chain)
    assert (found.common_name, found.organisation) == OURS


def test_a_certificate_may_name_no_organisation(place):
    subject = Subject("CP-1", "")
    chain = place.authority.sign(papers.request(papers.ec_key(), THEIRS), subject, days=10)
    assert certificates.read(chain).organisation == ""


@pytest.mark.parametrize("name", ["CP/1", "a=b+c, d", 'é"\\ü;', "$(date) `date`", "n" * 64])
def test_any_name_that_can_be_written_can_be_certified(place, name):
    chain = place.authority.sign(papers.request(papers.ec_key()), Subject(name, name), days=10)
    found = certificates.read(chain)
    assert (found.common_name, found.organisation) == (name, name)


@pytest.mark.parametrize("name", ["", "n" * 65, "CP\n1", "CP\0", "CP\x1b[2J"])
def test_a_name_that_cannot_be_written_is_refused(place, name):
    with pytest.raises(AuthorityRefused):
        place.authority.sign(papers.request(papers.ec_key()), Subject(name, "ACME"), days=10)


def test_it_is_signed_as_every_station_and_test_tool_knows(place):
    chain = place.authority.sign(papers.request(papers.rsa_key()), OURS, days=10)
    made = x509.load_pem_x509_certificate(chain.encode())
    expected = {
        Algorithm.RSA: padding.PKCS1v15,
        Algorithm.ECDSA: ec.ECDSA,
    }
    assert isinstance(made.signature_algorithm_parameters, expected[place.algorithm])
    assert isinstance(made.signature_hash_algorithm, SHA256)


def test_it_is_for_connecting_and_for_nothing_else(place):
    chain = place.authority.sign(papers.request(papers.ec_key()), OURS, days=10)
    stated = x509.load_pem_x509_certificate(chain.encode()).extensions
    usage = stated.get_extension_for_class(x509.KeyUsage).value
    purposes = stated.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert usage == papers.usage(digital_signature=True)
    assert [*purposes] == [ExtendedKeyUsageOID.CLIENT_AUTH]
    assert not certificates.read(chain).is_ca


def test_it_is_valid_for_as_long_as_was_asked(place):
    chain = place.authority.sign(papers.request(papers.ec_key()), OURS, days=10)
    left = certificates.read(chain).not_after - NOW()
    assert abs(left - timedelta(days=10)) < timedelta(minutes=1)


def test_no_authority_vouches_for_longer_than_it_is_vouched_for(place):
    chain = place.authority.sign(papers.request(papers.ec_key()), OURS, days=10)
    assert chains.problem(chain, place.roots, NOW() + timedelta(days=9)) == ""


def test_every_certificate_has_a_number_of_its_own(place):
    asked = papers.request(papers.ec_key())
    found = [place.authority.sign(asked, OURS, days=10) for _ in range(3)]
    numbers = {certificates.read(chain).serial_number for chain in found}
    assert len(numbers) == 3
    assert all(len(number) > 16 for number in numbers)  # nobody guesses 64 bits


@pytest.mark.parametrize("asked", ["CSR", papers.request(papers.rsa_key(1024)), papers.root().pem])
def test_an_unfit_request_is_refused(place, asked):
    with pytest.raises(AuthorityRefused):
        place.authority.sign(asked, OURS, days=10)


def test_what_is_revoked_is_on_the_list(place):
    asked = papers.request(papers.ec_key())
    first, second, third, fourth = (
        certificates.read(place.authority.sign(asked, OURS, days=10)).serial_number
        for _ in range(4)
    )
    place.authority.revoke(first)
    place.authority.revoke(f"0x{second.upper():0>42}")
    place.authority.revoke(_with_colons(third))
    place.authority.revoke(first)  # a repeat changes nothing
    lists = crls.read(place.revoked())
    assert crls.revoked([first, second, third, fourth], lists) == {first, second, third}


def _with_colons(number):
    return bytes.fromhex(f"{number:0>40}").hex(":")


def test_the_list_is_signed_by_who_has_signed_the_certificate(place):
    chain = place.authority.sign(papers.request(papers.ec_key()), OURS, days=10)
    place.authority.revoke(certificates.read(chain).serial_number)
    assert crls.revoked([certificates.read(chain).serial_number], crls.read(place.revoked()))
    own = [each for each in crls.read(place.revoked()) if each.serial_numbers]
    assert [each.issuer for each in own] == [certificates.read(chain).issuer]


@pytest.mark.parametrize("number", ["f00d", "", "no number", "../ca", "-1"])
def test_what_was_not_issued_is_not_revoked(place, number):
    with pytest.raises(AuthorityRefused):
        place.authority.revoke(number)


def test_openssl_agrees(place, tmp_path):
    """On who is trusted, what for, and who is not any more: a gateway asks it the same."""
    chain = place.authority.sign(papers.request(papers.ec_key()), OURS, days=10)
    other = place.authority.sign(papers.request(papers.ec_key()), OURS, days=10)
    place.authority.revoke(certificates.read(other).serial_number)
    (tmp_path / "roots.pem").write_text(place.roots)
    (tmp_path / "list.pem").write_text(place.revoked())
    assert _openssl_says(chain, tmp_path).endswith("OK")
    assert "certificate revoked" in _openssl_says(other, tmp_path)


def _openssl_says(chain, folder):
    (folder / "chain.pem.0").write_text(chain)
    command = (
        *("openssl", "verify", "-purpose", "sslclient", "-crl_check"),
        *("-CAfile", "roots.pem", "-CRLfile", "list.pem", "-untrusted", "chain.pem.0"),
        "chain.pem.0",
    )
    run = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=False, timeout=30
    )
    return f"{run.stderr}{run.stdout}".strip()
