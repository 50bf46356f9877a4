"""Who has signed a certificate, of those that are known."""

import pytest

from domain.pki.certificates import Unreadable
from domain.pki.issuers import issuer_of
from tests.pki import papers

ROOT, SAME_NAME = papers.root("Root"), papers.root("Root")
BETWEEN = papers.between(ROOT, "Between")
RSA_ROOT = papers.root("Root of RSA", key=papers.rsa_key())


def test_a_root_has_signed_itself():
    assert issuer_of(ROOT.pem, []) == ROOT.pem
    assert issuer_of(RSA_ROOT.pem, [ROOT.pem]) == RSA_ROOT.pem


def test_the_issuer_is_found_by_its_key_not_by_its_name():
    assert issuer_of(BETWEEN.pem, [RSA_ROOT.pem, SAME_NAME.pem, ROOT.pem]) == ROOT.pem


def test_nobody_is_found_among_strangers():
    assert issuer_of(BETWEEN.pem, ["nonsense", SAME_NAME.pem, RSA_ROOT.pem]) == ""


def test_what_is_no_certificate_has_no_issuer():
    with pytest.raises(Unreadable):
        issuer_of("nonsense", [ROOT.pem])
