import hashlib
import ssl

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.x509.oid import NameOID

from domain.pki import certificates
from domain.pki.certificates import Unreadable
from tests.pki import papers
from tests.pki.papers import DAY, NOON


def test_a_certificate_is_read():
    root = papers.root()
    made = papers.leaf(root, serial=0x0ABC)
    found = certificates.read(made.pem)
    assert (found.common_name, found.organisation, found.issuer) == ("CP-1", "ACME", "CN=Root")
    assert (found.not_before, found.not_after) == (NOON - DAY, NOON + DAY)
    assert (found.serial_number, found.key, found.is_ca) == ("abc", "EC-secp256r1", False)
    assert found.fingerprint == hashlib.sha256(made.der).hexdigest()
    assert certificates.read(root.pem).is_ca


def test_the_fingerprint_is_that_of_what_a_socket_shows():
    made = papers.root()
    shown = ssl.PEM_cert_to_DER_cert(made.pem)
    assert certificates.read(made.pem).fingerprint == hashlib.sha256(shown).hexdigest()


@pytest.mark.parametrize(
    ("key", "told"),
    [
        (papers.rsa_key(), "RSA-2048"),
        (papers.ec_key(ec.SECP384R1()), "EC-secp384r1"),
        (papers.dsa_key(), "DSA"),
    ],
)
def test_a_key_is_told_by_its_kind_and_size(key, told):
    assert certificates.read(papers.leaf(papers.root(), key=key).pem).key == told


def test_a_key_of_another_kind_is_told_too():
    key = ed25519.Ed25519PrivateKey.generate()
    assert certificates.read(papers.root(key=key, algorithm=None).pem).key == "Ed25519"


def test_a_name_may_have_neither_common_name_nor_organisation():
    country = x509.Name([x509.NameAttribute(NameOID.COUNTRY_NAME, "NL")])
    found = certificates.read(papers.paper(country).pem)
    assert (found.common_name, found.organisation) == ("", "")


def test_of_a_chain_the_first_is_read():
    root = papers.root()
    assert certificates.read(papers.leaf(root).pem + root.pem).common_name == "CP-1"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
        papers.request(papers.ec_key()),
    ],
)
def test_what_is_no_certificate_is_unreadable(text):
    with pytest.raises(Unreadable) as error:
        certificates.read(text)
    assert str(error.value)
