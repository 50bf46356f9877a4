"""The rules of the house that a program can check: who imports whom, and what a file looks like."""

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from commands.settings import PREFIX, Settings

ROOT = Path(__file__).parents[1]
PACKAGES = ("gateway", "domain", "projections", "commands")
MODULES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))
DECISIONS = sorted((ROOT / "docs" / "adr").glob("*.md"))
DEPLOYMENT = sorted(path for path in (ROOT / "deploy").rglob("*") if path.is_file())
LONGEST_FILE, LONGEST_TEST_FILE = 300, 400  # lines
LONGEST_FUNCTION = 30  # lines, without its docstring


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def imports_of(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


def functions_of(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def length_of(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    body = function.body[1:] if ast.get_docstring(function) else function.body
    return (function.end_lineno or 0) - body[0].lineno + 1 if body else 0


def test_the_import_contracts_are_kept():
    program = Path(sys.executable).with_name("lint-imports")
    run = subprocess.run([program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout


def test_the_model_imports_the_standard_library_and_the_event_store_only():
    allowed = {*sys.stdlib_module_names, "eventsourcing"}
    strange = [
        f"{named(path)}: {name}"
        for path in sorted((ROOT / "domain" / "model").rglob("*.py"))
        for name in imports_of(path)
        if name.partition(".")[0] not in allowed and not name.startswith("domain.model")
    ]
    assert strange == []


def test_every_version_of_ocpp_is_kept_apart_from_the_others():
    linter = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    apart = [c["modules"] for c in linter["contracts"] if c["type"] == "independence"]
    versions = sorted(path.parent.name for path in (ROOT / "domain/ocpp").glob("v*/__init__.py"))
    assert [f"domain.ocpp.{version}" for version in versions] in apart


def test_a_package_says_what_it_is_for_and_nothing_else():
    packages = [path for path in MODULES if path.name == "__init__.py"]
    talkative = [p for p in packages if len(ast.parse(p.read_bytes()).body) != 1]
    assert [named(path) for path in talkative] == []


def test_every_module_starts_with_a_sentence():
    def sentence(path: Path) -> bool:
        told = ast.get_docstring(ast.parse(path.read_bytes())) or ""
        return told.partition("\n\n")[0].endswith((".", "!", "?", ":"))

    assert [named(path) for path in MODULES if not sentence(path)] == []


@pytest.mark.parametrize(("files", "most"), [(MODULES, LONGEST_FILE), (TESTS, LONGEST_TEST_FILE)])
def test_no_file_is_too_long(files, most):
    lengths = {named(path): len(path.read_text().splitlines()) for path in files}
    assert {name: lines for name, lines in lengths.items() if lines > most} == {}


def test_no_function_is_too_long():
    lengths = {
        f"{named(path)}:{function.lineno} {function.name}": length_of(function)
        for path in MODULES
        for function in functions_of(path)
    }
    assert {name: lines for name, lines in lengths.items() if lines > LONGEST_FUNCTION} == {}


HTTP_API = {"commands.api.app", "commands.api.problems", "fastapi_offline", "leather", "nicegui"}
FILES = {"pyarrow", "ocpp", "commands.simulate"}
NEEDLESS = {  # fastapi is nowhere: dependency_injector imports it wherever it is installed
    "commands.run": {*HTTP_API, *FILES, "domain.csms", "argon2", "httpx"},
    "commands.duties.gateway": {*HTTP_API, *FILES, "domain.csms", "commands.ca", "httpx"},
    "commands.duties.domain": {*HTTP_API, *FILES, "argon2", "commands.ca", "httpx"},
    "commands.duties.projections": {*HTTP_API, *FILES, "domain.csms", "argon2"},
    "commands.duties.api": FILES,
    "commands.cli": {*HTTP_API, "fastapi", "sqlalchemy", "cryptography", "structlog", "pyarrow"},
}


@pytest.mark.parametrize(("module", "needless"), NEEDLESS.items(), ids=NEEDLESS)
def test_a_process_imports_no_more_than_its_role_needs(module, needless):
    told = subprocess.run(
        [sys.executable, "-c", f"import sys, {module}; print(*sys.modules)"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert needless & set(told.stdout.split()) == set()


@pytest.mark.parametrize("path", DECISIONS, ids=lambda path: path.stem)
def test_a_decision_tells_its_context_and_its_consequences(path):
    headings = re.findall(r"^#+ (.+)$", path.read_text(), flags=re.MULTILINE)
    assert headings[1:] == ["Context", "Decision", "Consequences"]


def test_the_deployment_uses_settings_that_exist():
    known = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields}
    used = {
        f"{named(path)}: {name}": name
        for path in DEPLOYMENT
        for name in re.findall(rf"{PREFIX}[A-Z_]+", path.read_text())
        if not name.startswith(f"{PREFIX}TEST_")
    }
    assert [where for where, name in used.items() if name not in known] == []
