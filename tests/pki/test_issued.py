import pytest
from cryptography import x509

from domain.pki import issued
from domain.pki.certificates import Unreadable
from tests.pki import papers
from tests.pki.papers import DAY, NOON

ROOT = papers.root()
BETWEEN = papers.between(ROOT)
KEY = papers.ec_key()
REQUEST = papers.request(KEY, papers.name("whoever"))


def problem(*made, name="CP-1", at=NOON, request=REQUEST):
    chain = "".join(each.pem for each in made)
    return issued.problem(chain, request=request, common_name=name, at=at)


def test_a_chain_for_the_key_and_the_name_may_be_sent():
    assert problem(papers.leaf(BETWEEN, key=KEY), BETWEEN) == ""
    assert problem(papers.leaf(ROOT, key=KEY)) == ""


def test_a_certificate_for_another_key_is_of_no_use():
    assert "not for the key" in problem(papers.leaf(BETWEEN), BETWEEN)
    assert "not for the key" in problem(BETWEEN, papers.leaf(BETWEEN, key=KEY))


def test_a_certificate_for_another_name_is_of_no_use():
    made = papers.leaf(ROOT, "CP-2", key=KEY)
    assert problem(made) == "the certificate is for 'CP-2', not 'CP-1'"


def test_a_certificate_that_is_not_valid_is_of_no_use():
    assert "has expired" in problem(papers.leaf(ROOT, key=KEY), at=NOON + 2 * DAY)
    assert "not valid before" in problem(papers.leaf(ROOT, key=KEY), at=NOON - 2 * DAY)


def test_the_clock_of_an_authority_may_be_a_little_ahead():
    made = papers.leaf(ROOT, key=KEY, since=NOON + DAY / 24 / 60)
    assert problem(made) == ""


def test_a_station_gets_no_certificate_of_an_authority():
    made = papers.leaf(ROOT, key=KEY, extensions=(papers.AUTHORITY,))
    assert "one of an authority" in problem(made)


def test_those_above_follow_in_their_order():
    made, other = papers.leaf(BETWEEN, key=KEY), papers.between(ROOT)
    assert "is not signed by the one that follows" in problem(made, other)
    assert "was not issued by the one that follows" in problem(made, ROOT)
    assert "CN=Between was not issued" in problem(made, BETWEEN, BETWEEN)


def test_a_chain_is_no_longer_than_ocpp_allows():
    filler = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"x" * 8000)
    assert "more than 10000" in problem(papers.leaf(ROOT, key=KEY, extensions=(filler,)))


def test_what_cannot_be_read_is_told():
    assert "the chain cannot be read" in problem()
    assert "the request cannot be read" in problem(papers.leaf(ROOT), request="CSR")


def test_stations_are_sent_no_root():
    made = papers.leaf(BETWEEN)
    untidy = f"Certificate of CP-1\r\n{made.pem}{BETWEEN.pem}{ROOT.pem}"
    assert issued.rootless(untidy) == made.pem + BETWEEN.pem
    assert issued.rootless(ROOT.pem) == ROOT.pem


def test_what_is_no_chain_is_unreadable():
    with pytest.raises(Unreadable):
        issued.rootless("signed")
