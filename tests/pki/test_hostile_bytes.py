"""Bytes that somebody has tampered with: they are read, or said to be unreadable, and no more."""

import base64
import io
from contextlib import suppress

import pytest
from cryptography import x509
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.pki import certificates, chains, crls, hashes, issued, requests, signatures
from domain.pki.certificates import Unreadable
from domain.pki.requests import Unfit
from tests.pki import papers
from tests.pki.papers import NOON, usage

ROOT = papers.root("Root", key=papers.rsa_key())
KEY = papers.ec_key()
LEAF = papers.leaf(
    ROOT,
    key=KEY,
    extensions=(
        usage(digital_signature=True),
        x509.SubjectAlternativeName([x509.DNSName("a.example"), x509.RFC822Name("a@b.example")]),
        x509.BasicConstraints(ca=False, path_length=None),
        x509.AuthorityKeyIdentifier.from_issuer_public_key(ROOT.key.public_key()),
    ),
)
REQUEST, CRL = papers.request(KEY), papers.crl(ROOT, 1, 2)

_ODD = [0, 1, 2, 3, 5, 6, 12, 19, 22, 23, 24, 30, 48, 49, 127, 128, 129, 132, 160, 163, 255]
EDITS = st.lists(
    st.tuples(
        st.floats(0, 1, exclude_max=True),
        st.sampled_from(["put", "cut", "add"]),
        st.integers(0, 255) | st.sampled_from(_ODD),  # tags and lengths of DER
    ),
    min_size=1,
    max_size=4,
)


def tampered(pem, edits):
    """The same with some of its bytes changed, taken away or added."""
    header, *lines, footer = pem.strip().split("\n")
    content = bytearray(base64.b64decode("".join(lines)))
    for where, how, byte in edits:
        at = int(where * len(content))
        content[at : at + (how != "add")] = b"" if how == "cut" else bytes([byte])
    return "\n".join((header, base64.b64encode(content).decode(), footer, ""))


@settings(max_examples=200, deadline=None)
@given(edits=EDITS)
def test_a_certificate_is_read_or_unreadable(edits):
    text = tampered(LEAF.pem, edits)
    for read in (
        lambda: certificates.read(text),
        lambda: hashes.hash_data(text, ROOT.pem),
        lambda: hashes.hash_data(LEAF.pem, text),
        lambda: issued.rootless(LEAF.pem + text),
    ):
        with suppress(Unreadable):
            read()


@settings(max_examples=200, deadline=None)
@given(edits=EDITS)
def test_a_chain_is_judged_whatever_it_is(edits):
    text = tampered(LEAF.pem, edits)
    assert isinstance(chains.problem(text, ROOT.pem, NOON), str)
    assert isinstance(chains.problem(LEAF.pem, text, NOON), str)
    assert isinstance(chains.problem(LEAF.pem + text, ROOT.pem, NOON), str)
    assert isinstance(chains.key_problem(text, LEAF.key_pem), str)
    assert isinstance(signatures.verify_firmware(io.BytesIO(b""), "AAAA", text), str)
    assert isinstance(signatures.check_signing_certificate(text, ROOT.pem, NOON), str)
    told = issued.problem(LEAF.pem + text, request=REQUEST, common_name="CP-1", at=NOON)
    assert isinstance(told, str)


@settings(max_examples=200, deadline=None)
@given(edits=EDITS)
def test_whoever_signed_it_did_not_sign_this(edits):
    text = tampered(LEAF.pem, edits)
    if text != tampered(LEAF.pem, []):
        assert chains.problem(text, ROOT.pem, NOON)


@settings(max_examples=200, deadline=None)
@given(edits=EDITS)
def test_a_request_is_read_or_unfit(edits):
    with suppress(Unfit):
        requests.read(tampered(REQUEST, edits))


@settings(max_examples=200, deadline=None)
@given(edits=EDITS)
def test_a_list_is_read_or_unreadable(edits):
    text = tampered(CRL, edits)
    with suppress(Unreadable):
        crls.read(text)
    assert isinstance(crls.problem(text, ROOT.pem, NOON), str)


@settings(max_examples=200, deadline=None)
@given(edits=EDITS)
def test_a_key_fits_or_not(edits):
    assert isinstance(chains.key_problem(LEAF.pem, tampered(LEAF.key_pem, edits)), str)


@given(text=st.text())
def test_any_text_is_answered(text):
    for read in (certificates.read, crls.read, hashes.hash_data):
        with pytest.raises(Unreadable):
            read(text)
    with pytest.raises(Unfit):
        requests.read(text)
    assert chains.problem(text, text, NOON)
    assert signatures.verify_firmware(b"", text, LEAF.pem)
