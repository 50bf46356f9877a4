"""A key of one's own and the request for it, as the rest of the package reads them."""

import pytest

from domain.pki import keys, requests
from domain.pki.reading import Unreadable


def test_a_request_is_signed_with_the_key_and_names_whoever_asks():
    made = requests.read(keys.request(keys.made(), common_name="SN-1", organisation="Wattson"))
    assert (made.common_name, made.organisation) == ("SN-1", "Wattson")
    assert (made.key, made.bits) == ("EC-secp256r1", 256)


def test_every_key_is_another_one():
    asked = [keys.request(keys.made(), common_name="S", organisation="") for _ in range(2)]
    assert len({requests.read(each).key_fingerprint for each in asked}) == 2


def test_a_request_may_leave_the_organisation_out():
    made = requests.read(keys.request(keys.made(), common_name="SN-1", organisation=""))
    assert made.organisation == ""


@pytest.mark.parametrize("key", ["", "nonsense", "-----BEGIN PRIVATE KEY-----\nAA==\n"])
def test_what_is_no_key_signs_nothing(key):
    with pytest.raises(Unreadable):
        keys.request(key, common_name="S", organisation="")


def test_a_name_that_no_certificate_has_room_for_is_an_error_too():
    with pytest.raises(Unreadable):
        keys.request(keys.made(), common_name="S" * 65, organisation="")
