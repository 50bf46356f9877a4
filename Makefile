# make run     everything in one process, files in ./data
# make test    what must pass before a change enters
# make bench   how fast it is here; BENCH="--mode closed --seconds 10" chooses
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := run

BIN := .venv/bin
UV ?= uv
BENCH ?=
LOCK := $(UV) pip compile -q --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-header --no-annotate pyproject.toml

export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: run install check test bench format lock clean

run: install
	$(BIN)/ampledger run

install: .venv/.installed

$(BIN)/python:
	deploy/venv.sh .venv

.venv/.locked: requirements.lock | $(BIN)/python
	$(BIN)/python -m pip install --quiet --require-hashes --requirement requirements.lock
	touch $@

.venv/.installed: pyproject.toml .venv/.locked
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@

check: install
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports

test: check
	services="$$(deploy/services.sh $(BIN)/python)"; eval "$$services"; $(BIN)/pytest

bench: install
	services="$$(deploy/services.sh $(BIN)/python)"; eval "$$services"; \
	$(BIN)/python -m tests.bench $(BENCH)

format: install
	$(BIN)/ruff format
	$(BIN)/ruff check --fix

lock:
	$(LOCK) --extra dev --output-file requirements.lock
	$(LOCK) --output-file deploy/requirements.lock

clean:
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache build dist
	rm -f bench-result.json
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
