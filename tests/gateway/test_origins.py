"""Where a request comes from, and whose word about it counts."""

import base64
import ssl
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import pytest

from domain import wire
from domain.pki import certificates
from gateway.addresses import networks
from gateway.admission import Headers, Knock
from gateway.entrance import Limits
from gateway.listeners import Listener
from gateway.origins import Origins, Proxies
from gateway.papers import Papers, load
from tests.authority import Authority, Pair
from tests.gateway.site import site
from tests.gateway.stage import listing, utc
from tests.gateway.tls_files import TlsFolder

PROXIES = networks(["10.0.0.0/8", "::1"])
OURS = Proxies(PROXIES, "X-Client-Certificate")
PROXY, STRANGER = "10.0.0.1", "192.0.2.1"


@dataclass
class Peer:
    """A Caller."""

    host: str
    papers: Papers
    is_encrypted: bool = False
    certificate: bytes | None = None
    port: int = 5000


@pytest.fixture
def folder(tmp_path: Path) -> TlsFolder:
    return TlsFolder(tmp_path)


@pytest.fixture
def papers(folder: TlsFolder) -> Papers:
    """Of a plain listener that holds certificates against an authority."""
    return load(Listener(client_ca=(folder.ca,), crl=(folder.crl,)), utc())


def knock(peer: Peer, *headers: tuple[str, str], proxies: Proxies = OURS) -> Knock:
    return Origins(proxies, utc).knock("/CP1", headers, peer)


def certified(peer: Peer, value: str) -> Knock:
    return knock(peer, ("x-client-certificate", value))


# --- the address ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("host", "headers", "remote"),
    [
        (STRANGER, [], "192.0.2.1:5000"),
        (STRANGER, [("X-Forwarded-For", "198.51.100.9")], "192.0.2.1:5000"),
        (PROXY, [], "10.0.0.1"),
        (PROXY, [("X-Forwarded-For", "198.51.100.9")], "198.51.100.9"),
        (PROXY, [("x-forwarded-for", "1.1.1.1, 198.51.100.9, 10.0.0.2")], "198.51.100.9"),
        (PROXY, [("X-Forwarded-For", "1.1.1.1"), ("X-Forwarded-For", "9.9.9.9")], "9.9.9.9"),
        ("::1", [("X-Forwarded-For", "2001:db8::1")], "2001:db8::1"),
    ],
)
def test_the_address_is_the_last_that_a_proxy_of_ours_did_not_have_itself(
    papers: Papers, host: str, headers: Headers, remote: str
) -> None:
    assert knock(Peer(host, papers), *headers).remote == remote


# --- encryption -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("host", "said", "by_itself", "is_encrypted"),
    [
        (PROXY, "https", False, True),
        (PROXY, "WSS", False, True),
        (PROXY, "http", False, False),
        (PROXY, "http", True, False),
        (PROXY, "https, http", False, False),
        (PROXY, "http, https", False, True),
        (PROXY, None, False, False),
        (PROXY, None, True, True),
        (STRANGER, "https", False, False),
        (STRANGER, "http", True, True),
    ],
)
def test_encrypted_is_what_the_socket_is_or_a_proxy_of_ours_says(
    papers: Papers, host: str, said: str | None, by_itself: bool, is_encrypted: bool
) -> None:
    headers = [("X-Forwarded-Proto", said)] if said else []
    peer = Peer(host, papers, by_itself)
    assert knock(peer, *headers).is_encrypted == is_encrypted


# --- the certificate --------------------------------------------------------------------------


def der(pair: Pair) -> bytes:
    return ssl.PEM_cert_to_DER_cert(pair.certificate)


def nginx(pair: Pair) -> str:
    return quote(pair.certificate)


def envoy(pair: Pair) -> str:
    return f'Hash={"ab" * 32};Cert="{quote(pair.certificate, safe="")}";Subject="CN=x"'


def traefik(pair: Pair) -> str:
    return quote(base64.b64encode(der(pair)).decode())


def envoy_with_chain(pair: Pair) -> str:
    return f'{envoy(pair)};Chain="{quote(pair.certificate, safe="")}"'


@pytest.mark.parametrize("hand_over", [nginx, envoy, envoy_with_chain, traefik])
def test_a_proxy_hands_over_the_certificate_of_a_station(
    folder: TlsFolder, papers: Papers, hand_over
) -> None:
    mine = folder.stations.pair("SN-1")
    found = certified(Peer(PROXY, papers), hand_over(mine))
    assert (found.certificate, found.doubt) == (certificates.read(mine.certificate), "")


def test_anybody_else_hands_over_nothing(folder: TlsFolder, papers: Papers) -> None:
    found = certified(Peer(STRANGER, papers), nginx(folder.stations.pair("SN-1")))
    assert (found.certificate, found.doubt) == (None, "")


def test_without_the_setting_no_header_is_believed(folder: TlsFolder, papers: Papers) -> None:
    header = ("x-client-certificate", nginx(folder.stations.pair("SN-1")))
    found = knock(Peer(PROXY, papers), header, proxies=Proxies(PROXIES))
    assert (found.certificate, found.doubt) == (None, "")


def test_the_certificate_of_the_proxy_is_nobodys(folder: TlsFolder, papers: Papers) -> None:
    shown = der(folder.stations.pair("PROXY"))
    found = knock(Peer(PROXY, papers, is_encrypted=True, certificate=shown))
    assert (found.certificate, found.doubt) == (None, "")


def test_the_certificate_of_a_socket_is_the_stations(folder: TlsFolder, papers: Papers) -> None:
    mine = folder.stations.pair("SN-1")
    found = knock(Peer(STRANGER, papers, is_encrypted=True, certificate=der(mine)))
    assert found.certificate == certificates.read(mine.certificate)


def test_a_station_without_certificate_has_none(papers: Papers) -> None:
    found = certified(Peer(PROXY, papers), "")
    assert (found.certificate, found.doubt) == (None, "")


@pytest.mark.parametrize(
    "value", ["x", "%", "-----BEGIN CERTIFICATE-----", 'Cert="', "QUJD", ",,", "\udcff"]
)
def test_what_is_no_certificate_is_doubted(papers: Papers, value: str) -> None:
    found = certified(Peer(PROXY, papers), value)
    assert found.certificate is None
    assert found.doubt


def test_a_certificate_of_another_authority_is_doubted(papers: Papers) -> None:
    found = certified(Peer(PROXY, papers), nginx(Authority().pair("SN-1")))
    assert found.certificate is None
    assert "no trusted authority" in found.doubt


def test_an_expired_certificate_is_doubted(folder: TlsFolder, papers: Papers) -> None:
    found = certified(Peer(PROXY, papers), nginx(folder.stations.pair("SN-1", days=-1)))
    assert "expired" in found.doubt


def test_a_revoked_certificate_is_doubted(folder: TlsFolder) -> None:
    mine = folder.stations.pair("SN-1")
    folder.revoke(mine)
    papers = load(Listener(client_ca=(folder.ca,), crl=(folder.crl,)), utc())
    assert certified(Peer(PROXY, papers), nginx(mine)).doubt == "it was revoked"


def test_two_certificates_are_one_too_many(folder: TlsFolder, papers: Papers) -> None:
    header = ("X-Client-Certificate", nginx(folder.stations.pair("SN-1")))
    found = knock(Peer(PROXY, papers), header, header)
    assert (found.certificate, found.doubt) == (None, "it is handed over more than once")


@pytest.mark.parametrize(
    "said", ['Cert="{}"', 'Cert="{}', 'Chain="{}"', 'Chain="{}', 'Chain="{}";x="', 'x=";Cert="{}']
)
def test_what_a_station_says_before_its_proxy_is_one_too_many(
    folder: TlsFolder, papers: Papers, said: str
) -> None:
    """Envoy's APPEND_FORWARD passes on what came: the certificate of anybody, without its key."""
    theirs, mine = folder.stations.pair("SN-1"), folder.stations.pair("SN-2")
    before = said.format(quote(theirs.certificate, safe=""))
    found = certified(Peer(PROXY, papers), f"{before},{envoy(mine)}")
    assert (found.certificate, found.doubt) == (None, "it is handed over more than once")


# --- with a socket ----------------------------------------------------------------------------


async def test_behind_a_proxy_a_station_comes_in_with_its_certificate(folder: TlsFolder) -> None:
    local = networks(["127.0.0.1"])
    listener = Listener(host="127.0.0.1", port=0, client_ca=(folder.ca,), crl=(folder.crl,))
    headers = {
        "X-Forwarded-For": "198.51.100.9",
        "X-Forwarded-Proto": "https",
        "X-Client-Certificate": nginx(folder.stations.pair("CP1")),
    }
    async with site(
        limits=Limits(trusted=local),
        listeners=(listener,),
        proxies=Proxies(local, "X-Client-Certificate"),
        stations=[listing("CP1", security_profile=3)],
    ) as here:
        async with here.dial("/CP1", headers=headers):
            opened = await here.next(wire.Opened)
            assert (opened.profile, opened.remote) == (3, "198.51.100.9")
        del headers["X-Client-Certificate"]
        assert (await here.refusal("/CP1", headers=headers)).response.status_code == 403
