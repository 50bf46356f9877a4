import base64
from collections.abc import Callable
from contextlib import suppress
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.pki import pem
from domain.pki.pem import NotPem
from tests.pki import papers

CERTIFICATE = papers.root().pem
REQUEST = papers.request(papers.ec_key())

TRANSPORTS: dict[str, Callable[[str], str]] = {
    "as it is": lambda text: text,
    "without the last newline": str.strip,
    "with more newlines": lambda text: f"\n\n{text}\n\n",
    "CRLF": lambda text: text.replace("\n", "\r\n"),
    "CR": lambda text: text.replace("\n", "\r"),
    "a literal \\n": lambda text: text.replace("\n", "\\n"),
    "a literal \\r\\n": lambda text: text.replace("\n", "\\r\\n"),
    "percent-encoded": quote,
    "percent-encoded with CRLF": lambda text: quote(text.replace("\n", "\r\n"), safe=""),
    "from a form": quote_plus,
    "on one line": lambda text: text.replace("\n", " "),
    "indented": lambda text: text.replace("\n", "\n    "),
    "after a byte order mark": lambda text: f"\ufeff{text}",
    "with an account of it": lambda text: f"subject=CN = Root\nissuer=CN = Root\n{text}",
}


@pytest.mark.parametrize("transport", TRANSPORTS.values(), ids=TRANSPORTS)
@pytest.mark.parametrize("original", [CERTIFICATE, REQUEST, CERTIFICATE + REQUEST])
def test_however_a_text_has_travelled_it_is_the_same_pem(original, transport):
    assert pem.normalised(transport(original)) == original


@given(content=st.binary(min_size=1, max_size=300), transport=st.sampled_from([*TRANSPORTS]))
def test_no_content_is_lost_on_the_way(content, transport):
    body = base64.encodebytes(content).decode()  # in columns of 76
    text = f"-----BEGIN CERTIFICATE-----\n{body}-----END CERTIFICATE-----\n"
    found = pem.normalised(TRANSPORTS[transport](text))
    header, *lines, footer = found.splitlines()
    assert (header, footer) == ("-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----")
    assert base64.b64decode("".join(lines)) == content
    assert max(map(len, lines)) <= 64


@given(text=st.text() | st.text(st.sampled_from("-BEGINDCRTFA +/=%0n\\\n")))
def test_any_text_is_pem_or_is_said_not_to_be(text):
    with suppress(NotPem):
        found = pem.normalised(text)
        assert pem.normalised(found) == found


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "not there"),
        ("MIIB", "not there"),
        (CERTIFICATE[:200], "not there"),
        (CERTIFICATE + CERTIFICATE[:200], "cut off"),
        (CERTIFICATE.replace("END CERTIFICATE", "END X509 CRL"), "not there"),
        ("-----BEGIN CERTIFICATE-----\nAB=C\n-----END CERTIFICATE-----\n", "no base64"),
        ("-----BEGIN CERTIFICATE-----\nABCDE\n-----END CERTIFICATE-----\n", "no base64"),
        ("-----BEGIN CERTIFICATE-----\n\n-----END CERTIFICATE-----\n", "empty"),
    ],
)
def test_what_is_not_whole_is_not_pem(text, why):
    with pytest.raises(NotPem, match=why):
        pem.normalised(text)


def test_a_chain_falls_into_its_certificates():
    other = papers.root("Other").pem
    assert pem.blocks(CERTIFICATE.replace("\n", "\r\n") + other) == (CERTIFICATE, other)


def test_a_request_is_no_certificate():
    with pytest.raises(NotPem, match="no certificate"):
        pem.blocks(REQUEST)


def test_a_megabyte_of_beginnings_takes_no_time():
    with pytest.raises(NotPem):
        pem.normalised("-----BEGIN CERTIFICATE-----\n" * 40_000)
