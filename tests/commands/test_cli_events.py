"""Events on the command line."""

import json

import pytest

from commands.client import Client
from commands.terminal import events


def lines(ran):
    assert ran.exit_code == 0, ran.stderr
    return [json.loads(line) for line in ran.stdout.splitlines()]


def test_events_are_shown_as_a_table_or_as_cloud_events(ampledger, name):
    shown = lines(ampledger("events", "--station", name, "--json"))
    assert [each["type"] for each in shown] == [
        "ampledger.station.registered.v1",
        "ampledger.station.configured.v1",
    ]
    assert {each["specversion"] for each in shown} == {"1.0"}
    table = ampledger("events", "--station", name).stdout
    assert f"station/{name}" in table
    assert "ampledger.station.registered.v1" in table


def test_events_are_chosen(ampledger, name):
    chosen = ("--station", name, "--json", "--type", "ampledger.station.reg*")
    (first,) = lines(ampledger("events", *chosen, "--type", "ampledger.call.*"))
    assert first["type"] == "ampledger.station.registered.v1"
    assert lines(ampledger("events", *chosen, "--after", first["id"])) == []
    assert lines(ampledger("events", *chosen, "--since", "2099-01-01T00:00Z")) == []
    assert len(lines(ampledger("events", "--json", "--limit", "1"))) == 1


def test_a_type_that_nobody_tells_is_an_error(ampledger):
    ran = ampledger("events", "--type", "ampledger.moon.*")
    assert ran.exit_code == 1
    assert "there are no events of type ampledger.moon.*" in ran.stderr


@pytest.mark.usefixtures("ampledger")
def test_following_shows_what_comes(installation, ampledger, name):
    client = Client(installation.api_url, installation.admin_token)
    following = events.following(client, 0, {"station": name})
    first = next(following)
    ampledger("stations", "remove", name)
    second = next(following)
    assert len(first) == 2
    assert [each["type"] for each in second] == ["ampledger.station.removed.v1"]
