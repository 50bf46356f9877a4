"""Everybody on a machine sees the arguments of its processes: no secret is ever one of them."""

import re

import pytest
import typer
from typer.testing import CliRunner

from commands.cli import application

SECRET = re.compile(r"pass|secret|token|key|credential|pin\b", re.IGNORECASE)
HARMLESS = {  # they name something; they are nothing that anybody has to know
    ("config set", "key"),
    ("config drop", "key"),
    ("config ask", "keys"),
    ("users tokens revoke", "token"),  # its id
    ("ca client", "key"),  # of which kind
    ("meter-keys set", "key"),  # a public one, as are the following
    ("proof", "meter_key"),
    ("proof", "public_key"),
    ("verify", "public_key"),
}


def parameters():
    """Every argument and every option with a value, of every command."""

    def walk(command, path):
        for parameter in command.params:
            if not getattr(parameter, "is_flag", False):
                yield " ".join(path), parameter.name, parameter.opts
        for name, sub in getattr(command, "commands", {}).items():
            yield from walk(sub, [*path, name])

    return list(walk(typer.main.get_command(application()), []))


def test_no_command_takes_a_secret_as_an_argument():
    found = parameters()
    assert len(found) > 150
    suspicious = {
        (command, name)
        for command, name, _ in found
        if SECRET.search(name) and not name.endswith("_file")
    }
    assert suspicious <= HARMLESS


@pytest.mark.parametrize(
    "words",
    [
        ["config", "set", "CP1", "AuthorizationKey", "s3cret"],
        ["config", "set", "CP1", " authorizationKEY", "s3cret"],
        ["call", "CP1", "ChangeConfiguration", '{"key":"AuthorizationKey","value":"s3cret"}'],
    ],
)
def test_a_secret_among_the_arguments_is_refused(words):
    refused = CliRunner().invoke(application(), words)
    assert refused.exit_code == 2
    assert "is a secret: give - for it" in refused.stderr
    assert "s3cret" not in refused.output


def test_what_helps_shows_no_option_with_a_secret():
    for command in {name for name, _, _ in parameters()} - {""}:
        shown = CliRunner().invoke(application(), [*command.split(), "--help"])
        assert shown.exit_code == 0, command
        assert not re.search(r"--(password|token|secret|key|passphrase) +TEXT", shown.stdout)
