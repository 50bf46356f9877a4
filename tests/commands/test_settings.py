import os
from typing import get_args

import pytest
from pydantic import ValidationError

from commands import settings
from commands.choices import gateway as choices
from commands.choices import shared
from commands.settings import SettingsError


@pytest.fixture(autouse=True)
def _clean(monkeypatch):
    for name in list(os.environ):
        if name.startswith("AMPLEDGER_"):
            monkeypatch.delenv(name)


@pytest.fixture
def env(monkeypatch):
    def put(**values):
        for name, value in values.items():
            monkeypatch.setenv(f"AMPLEDGER_{name}", value)

    return put


@pytest.fixture
def file(tmp_path):
    def write(text):
        path = tmp_path / "ampledger.toml"
        path.write_text(text)
        return path

    return write


def test_without_settings_everything_is_embedded():
    chosen = settings.read()
    assert (chosen.database_url, chosen.broker_url, chosen.partitions) == ("", "", 32)


def test_the_command_line_goes_before_the_environment_before_the_file(env, file):
    path = file("api_port = 1\ngateway_port = 1\nops_port = 1\n")
    env(API_PORT="2", GATEWAY_PORT="2", CONFIG=str(path))
    chosen = settings.read(api_port=3)
    assert (chosen.api_port, chosen.gateway_port, chosen.ops_port) == (3, 2, 1)


def test_what_the_command_line_does_not_say_is_not_said(env):
    env(DATA="elsewhere")
    assert str(settings.read(data=None, config=None).data) == "elsewhere"


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("PARTITIONS", "0", "greater than or equal to 1"),
        ("PARTITIONS", "many", "integer"),
        ("LOG_FORMAT", "xml", "'auto', 'json' or 'console'"),
        ("UNKNOWN_STATIONS", "maybe", "'refuse' or 'accept'"),
        ("DATABASE_URL", "mysql://x", "must begin with postgresql://"),
        ("BROKER_URL", "http://x", "must begin with amqp://"),
        ("NAMESPACE", "Über", "pattern"),
        ("DOMAIN_INDEX", "1", "less than AMPLEDGER_DOMAIN_WORKERS"),
        ("LEASE_INTERVAL", "15", "less than AMPLEDGER_LEASE_SECONDS"),
        ("ADMIN_TOKEN", "short", "at least 16 characters"),
        ("SECRET_KEY", "x", "URL-safe base64"),
        ("CONFIG", "/nowhere/at.toml", "no file"),
    ],
)
def test_a_wrong_setting_is_named_with_what_is_allowed(env, name, value, said):
    env(**{name: value})
    with pytest.raises(SettingsError, match=f"AMPLEDGER_{name}") as refused:
        settings.read()
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


def test_each_wrong_setting_has_its_line(env):
    env(PARTITIONS="0", LOG_LEVEL="loud")
    with pytest.raises(SettingsError) as refused:
        settings.read()
    assert len(str(refused.value).splitlines()) == 2


@pytest.mark.parametrize("name", ["DATABASE_URL", "BROKER_URL", "ADMIN_TOKEN", "SECRET_KEY"])
def test_a_secret_is_not_repeated_in_an_error(env, name):
    env(**{name: "x://u:pw123@h"})
    with pytest.raises(SettingsError) as refused:
        settings.read()
    assert "pw123" not in str(refused.value)


def test_a_misspelt_variable_is_an_error_that_names_the_right_one(env):
    env(DATABSE_URL="postgresql://x")
    with pytest.raises(SettingsError, match="did you mean AMPLEDGER_DATABASE_URL"):
        settings.read()


def test_the_file_may_be_named_by_its_path_as_the_command_line_does(file):
    assert settings.read(config=file("partitions = 3")).partitions == 3


def test_a_misspelt_line_of_the_file_is_an_error_that_names_the_right_one(file):
    with pytest.raises(SettingsError, match="did you mean partitions"):
        settings.read(config=file("partitons = 3"))


def test_a_file_that_is_no_toml_is_an_error(file):
    with pytest.raises(SettingsError, match="no TOML"):
        settings.read(config=file("partitions = "))


def test_what_kubernetes_says_of_services_is_passed_over(env):
    env(
        API_PORT="tcp://10.0.0.1:80",
        API_SERVICE_HOST="10.0.0.1",
        API_SERVICE_PORT_HTTP="80",
        API_PORT_80_TCP="tcp://10.0.0.1:80",
        API_PORT_80_TCP_ADDR="10.0.0.1",
    )
    assert settings.read().api_port == 8000


def test_settings_cannot_be_changed():
    with pytest.raises(ValidationError):
        settings.read().partitions = 3


def test_secrets_are_not_in_the_text_of_the_settings(env):
    env(DATABASE_URL="postgresql://u:pw123@h/d", ADMIN_TOKEN="pw123" * 4)
    assert "pw123" not in repr(settings.read())


def test_every_setting_says_what_it_is_for():
    assert all(field.description for field in settings.Settings.model_fields.values())


def test_roles_on_one_machine_have_ports_of_their_own():
    chosen, roles = settings.read(), get_args(settings.Role)
    assert len({chosen.ops_port_of(role) for role in roles}) == 5
    assert settings.read(ops_port=7).ops_port_of("api") == 7


# --- where stations connect -------------------------------------------------------------------

_PAIR = '{"certificate": "c.pem", "key": "c.key"}'


def test_listeners_come_from_a_list_in_json(env):
    env(
        LISTENERS=f"""[{{"port": 9000}}, {{"port": 9443, "certificates": [{_PAIR}],
        "client_certificates": "required", "client_ca": ["ca.pem"], "crl": ["crl.pem"]}}]"""
    )
    plain, secure = choices.listeners(settings.read())
    assert (plain.port, plain.is_encrypted) == (9000, False)
    assert (secure.port, secure.client_certificates) == (9443, "required")
    assert [str(path) for path in secure.files] == ["c.pem", "c.key", "ca.pem", "crl.pem"]


def test_listeners_come_from_tables_of_the_file(file):
    path = file(
        """
        [[listeners]]
        port = 9443
        certificates = [
          {certificate = "ec.pem", key = "ec.key"},
          {certificate = "rsa.pem", key = "rsa.key", passphrase_file = "rsa.pass"},
        ]
        """
    )
    (secure,) = choices.listeners(settings.read(config=str(path)))
    assert [pair.certificate.name for pair in secure.certificates] == ["ec.pem", "rsa.pem"]
    assert str(secure.certificates[1].passphrase) == "rsa.pass"


def test_without_listeners_there_is_one_without_tls():
    (plain,) = choices.listeners(settings.read(gateway_host="127.0.0.1", gateway_port=1))
    assert (plain.host, plain.port, plain.is_encrypted) == ("127.0.0.1", 1, False)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("[{", "LISTENERS: this is no JSON"),
        ('[{"port": 70000}]', "LISTENERS[0].port=70000: "),
        ('[{"host": "::"}]', "LISTENERS[0].port="),
        ('[{"port": 1, "tls": true}]', "LISTENERS[0].tls=True: Extra inputs"),
        ('[{"port": 1, "certificates": [{"key": "k"}]}]', "LISTENERS[0].certificates[0].certifi"),
        ('[{"port": 1, "client_certificates": "maybe"}]', "'none', 'optional' or 'required'"),
        ('[{"port": 1, "client_certificates": "required"}]', "needs TLS: name certificates"),
        (
            f'[{{"port": 1, "certificates": [{_PAIR}], "client_certificates": "optional"}}]',
            "needs client_ca",
        ),
        ('[{"port": 1, "crl": ["x"]}]', "crl needs client_ca"),
    ],
)
def test_a_wrong_listener_is_named_with_its_place(env, value, said):
    env(LISTENERS=value)
    with pytest.raises(SettingsError, match="AMPLEDGER_LISTENERS") as refused:
        settings.read()
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("chosen", "said"),
    [
        ({"unknown_stations": "accept"}, "ALLOW_SECURITY_PROFILE_0=true"),
        ({"trusted_proxies": "10.0.0.1/8"}, "host bits"),
        ({"trusted_proxies": "proxy.example"}, "proxy.example"),
        ({"client_certificate_header": "X-Cert"}, "needs AMPLEDGER_TRUSTED_PROXIES"),
        (
            {"client_certificate_header": "X-Cert", "trusted_proxies": "10.0.0.1"},
            "needs a listener with client_ca",
        ),
    ],
)
def test_what_would_let_anybody_in_is_refused(chosen, said):
    with pytest.raises(SettingsError) as refused:
        settings.read(**chosen)
    assert said in str(refused.value)


def test_trusted_proxies_are_networks_with_commas_between():
    chosen = settings.read(trusted_proxies="10.0.0.0/8, ::1")
    assert [str(network) for network in shared.trusted(chosen)] == ["10.0.0.0/8", "::1/128"]


def test_an_organisation_is_asked_for_only_where_it_is_checked():
    strict = settings.read(cpo_name="Amperes")
    loose = settings.read(cpo_name="Amperes", check_certificate_organisation=False)
    assert choices.admission_policy(strict).organisation == "Amperes"
    assert not choices.admission_policy(loose).organisation
