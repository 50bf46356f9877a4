import json


def test_a_station_is_shown_as_it_was_and_what_changed(ampledger):
    first = json.loads(ampledger("stations", "add", "TT-1", "--note", "one", "--json").stdout)
    ampledger("stations", "add", "TT-1", "--note", "two")
    events = json.loads(f"[{','.join(timeline(ampledger, 'TT-1', '--kind', 'wish'))}]")
    at, later = (each["at"] for each in events)
    at, later = at.replace("Z", "999Z"), later.replace("Z", "999Z")  # the end of the millisecond

    state = json.loads(ampledger("replay", "--station", "TT-1", "--at", at, "--json").stdout)
    assert (state["station"]["note"], first["note"]) == ("one", "one")
    assert "as of" in ampledger("replay", "--station", "TT-1", "--at", later).stdout

    asked = ("replay", "--station", "TT-1", "--at", later, "--compare-with", at)
    found = json.loads(ampledger(*asked, "--json").stdout)
    changed = {each["member"]: (each["before"], each["after"]) for each in found["differences"]}
    assert changed == {"note": ("one", "two")}
    assert "station.configured" in ampledger(*asked).stdout


def timeline(ampledger, *words):
    return ampledger("timeline", *words, "--json").stdout.splitlines()


def test_the_timeline_of_a_station_tells_what_each_thing_led_to(ampledger):
    ampledger("stations", "add", "47110815")  # named like a transaction
    shown = ampledger("timeline", "47110815").stdout
    assert "RegisterStation" in shown
    assert "└ station.registered" in shown
    assert timeline(ampledger, "47110815", "--station", "--kind", "frame", "--kind", "due") == []
    assert len(timeline(ampledger, "47110815", "--from", "2026-01-01T00:00:00Z")) == 1


def test_what_to_replay_must_be_said(ampledger):
    failed = ampledger("replay", "--at", "2026-01-01T00:00:00Z")
    assert (failed.exit_code, "either" in failed.stderr) == (2, True)
    missing = ampledger("replay", "--transaction", "999999", "--at", "2026-01-01T00:00:00Z")
    assert (missing.exit_code, "no transaction" in missing.stderr) == (1, True)
