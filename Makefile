# make run     everything in one process, files in ./data
# make demo    the same in ./demo-data, with simulated stations that live through a day
# make screenshots  the pictures in docs/pictures, from a demo that runs
# make test    what must pass before a change enters
# make abuse   everything bad that a network can bring; ABUSE="embedded --seed 2" chooses
# make audit   the locked dependencies against known vulnerabilities; needs the internet
# make bench   how fast it is here; BENCH="--mode closed --seconds 10" chooses
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := run

BIN := .venv/bin
UV ?= uv
BENCH ?=
ABUSE ?=
TEST_JOBS ?= 1
OF_PROCESSES := tests/abuse tests/api tests/commands
OF_PAGES := tests/ui
LOCK := $(UV) pip compile -q --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-header --no-annotate pyproject.toml

export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: run demo screenshots install check test test-processes test-pages test-parts bench abuse audit format lock clean

run: install
	$(BIN)/ampledger run

demo: install
	$(BIN)/ampledger demo

screenshots: install
	browser="$$(deploy/browser.sh)"; eval "$$browser"; $(BIN)/python -m tests.ui.screenshots

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

# Three parts; with cores to spare TEST_JOBS=2 runs two of them at the same time.
test: check
	services="$$(deploy/services.sh $(BIN)/python)"; eval "$$services"; \
	browser="$$(deploy/browser.sh)"; eval "$$browser"; \
	$(MAKE) --no-print-directory --jobs=$(TEST_JOBS) --output-sync=target --keep-going test-processes test-pages test-parts

test-processes:
	$(BIN)/pytest $(OF_PROCESSES)

test-pages:
	$(BIN)/pytest $(OF_PAGES)

test-parts:
	$(BIN)/pytest tests $(OF_PROCESSES:%=--ignore=%) $(OF_PAGES:%=--ignore=%)

bench: install
	services="$$(deploy/services.sh $(BIN)/python)"; eval "$$services"; \
	$(BIN)/python -m tests.bench $(BENCH)

abuse: install
	services="$$(deploy/services.sh $(BIN)/python)"; eval "$$services"; \
	$(BIN)/python -m tests.abuse $(ABUSE)

# In an environment of its own, gone afterwards. Strict: what could not be looked up is no good news.
audit:
	folder="$$(mktemp --directory)"; trap 'rm -rf "$$folder"' EXIT; deploy/venv.sh "$$folder"; \
	"$$folder/bin/pip" install --quiet pip-audit; \
	"$$folder/bin/pip-audit" --strict --disable-pip --require-hashes --requirement requirements.lock

format: install
	$(BIN)/ruff format
	$(BIN)/ruff check --fix

lock:
	$(LOCK) --extra dev --output-file requirements.lock
	$(LOCK) --output-file deploy/requirements.lock

clean:
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache build dist
	rm -rf bench-result.json abuse-result.json abuse-failures
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
