from dataclasses import replace

import pytest

from domain.pki import crls
from domain.pki.certificates import Unreadable
from tests.pki import papers
from tests.pki.papers import DAY, NOON

ROOT, OTHER = papers.root(), papers.root("Other")


def test_a_list_is_read():
    found = crls.read(papers.crl(ROOT, 0x0ABC, 7))
    assert [replace(each, serial_numbers=frozenset()) for each in found] == [
        crls.RevocationList(
            issuer="CN=Root",
            serial_numbers=frozenset(),
            this_update=NOON - DAY,
            next_update=NOON + DAY,
        )
    ]
    assert found[0].serial_numbers == {"abc", "7"}


def test_who_is_on_one_of_the_lists_is_revoked():
    lists = crls.read(papers.crl(ROOT, 0xABC) + papers.crl(OTHER, 7, 8))
    assert crls.revoked(["ABC", "07", "9"], lists) == {"ABC", "07"}
    assert crls.revoked(["1"], ()) == set()


def test_a_list_that_revokes_nobody_is_one():
    assert crls.read(papers.crl(ROOT))[0].serial_numbers == set()


@pytest.mark.parametrize("text", ["", ROOT.pem, papers.crl(ROOT)[:90]])
def test_what_is_no_list_is_unreadable(text):
    with pytest.raises(Unreadable, match="X509 CRL"):
        crls.read(text)


def test_a_list_is_believed_from_whom_it_is_of():
    both = ROOT.pem + OTHER.pem
    assert crls.problem(papers.crl(ROOT, 1) + papers.crl(OTHER), both, NOON) == ""
    said = crls.problem(papers.crl(ROOT), OTHER.pem, NOON)
    assert said == "the revocation list of CN=Root is not signed by a known authority"


def test_a_list_by_another_key_is_not_believed():
    forger = papers.root(key=papers.rsa_key())
    assert "not signed" in crls.problem(papers.crl(forger), ROOT.pem, NOON)
    strange = papers.root(key=papers.dsa_key())
    assert "not signed" in crls.problem(papers.crl(ROOT), strange.pem, NOON)


def test_a_list_is_to_be_renewed():
    assert "should have been renewed" in crls.problem(papers.crl(ROOT), ROOT.pem, NOON + 2 * DAY)


def test_what_cannot_be_read_is_told():
    assert "cannot be read" in crls.problem("", ROOT.pem, NOON)
    assert "cannot be read" in crls.problem(papers.crl(ROOT), "", NOON)
