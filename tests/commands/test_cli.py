import json


def test_a_station_is_added_shown_listed_removed(ampledger):
    added = ampledger("stations", "add", "C/1", "--note", "by the door", "--json")
    assert json.loads(added.stdout)["note"] == "by the door"
    assert "by the door" in ampledger("stations", "show", "C/1").stdout
    assert "C/1" in ampledger("stations", "list").stdout
    assert ampledger("stations", "remove", "C/1").exit_code == 0
    assert ampledger("stations", "show", "C/1").exit_code == 1


def test_stations_and_tokens_are_imported(ampledger, tmp_path):
    stations, tokens = tmp_path / "stations.csv", tmp_path / "tokens.csv"
    stations.write_text("id,heartbeat_interval,note\nI-1,60,first\nI-2,,\n")
    tokens.write_text("\ufeffid_tag,status,concurrent_limit\nI-T1,Accepted,2\nI-T2,Blocked,\n")

    assert json.loads(ampledger("stations", "import", stations).stdout) == {"stations": 2}
    assert json.loads(ampledger("tokens", "import", tokens).stdout) == {"tokens": 2}
    shown = json.loads(ampledger("stations", "show", "I-1", "--json").stdout)
    listed = ampledger("tokens", "list", "--json").stdout.splitlines()
    assert shown["heartbeat_interval"] == 60
    assert {"I-T1", "I-T2"} <= {json.loads(line)["id_tag"] for line in listed}


def test_a_token_is_forgotten(ampledger):
    ampledger("tokens", "add", "FORGET-1", "--note", "of somebody")
    forgotten = json.loads(ampledger("tokens", "forget", "FORGET-1", "--json").stdout)
    assert forgotten["pseudonym"].startswith("anon-")
    assert "FORGET-1" not in ampledger("tokens", "list").stdout
    unknown = ampledger("tokens", "forget", "FORGET-2")
    assert unknown.exit_code == 1
    assert "nothing is known" in unknown.stderr


def test_a_line_that_cannot_be_imported_is_named(ampledger, tmp_path):
    file = tmp_path / "stations.csv"
    file.write_text("id,heartbeat_interval\nI-3,60\nI-4,often\n")
    failed = ampledger("stations", "import", file)
    assert failed.exit_code == 1
    assert "line 3" in failed.stderr
    assert "heartbeat_interval" in failed.stderr


def test_a_file_without_names_cannot_be_imported(ampledger, tmp_path):
    file = tmp_path / "stations.csv"
    file.write_text("CP1\nCP2\n")
    assert "must name the columns" in ampledger("stations", "import", file).stderr


def test_a_call_to_a_station_that_is_away_fails(ampledger):
    ampledger("stations", "add", "C-3")
    away = ampledger("call", "C-3", "Reset", '{"type":"Soft"}')
    assert (away.exit_code, away.stderr) == (
        1,
        "ampledger: the station is not connected (HTTP 409)\n",
    )


def test_a_call_that_waits_for_its_station_is_not_over(ampledger):
    ampledger("stations", "add", "C-4")
    waiting = ampledger("call", "C-4", "ClearCache", "--ttl", "60", "--wait", "0", "--json")
    assert waiting.exit_code == 3
    assert json.loads(waiting.stdout)["status"] == "queued"


def test_a_payload_that_is_no_json_does_not_leave(ampledger):
    wrong = ampledger("call", "C-3", "Reset", "{type:Soft}")
    assert wrong.exit_code == 2
    assert "no JSON" in wrong.stderr


def test_the_journal_of_a_station_is_shown(ampledger):
    ampledger("stations", "add", "prune")  # named like a command
    for words in (("journal", "show", "prune"), ("journal", "C-3")):
        assert "RegisterStation" in ampledger(*words).stdout


def test_old_days_of_the_journal_are_dropped(ampledger):
    assert ampledger("journal", "prune", "--days", "30").stdout == "0 rows dropped\n"


def test_users_come_and_go(ampledger, monkeypatch):
    token = ampledger("users", "add", "carol", "--role", "viewer").stdout.strip()
    monkeypatch.setenv("AMPLEDGER_TOKEN", token)
    assert ampledger("stations", "list").exit_code == 0
    assert "this is for the role admin" in ampledger("stations", "add", "C-5").stderr

    assert ampledger("users", "revoke", "carol").exit_code == 0
    assert "revoked" in ampledger("stations", "list").stderr
    assert "carol" in ampledger("users", "list").stdout


def test_a_name_or_role_that_cannot_be_is_refused(ampledger):
    ampledger("users", "add", "dave")
    assert "there is, or was, a user dave" in ampledger("users", "add", "dave").stderr
    assert (
        "there are viewer, operator, admin" in ampledger("users", "add", "x", "--role", "k").stderr
    )
    assert "there is no user nobody" in ampledger("users", "revoke", "nobody").stderr


def test_a_read_model_is_built_anew(ampledger):
    assert ampledger("rebuild", "strangers").exit_code == 0
    assert "is no read model; there are stations" in ampledger("rebuild", "nothing").stderr


def test_transactions_are_listed(ampledger):
    assert ampledger("transactions", "list", "--open", "--json").stdout == ""
    assert ampledger("transactions", "show", 99).exit_code == 1
    assert ampledger("transactions", "close", 99, "--reason", "x").exit_code == 1


def test_an_api_that_is_away_is_an_error_in_one_line(ampledger, monkeypatch):
    monkeypatch.setenv("AMPLEDGER_API_URL", "http://127.0.0.1:9")
    failed = ampledger("stations", "list")
    assert failed.exit_code == 1
    assert failed.stderr.startswith("ampledger: the API at http://127.0.0.1:9 does not answer")
    assert failed.stderr.count("\n") == 1


def test_a_wrong_setting_is_an_error_in_one_line(ampledger, monkeypatch):
    monkeypatch.setenv("AMPLEDGER_PARTITIONS", "0")
    failed = ampledger("stations", "list")
    assert (failed.exit_code, failed.stderr.count("\n")) == (2, 1)


def test_a_file_of_settings_can_be_named_before_the_command(ampledger, tmp_path):
    file = tmp_path / "a.toml"
    file.write_text("partitions = 0")
    assert "AMPLEDGER_PARTITIONS" in ampledger("--config", file, "stations", "list").stderr


def test_settings_are_listed_with_what_they_are_for(ampledger):
    listed = ampledger("settings").stdout
    assert "AMPLEDGER_JOURNAL_RETENTION_DAYS" in listed
    assert "days the journal is kept" in listed


def test_the_version_is_told(ampledger):
    assert ampledger("--version").stdout[0].isdigit()


def test_a_role_of_its_own_says_what_it_lacks(ampledger):
    failed = ampledger("gateway")
    assert failed.exit_code == 2
    assert "AMPLEDGER_DATABASE_URL must be set" in failed.stderr


def test_without_a_token_it_is_said_where_one_comes_from(ampledger, monkeypatch, tmp_path):
    monkeypatch.delenv("AMPLEDGER_TOKEN")
    failed = ampledger("--data", tmp_path, "stations", "list")
    assert failed.exit_code == 1
    assert "AMPLEDGER_TOKEN" in failed.stderr
    assert str(tmp_path) in failed.stderr


def test_a_command_says_in_one_line_what_it_does(ampledger):
    assert "..." not in ampledger("--help").stdout.partition("Commands:")[2]


def test_simulating_stations_nobody_registered_fails_and_says_what_to_do(ampledger, installation):
    words = ("--stations", 1, "--prefix", "NOBODY-", "--seconds", 1)
    failed = ampledger("simulate", *words, "--url", installation.gateway_url)
    assert failed.exit_code == 1
    assert "HTTP 404; --adopt registers them" in failed.stderr


def test_stations_are_simulated(ampledger, installation):
    pace = ("--idle", "0.1", "--session", "0.2", "--sample", "0.1")
    ran = ampledger(
        "simulate", "--adopt", "--stations", 3, "--seconds", 3, *pace,
        "--url", installation.gateway_url, "--json",
    )  # fmt: skip
    counts = json.loads(ran.stdout)
    assert counts["errors"] == 0, counts["last_error"]
    assert counts["sessions"] > 0
