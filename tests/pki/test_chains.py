import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
)
from cryptography.x509.oid import ExtendedKeyUsageOID

from domain.pki import chains
from tests.pki import papers
from tests.pki.papers import DAY, NOON, usage

ROOT = papers.root()
BETWEEN = papers.between(ROOT)
LEAF = papers.leaf(BETWEEN)


def test_a_chain_to_a_known_root_is_believed():
    assert chains.problem(LEAF.pem + BETWEEN.pem, ROOT.pem, NOON) == ""
    assert chains.problem(papers.leaf(ROOT).pem, ROOT.pem, NOON) == ""


def test_other_roots_and_other_certificates_do_no_harm():
    known = papers.root().pem + ROOT.pem + papers.root("Other").pem
    strange = papers.between(papers.root("Strange"), "Strange")
    assert chains.problem(LEAF.pem + strange.pem + BETWEEN.pem, known, NOON) == ""


@pytest.mark.parametrize("key", [papers.rsa_key(), papers.ec_key(ec.SECP224R1())])
def test_keys_of_either_kind_are_believed(key):
    assert chains.problem(papers.leaf(ROOT, key=key).pem, ROOT.pem, NOON) == ""


def test_a_chain_by_pss_is_believed():
    by = papers.root(key=papers.rsa_key())
    made = papers.leaf(by, rsa_padding=padding.PSS(padding.MGF1(SHA256()), 32))
    assert chains.problem(made.pem, by.pem, NOON) == ""


def test_a_certificate_that_is_known_itself_is_believed():
    own = papers.paper(papers.name("Own"))
    assert chains.problem(own.pem, own.pem, NOON) == ""


@pytest.mark.parametrize(
    ("certificates", "why"),
    [
        (LEAF.pem, "no trusted authority vouches for the certificate CN=CP-1,O=ACME"),
        (papers.leaf(papers.root()).pem, "no trusted authority"),
        (LEAF.pem + papers.paper(papers.name("Between"), ROOT).pem, "no trusted authority"),
        (papers.paper(papers.name("CP-1")).pem, "no trusted authority"),
        ("", "cannot be read"),
    ],
)
def test_what_leads_to_no_known_root_is_not_believed(certificates, why):
    assert why in chains.problem(certificates, ROOT.pem, NOON)


def test_without_roots_nobody_is_believed():
    assert chains.problem(LEAF.pem, "", NOON).startswith("it cannot be read")


@pytest.mark.parametrize(
    ("at", "why"),
    [
        (NOON - 2 * DAY, "CN=CP-1,O=ACME is not valid before 2026-05-31"),
        (NOON + 2 * DAY, "CN=CP-1,O=ACME has expired at 2026-06-02"),
    ],
)
def test_a_certificate_has_its_time(at, why):
    assert why in chains.problem(LEAF.pem + BETWEEN.pem, ROOT.pem, at)


def test_those_above_it_have_their_time_too():
    old = papers.between(ROOT, until=NOON - DAY / 2)
    made = papers.leaf(old)
    assert "CN=Between has expired" in chains.problem(made.pem + old.pem, ROOT.pem, NOON)
    gone = papers.root(until=NOON - DAY / 2)
    assert "not valid at" in chains.problem(papers.leaf(gone).pem, gone.pem, NOON)


def test_who_is_no_authority_cannot_vouch():
    mere = papers.leaf(ROOT, "CP-1")
    forged = papers.leaf(mere, "CP-2")
    said = chains.problem(forged.pem + mere.pem, ROOT.pem, NOON)
    assert "no basicConstraints" in said


def test_a_key_that_is_not_to_sign_certificates_cannot_vouch():
    stated = (papers.AUTHORITY, usage(digital_signature=True))
    by = papers.paper(papers.name("Between"), ROOT, extensions=stated)
    made = papers.leaf(by)
    said = chains.problem(made.pem + by.pem, ROOT.pem, NOON)
    assert "its key usage is not to sign certificates" in said


def test_an_authority_vouches_for_no_longer_path_than_it_may():
    short = papers.paper(papers.name("Root"), extensions=(x509.BasicConstraints(True, 0),))
    by = papers.between(short)
    said = chains.problem(papers.leaf(by).pem + by.pem, short.pem, NOON)
    assert "path length" in said


@pytest.mark.parametrize("key", [papers.rsa_key(1024), papers.dsa_key()])
def test_a_weak_key_is_not_believed(key):
    made = papers.leaf(ROOT, key=key)
    assert "CN=CP-1,O=ACME is too weak" in chains.problem(made.pem, ROOT.pem, NOON)


def test_a_critical_statement_that_nobody_understands_is_not_passed_over():
    stated = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\x00")
    made = papers.leaf(ROOT, extensions=(stated,))
    assert "critical" in chains.problem(made.pem, ROOT.pem, NOON)


@pytest.mark.parametrize(
    ("purposes", "is_good"),
    [
        ((), True),
        ((ExtendedKeyUsageOID.CLIENT_AUTH,), True),
        ((ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH), True),
        ((ExtendedKeyUsageOID.SERVER_AUTH,), False),
    ],
)
def test_a_certificate_for_servers_alone_is_none_of_a_client(purposes, is_good):
    root = papers.root()
    stated = (x509.ExtendedKeyUsage(purposes),) if purposes else ()
    leaf = papers.leaf(root, extensions=stated)
    assert chains.problem(leaf.pem, root.pem, NOON) == ""
    said = chains.client_problem(leaf.pem, root.pem, NOON)
    assert said == "" if is_good else said.endswith("is not for clients")


def test_a_key_fits_its_certificate_only():
    assert chains.key_problem(LEAF.pem, LEAF.key_pem) == ""
    assert chains.key_problem(LEAF.pem, ROOT.key_pem) == "the key is not that of the certificate"
    assert "cannot be read" in chains.key_problem(LEAF.pem, LEAF.pem)
    assert "cannot be read" in chains.key_problem(LEAF.key_pem, LEAF.key_pem)


def test_a_sealed_key_fits_with_its_password():
    sealed = LEAF.key.private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"secret")
    ).decode()
    assert chains.key_problem(LEAF.pem, sealed, b"secret") == ""
    assert "cannot be read" in chains.key_problem(LEAF.pem, sealed, b"wrong")
    assert "cannot be read" in chains.key_problem(LEAF.pem, sealed)
