"""What is wrong with the files of a listener is said before anybody connects."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)

from gateway.listeners import ClientCertificates, KeyPair
from gateway.papers import load
from gateway.tls import Unusable
from tests.authority import Authority, Pair, pem_of, request_of
from tests.gateway.stage import utc
from tests.gateway.tls_files import TlsFolder

LATER = timedelta(days=1)


@pytest.fixture
def folder(tmp_path: Path) -> TlsFolder:
    return TlsFolder(tmp_path)


def encrypted(folder: TlsFolder, passphrase: str) -> KeyPair:
    """The RSA pair, its key encrypted with "open sesame"."""
    key = load_pem_private_key(folder.rsa.key.read_bytes(), None)
    sealed = key.private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"open sesame")
    )
    folder.rsa.key.write_bytes(sealed)
    return replace(folder.rsa, passphrase=folder.write("passphrase", passphrase))


def weak(folder: TlsFolder) -> KeyPair:
    key = rsa.generate_private_key(public_exponent=65537, key_size=1024)
    return folder.put("weak", Pair(folder.ours.certify(request_of(key, "x")), pem_of(key)))


def test_good_files_make_a_context_and_tell_when_they_expire(folder: TlsFolder) -> None:
    papers = load(folder.listener(ClientCertificates.REQUIRED), utc())
    assert papers.context
    assert papers.expires
    assert papers.expires > utc() + LATER


def test_an_encrypted_key_is_opened_with_its_passphrase(folder: TlsFolder) -> None:
    pair = encrypted(folder, "open sesame\n")
    assert load(folder.listener(pairs=(pair,)), utc()).context


def test_a_file_counts_among_those_that_are_watched(folder: TlsFolder) -> None:
    pair = encrypted(folder, "open sesame")
    watched = folder.listener(pairs=(pair,)).files
    assert set(watched) == {pair.certificate, pair.key, pair.passphrase, folder.ca, folder.crl}


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda f: f.rsa.certificate.unlink(), r"rsa.pem: No such file"),
        (lambda f: f.rsa.key.unlink(), r"rsa.key: No such file"),
        (lambda f: f.write("rsa.pem", "nonsense"), r"rsa.pem: it is no PEM"),
        (lambda f: f.write("rsa.key", "nonsense"), r"rsa.key: the key .* cannot be read"),
        (lambda f: f.write("rsa.key", f.ecdsa.key.read_text()), r"rsa.key: .* not that of"),
        (lambda f: f.put("rsa", f.ours.pair("x", days=-1)), r"rsa.pem: .* expired"),
        (lambda f: f.write("stations.pem", "nonsense"), r"stations.pem: .* no certificate"),
        (lambda f: f.ca.unlink(), r"stations.pem: No such file"),
        (lambda f: f.crl.unlink(), r"crl.pem: No such file"),
        (lambda f: f.write("crl.pem", "nonsense"), r"crl.pem: "),
        (lambda f: f.write("stations.pem", Authority().pem), r"crl.pem: .* not signed by"),
    ],
)
def test_a_file_that_is_of_no_use_is_named_with_the_reason(
    folder: TlsFolder, spoil: Callable[[TlsFolder], object], said: str
) -> None:
    listener = folder.listener(ClientCertificates.REQUIRED)
    spoil(folder)
    with pytest.raises(Unusable, match=said):
        load(listener, utc())


@pytest.mark.parametrize("passphrase", ["open barley", "", "\n"])
def test_a_wrong_passphrase_is_said_and_not_asked_for(folder: TlsFolder, passphrase: str) -> None:
    pair = encrypted(folder, passphrase)
    with pytest.raises(Unusable, match=r"rsa.key: ") as refused:
        load(folder.listener(pairs=(pair,)), utc())
    assert "open" not in str(refused.value)


def test_an_encrypted_key_without_passphrase_is_said_and_not_asked_for(folder: TlsFolder) -> None:
    pair = replace(encrypted(folder, ""), passphrase=None)
    with pytest.raises(Unusable, match=r"rsa.key: "):
        load(folder.listener(pairs=(pair,)), utc())


def test_a_short_key_is_refused(folder: TlsFolder) -> None:
    """A00.FR.507."""
    with pytest.raises(Unusable, match=r"weak.pem: its RSA key has 1024 bits, fewer than 2048"):
        load(folder.listener(pairs=(weak(folder),)), utc())


def test_a_certificate_that_expires_later_is_of_no_use_then(folder: TlsFolder) -> None:
    with pytest.raises(Unusable, match="expired"):
        load(folder.listener(), utc() + timedelta(days=100))
