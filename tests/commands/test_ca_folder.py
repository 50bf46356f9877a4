import ssl
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import UTC, datetime
from itertools import count

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from commands.ca import pairs
from commands.ca.algorithm import Algorithm
from commands.ca.folder import AUTHORITIES, CRL, FolderAuthority
from commands.clock import SystemClock
from domain.pki import certificates, chains, crls
from domain.ports import AuthorityAway, AuthorityLocked, AuthorityRefused, Subject
from tests.pki import papers

NOW = SystemClock()
OURS = Subject("CP-1", "ACME Charging")
NAMES = ("csms.example", "127.0.0.1")


def authority(folder, passphrase=None):
    return FolderAuthority(folder, Algorithm.ECDSA, passphrase=lambda: passphrase, clock=NOW)


@pytest.fixture
def own(tmp_path):
    found = authority(tmp_path)
    found.make(Subject("Test", ""), Algorithm.ECDSA, intermediate=False)
    return found


def mode(path):
    return oct(path.stat().st_mode & 0o777)


def sign(own):
    return own.sign(papers.request(papers.ec_key()), OURS, days=10)


def number(chain):
    return certificates.read(chain).serial_number


@pytest.mark.usefixtures("own")
def test_keys_are_for_their_owner_and_lists_for_everybody(tmp_path):
    keys = [*tmp_path.rglob("*.key")]
    assert [mode(key) for key in keys] == ["0o600"]
    assert mode(tmp_path / "ecdsa") == "0o700"
    assert (mode(tmp_path / CRL), mode(tmp_path / AUTHORITIES)) == ("0o644", "0o644")


def test_an_authority_is_made_once(own, tmp_path):
    before = (tmp_path / "ecdsa" / "root.key").read_text()
    with pytest.raises(OSError, match="ecdsa"):
        own.make(Subject("Other", ""), Algorithm.ECDSA, intermediate=False)
    assert (tmp_path / "ecdsa" / "root.key").read_text() == before
    assert {path.name for path in tmp_path.iterdir() if path.is_dir()} == {
        "ecdsa",
        "issued",
        "revoked",
    }


def test_another_algorithm_comes_beside_it(own, tmp_path):
    chain = sign(own)
    own.make(Subject("Test", ""), Algorithm.RSA, intermediate=True)
    assert [*own.authorities()] == [Algorithm.ECDSA, Algorithm.RSA]
    assert len(crls.read((tmp_path / CRL).read_text())) == 3
    assert chains.problem(chain, (tmp_path / AUTHORITIES).read_text(), NOW()) == ""


def test_a_sealed_key_needs_its_passphrase(tmp_path):
    authority(tmp_path, b"secret").make(Subject("Test", ""), Algorithm.ECDSA, intermediate=False)
    assert "ENCRYPTED" in (tmp_path / "ecdsa" / "root.key").read_text()
    assert certificates.read(sign(authority(tmp_path, b"secret"))).common_name == "CP-1"
    with pytest.raises(AuthorityLocked, match="wrong"):
        sign(authority(tmp_path, b"guess"))
    with pytest.raises(AuthorityLocked, match="needs its passphrase"):
        sign(authority(tmp_path))


def test_whoever_is_locked_has_revoked_nothing(tmp_path):
    own = authority(tmp_path, b"secret")
    own.make(Subject("Test", ""), Algorithm.ECDSA, intermediate=False)
    chain = sign(own)
    with pytest.raises(AuthorityLocked):
        authority(tmp_path).revoke(number(chain))
    assert [since for _, since in own.issued()] == [None]


@pytest.mark.usefixtures("own")
def test_a_key_that_is_not_sealed_asks_nobody(tmp_path):
    def ask():
        raise AssertionError

    found = FolderAuthority(tmp_path, Algorithm.ECDSA, passphrase=ask, clock=NOW)
    assert certificates.read(sign(found)).common_name == "CP-1"


def test_where_there_is_no_authority_none_is_asked(tmp_path):
    with pytest.raises(AuthorityAway, match="ampledger ca init"):
        sign(authority(tmp_path / "elsewhere"))


def test_a_folder_of_no_use_is_an_authority_that_is_away(own, tmp_path):
    chain = sign(own)
    (tmp_path / "ecdsa" / "root.key").unlink()
    with pytest.raises(AuthorityAway, match="of no use"):
        sign(own)
    with pytest.raises(AuthorityAway, match="of no use"):
        own.revoke(number(chain))


def test_an_interrupted_revocation_is_completed_by_a_repeat(own, tmp_path):
    revoked = number(sign(own))
    (tmp_path / "revoked" / revoked).write_text(datetime(2026, 1, 1, tzinfo=UTC).isoformat())
    own.revoke(revoked)
    assert crls.revoked([revoked], crls.read((tmp_path / CRL).read_text())) == {revoked}
    assert [since for _, since in own.issued()] == [datetime(2026, 1, 1, tzinfo=UTC)]


def test_nobody_writes_a_list_over_a_newer_one(own, tmp_path):
    numbers = [number(sign(own)) for _ in range(2)]
    with ThreadPoolExecutor(1) as other:
        asked, under_way = count(), []

        def clock():
            if next(asked) == 1:  # what is on the list is known, and not yet written
                under_way.append(other.submit(own.revoke, numbers[1]))
                wait(under_way, timeout=0.5)
            return NOW()

        slow = FolderAuthority(tmp_path, Algorithm.ECDSA, passphrase=lambda: None, clock=clock)
        slow.revoke(numbers[0])
        under_way[0].result()
    assert crls.revoked(numbers, crls.read((tmp_path / CRL).read_text())) == {*numbers}


def test_a_list_that_was_lost_is_written_anew(own, tmp_path):
    revoked = number(sign(own))
    own.revoke(revoked)
    (tmp_path / CRL).unlink()
    own.relist()
    assert crls.revoked([revoked], crls.read((tmp_path / CRL).read_text())) == {revoked}


def test_no_certificate_outlives_its_authority(own, tmp_path):
    chain = own.sign(papers.request(papers.ec_key()), OURS, days=100 * 365)
    root = certificates.read((tmp_path / "ecdsa" / "root.pem").read_text())
    assert certificates.read(chain).not_after == root.not_after


def test_a_certificate_is_good_for_clocks_that_are_slow(own):
    assert certificates.read(sign(own)).not_before < NOW() - papers.DAY / 30


# --- certificates of listeners ---------------------------------------------------------------


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    found = authority(tmp_path_factory.mktemp("both"))
    for algorithm in Algorithm:
        found.make(Subject("Test", ""), algorithm, intermediate=True)
    return found


def test_a_listener_has_the_name_it_is_reached_by(both):
    pair = pairs.for_server(both, Algorithm.ECDSA, NAMES, "ACME", days=1)
    made = x509.load_pem_x509_certificate(pair.chain.encode())
    names = made.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert certificates.read(pair.chain).common_name == "csms.example"
    assert names.get_values_for_type(x509.DNSName) == ["csms.example"]
    assert [str(each) for each in names.get_values_for_type(x509.IPAddress)] == ["127.0.0.1"]
    assert chains.key_problem(pair.chain, pair.key) == ""


@pytest.mark.parametrize(("algorithm", "enciphers"), [("ecdsa", False), ("rsa", True)])
def test_a_key_of_rsa_may_encipher_for_suites_that_exchange_keys_so(both, algorithm, enciphers):
    pair = pairs.for_server(both, Algorithm(algorithm), NAMES, "ACME", days=1)
    made = x509.load_pem_x509_certificate(pair.chain.encode())
    usage = made.extensions.get_extension_for_class(x509.KeyUsage).value
    assert usage == papers.usage(digital_signature=True, key_encipherment=enciphers)


@pytest.mark.parametrize("name", ["", "ü.example", "a" * 65, "a\nb"])
def test_what_is_no_name_of_a_listener_is_refused(both, name):
    with pytest.raises(AuthorityRefused):
        pairs.for_server(both, Algorithm.ECDSA, (name,), "", days=1)


@pytest.mark.parametrize(
    "suite",
    [
        "ECDHE-ECDSA-AES128-GCM-SHA256",
        "ECDHE-ECDSA-AES256-GCM-SHA384",
        "AES128-GCM-SHA256",
        "AES256-GCM-SHA384",
    ],
)
def test_with_both_certificates_a_listener_speaks_the_four_suites_of_tc_086(both, tmp_path, suite):
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.set_ciphers("ALL")
    for algorithm in Algorithm:
        pair = pairs.for_server(both, algorithm, NAMES, "ACME", days=1)
        path = pair.write(tmp_path / algorithm)
        server.load_cert_chain(path, path.with_suffix(".key"))
    roots = "".join(pem for chain in both.authorities().values() for pem in _pem(chain[-1:]))
    client = ssl.create_default_context(cadata=roots)
    client.maximum_version = ssl.TLSVersion.TLSv1_2
    client.set_ciphers(suite)
    assert _shaken(client, server) == suite


def _pem(found):
    return [each.public_bytes(Encoding.PEM).decode() for each in found]


def _shaken(client, server):
    """The suite that two sides agree on, without a socket."""
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    sides = [
        client.wrap_bio(to_client, to_server, server_hostname="csms.example"),
        server.wrap_bio(to_server, to_client, server_side=True),
    ]
    waiting = list(sides)
    while waiting:
        side = waiting.pop(0)
        try:
            side.do_handshake()
        except ssl.SSLWantReadError:
            waiting.append(side)
    return sides[0].cipher()[0]
