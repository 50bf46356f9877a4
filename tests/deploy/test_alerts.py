import json
import re
from pathlib import Path

import pytest
import yaml  # type: ignore[import-untyped]  # it ships no types

ROOT = Path(__file__).parents[2]
MONITORING = ROOT / "deploy" / "monitoring"
SOURCES = (
    "".join(each.read_text() for each in (ROOT / "commands" / "measures").glob("*.py"))
    + (ROOT / "commands" / "metrics.py").read_text()
)
RULES = [
    rule
    for group in yaml.safe_load((MONITORING / "alerts.yml").read_text())["groups"]
    for rule in group["rules"]
]


def measures() -> dict[str, str]:
    """The kind of every measure of the program, by the name that Prometheus knows it by."""
    found = re.findall(r'Measure\(\s*"(\w+)",\s*(?:"[^"]*"|\w+),\s*"(\w+)"', SOURCES)
    total = {"counter": "_total", "gauge": ""}
    return {f"ampledger_{name}{total[kind]}": kind for name, kind in found}


def used(expression: str) -> set[str]:
    return set(re.findall(r"\bampledger_\w+", expression))


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_an_alert_watches_measures_that_exist(rule):
    assert used(rule["expr"]) <= measures().keys()


def test_the_dashboard_shows_measures_that_exist():
    dashboard = json.loads((MONITORING / "dashboard.json").read_text())
    expressions = [
        target["expr"] for panel in dashboard["panels"] for target in panel.get("targets", ())
    ]
    assert expressions
    assert used(" ".join(expressions)) <= measures().keys()


@pytest.mark.parametrize(
    "measure",
    [
        'ampledger_gateway_refused_total{status="401"}',
        'ampledger_gateway_refused_total{status="403"}',
        'ampledger_gateway_refused_total{status="429"}',
        "ampledger_gateway_handshakes_failed_total",
        "ampledger_gateway_turned_away_total",
        "ampledger_gateway_certificate_seconds_left",
        "ampledger_certificates_ending",
    ],
)
def test_what_endangers_security_raises_an_alarm(measure):
    assert any(measure in rule["expr"] for rule in RULES)


def test_every_alert_says_what_it_means():
    assert all(rule["annotations"]["summary"] for rule in RULES)
