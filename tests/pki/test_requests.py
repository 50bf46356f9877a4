import base64

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import NameOID

from domain.pki import certificates, requests
from domain.pki.requests import Unfit
from tests.pki import papers


@pytest.mark.parametrize(
    ("key", "told", "bits"),
    [
        (papers.ec_key(), "EC-secp256r1", 256),
        (papers.ec_key(ec.SECP224R1()), "EC-secp224r1", 224),
        (papers.rsa_key(), "RSA-2048", 2048),
    ],
)
def test_a_request_is_read(key, told, bits):
    found = requests.read(papers.request(key, papers.name("CP-1", "ACME")))
    assert (found.common_name, found.organisation) == ("CP-1", "ACME")
    assert (found.key, found.bits) == (told, bits)


def test_the_key_of_a_request_is_known_again_in_its_certificate():
    key = papers.ec_key()
    made = papers.leaf(papers.root(), key=key)
    asked = requests.read(papers.request(key))
    assert asked.key_fingerprint == certificates.read(made.pem).key_fingerprint


def test_a_request_may_name_nobody():
    country = x509.Name([x509.NameAttribute(NameOID.COUNTRY_NAME, "NL")])
    assert requests.read(papers.request(papers.ec_key(), country)).common_name == ""


def test_a_request_signed_by_pss_is_as_good():
    how = padding.PSS(padding.MGF1(SHA256()), 32)
    assert requests.read(papers.request(papers.rsa_key(), rsa_padding=how)).bits == 2048


def test_a_request_arrives_with_literal_newlines():
    text = papers.request(papers.ec_key()).replace("\n", "\\n")
    assert requests.read(text).common_name == "CP-1"


@pytest.mark.parametrize(
    ("key", "why"),
    [
        (papers.rsa_key(1024), "RSA key has 1024 bits, fewer than 2048"),
        (papers.ec_key(ec.SECP192R1()), "EC key has 192 bits, fewer than 224"),
        (papers.dsa_key(), "DSA"),
    ],
)
def test_a_weak_or_strange_key_is_unfit(key, why):
    with pytest.raises(Unfit, match=why):
        requests.read(papers.request(key))


def test_a_key_that_stations_do_not_have_is_unfit():
    text = papers.request(ed25519.Ed25519PrivateKey.generate(), algorithm=None)
    with pytest.raises(Unfit, match="Ed25519"):
        requests.read(text)


def test_a_request_that_somebody_changed_is_unfit():
    header, *lines, footer = papers.request(papers.ec_key()).strip().split("\n")
    der = base64.b64decode("".join(lines)).replace(b"CP-1", b"CP-2")
    forged = "\n".join((header, base64.b64encode(der).decode(), footer))
    with pytest.raises(Unfit, match="not signed"):
        requests.read(forged)


def test_what_is_longer_than_ocpp_allows_is_unfit():
    long = papers.request(
        papers.rsa_key(),
        extensions=(x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"x" * 4000),),
    )
    assert len(long) > 5500
    with pytest.raises(Unfit, match="more than 5500"):
        requests.read(long)


@pytest.mark.parametrize("text", ["", "CSR", papers.root().pem])
def test_what_is_no_request_is_unfit(text):
    with pytest.raises(Unfit, match="cannot be read"):
        requests.read(text)
