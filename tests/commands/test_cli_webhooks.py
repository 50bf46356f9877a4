"""`ampledger webhooks`."""

import json


def test_a_webhook_is_added_listed_paused_resumed_removed(ampledger):
    url = "https://receiver.invalid/"
    added = ampledger(
        "webhooks", "add", url, "--name", "x", "--type", "ampledger.station.*", "--json"
    )
    made = json.loads(added.stdout)
    assert made["secret"].startswith("whsec_")
    rows = map(json.loads, ampledger("webhooks", "list", "--json").stdout.splitlines())
    assert made["id"] in {row["id"] for row in rows}
    assert ampledger("webhooks", "pause", made["id"]).stdout.startswith(f"{made['id']} is paused")
    resumed = ampledger("webhooks", "resume", made["id"], "--after", 0).stdout
    assert resumed.startswith(f"{made['id']} is active at position ")
    assert ampledger("webhooks", "rotate", made["id"]).stdout.startswith("whsec_")
    assert ampledger("webhooks", "drop-secret", made["id"]).exit_code == 0
    assert url in ampledger("webhooks", "show", made["id"]).stdout
    assert ampledger("webhooks", "attempts", made["id"], "--json").exit_code == 0
    assert ampledger("webhooks", "remove", made["id"]).exit_code == 0
    assert f"there is no webhook {made['id']}" in ampledger("webhooks", "show", made["id"]).stderr
