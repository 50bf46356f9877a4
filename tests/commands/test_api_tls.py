"""The API over TLS, from the settings to the command line that finds it."""

import ssl
import subprocess
import urllib.request

import pytest
import trustme

from commands import settings
from commands.choices import api as choices
from commands.settings import SettingsError
from tests.api.doorstep import NOON
from tests.installation import Installation


@pytest.fixture
def certified(tmp_path):
    """The files of a certificate and its key, and the authority that made them."""
    authority = trustme.CA()
    made = authority.issue_cert("csms.example")
    certificate, key = tmp_path / "api.pem", tmp_path / "api.key"
    made.private_key_pem.write_to_path(key)
    for blob in made.cert_chain_pems:
        blob.write_to_path(certificate, append=True)
    return certificate, key, authority


def test_a_certificate_and_its_key_go_together(certified):
    with pytest.raises(SettingsError, match="API_KEY go together"):
        settings.read(api_certificate=certified[0])


def test_what_is_no_certificate_is_said_to_be_none(certified, tmp_path):
    wrong = tmp_path / "wrong.pem"
    wrong.write_text("nothing")
    chosen = settings.read(api_certificate=wrong, api_key=certified[1])
    with pytest.raises(SettingsError, match=r"API_CERTIFICATE: .*wrong\.pem"):
        choices.api_listening(chosen, NOON)


def test_a_command_knows_the_api_of_its_machine_by_the_certificate(certified, tmp_path):
    certificate, key, authority = certified
    with Installation(tmp_path, API_CERTIFICATE=str(certificate), API_KEY=str(key)) as running:
        running.start("run")
        running.issue_token("ABC")

        port = running.api_url.rpartition(":")[2]
        trusting = ssl.create_default_context()
        authority.configure_trust(trusting)
        trusting.check_hostname = False
        with urllib.request.urlopen(f"https://127.0.0.1:{port}/docs", context=trusting) as page:
            assert page.headers["strict-transport-security"] == "max-age=31536000"

        trustme.CA().issue_cert("csms.example").cert_chain_pems[0].write_to_path(certificate)
        with pytest.raises(subprocess.CalledProcessError):
            running.issue_token("DEF")
