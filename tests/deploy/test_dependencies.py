import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
LOCK = (ROOT / "deploy" / "requirements.lock").read_text()
PAGE = (ROOT / "docs" / "dependencies.md").read_text()
LOCKED = dict(re.findall(r"^([\w.-]+)(?:\[[^\]]*\])?==([^\s;]+)", LOCK, flags=re.MULTILINE))
LISTED = dict(re.findall(r"^\| ([\w.-]+) \| (\d[\w.]*) \| [^|]+ \| [^|]+ \|$", PAGE, re.MULTILINE))


def test_every_package_of_the_image_is_listed_with_the_version_that_is_locked():
    assert LISTED == LOCKED


def test_what_the_program_asks_for_stands_among_what_we_use():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    asked = {re.split(r"[^\w-]", each)[0] for each in project["dependencies"]}
    ours = PAGE.partition("## What we use")[2].partition("## What that uses")[0]
    assert set(re.findall(r"^\| ([\w.-]+) \|", ours, flags=re.MULTILINE)) - {"package"} == asked


def test_every_package_is_locked_by_hash():
    entries = re.split(r"\n(?=\S)", LOCK.strip())
    assert all("--hash=sha256:" in entry for entry in entries if "==" in entry)


def test_the_threat_model_names_tests_that_exist():
    page = (ROOT / "docs" / "threat-model.md").read_text()
    named = re.findall(r"`([a-z_]+/(?:[a-z0-9_]+\.py)?)`", page)
    assert len(named) > 30
    assert [each for each in named if not (ROOT / "tests" / each).exists()] == []


def test_the_threat_model_is_two_pages():
    assert len((ROOT / "docs" / "threat-model.md").read_text().splitlines()) <= 100
