import hashlib
import re
import subprocess
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from domain.pki import hashes
from domain.pki.certificates import Unreadable
from domain.pki.hashes import HashData
from tests.pki import papers

ROOT, RSA_ROOT = papers.root(), papers.root("Root of RSA", key=papers.rsa_key())
LEAF, RSA_LEAF = papers.leaf(ROOT, serial=0x0F00D), papers.leaf(RSA_ROOT)
ALGORITHMS = ("SHA256", "SHA384", "SHA512")


def by_openssl(folder, made, issuer, algorithm):
    """The same as `openssl ocsp` asks for."""
    for file, text in (("leaf.pem", made.pem), ("issuer.pem", issuer.pem)):
        (folder / file).write_text(text)
    command = (
        *("openssl", "ocsp", "-no_nonce", "-req_text", f"-{algorithm.lower()}"),
        *("-issuer", "issuer.pem", "-cert", "leaf.pem"),
    )
    told = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=False, timeout=30
    ).stdout
    told = re.sub(r"\\\n\s*", "", told)  # it breaks long lines
    names = ("Issuer Name Hash", "Issuer Key Hash", "Serial Number")
    return HashData(algorithm, *(re.findall(rf"{it}: ([0-9A-F]+)", told)[0] for it in names))


@pytest.mark.parametrize("algorithm", ALGORITHMS)
@pytest.mark.parametrize(
    ("made", "issuer"), [(LEAF, ROOT), (RSA_LEAF, RSA_ROOT), (ROOT, ROOT), (RSA_ROOT, RSA_ROOT)]
)
def test_the_hashes_are_those_of_openssl(made, issuer, algorithm, tmp_path):
    found = hashes.hash_data(made.pem, issuer.pem, algorithm)
    assert hashes.same(found, by_openssl(tmp_path, made, issuer, algorithm))


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_they_are_of_the_name_in_der_and_of_the_bits_of_the_key(algorithm):
    digest = getattr(hashlib, algorithm.lower())
    found = hashes.hash_data(LEAF.pem, ROOT.pem, algorithm)
    point = ROOT.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    name = LEAF.certificate.issuer.public_bytes()
    assert found == HashData(algorithm, digest(name).hexdigest(), digest(point).hexdigest(), "f00d")


def test_a_root_has_signed_itself():
    assert hashes.hash_data(ROOT.pem) == hashes.hash_data(ROOT.pem, ROOT.pem)


def test_of_what_has_not_signed_itself_the_issuer_is_needed():
    with pytest.raises(Unreadable, match="issuer is needed"):
        hashes.hash_data(LEAF.pem)


def test_a_hash_that_ocpp_does_not_know_is_refused():
    with pytest.raises(Unreadable, match="SHA1 is none of"):
        hashes.hash_data(ROOT.pem, None, "SHA1")


@given(st.lists(st.booleans(), min_size=200, max_size=200), st.integers(0, 3))
def test_stations_may_write_it_in_either_case_and_with_zeros(upper, zeros):
    found = hashes.hash_data(LEAF.pem, ROOT.pem)

    def as_written(text):
        return "".join(a.upper() if up else a for a, up in zip(text, upper, strict=False))

    reported = HashData(
        "SHA256",
        as_written(found.issuer_name_hash),
        as_written(found.issuer_key_hash),
        "0" * zeros + as_written(found.serial_number),
    )
    assert hashes.same(found, reported)


@pytest.mark.parametrize(
    "part", ["hash_algorithm", "issuer_name_hash", "issuer_key_hash", "serial_number"]
)
def test_what_differs_in_one_part_is_another(part):
    found = hashes.hash_data(LEAF.pem, ROOT.pem)
    assert not hashes.same(found, replace(found, **{part: "ab"}))
