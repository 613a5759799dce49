# Beforehand. `make help` lists the targets; each is one short idea.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
HOST ?= 127.0.0.1
PORT ?= 8000

.DEFAULT_GOAL := help
.PHONY: help demo test test-systems soak check serve models bench format clean

help:  ## Show what can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

# Stamps, so that an install happens once per change of pyproject.toml.
$(VENV)/.base: pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Beforehand needs Python >= 3.11; set PYTHON=python3.11")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e .
	@touch $@

$(VENV)/.dev: $(VENV)/.base
	$(BIN)/python -m pip install --quiet --disable-pip-version-check torch==2.13.0
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev,train]'
	@touch $@

# A site of its own for the tests beside real systems: its Django is none of ours.
$(VENV)/helpdesk/.site:
	$(PYTHON) -m venv $(VENV)/helpdesk
	$(VENV)/helpdesk/bin/python -m pip install --quiet --disable-pip-version-check \
		django-helpdesk==2.6.1 django-bootstrap4-form packaging waitress
	@touch $@

demo: $(VENV)/.base  ## Run the three jobs on examples/ and write demo-output/
	$(BIN)/beforehand demo --out demo-output

serve: $(VENV)/.base  ## Serve on http://127.0.0.1:8000; prints the key once
	$(BIN)/beforehand serve --host $(HOST) --port $(PORT)

models: $(VENV)/.base  ## Pull the recommended models from their hub into BEFOREHAND_MODELS_DIR
	$(BIN)/beforehand models pull --recommended

check: $(VENV)/.dev  ## Lint, format check, types, import contracts
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

test: check  ## check, then every test (doctests, README, real backends, browser)
	$(BIN)/pytest -n auto
	$(BIN)/pytest -m 'model or browser'

test-systems: $(VENV)/.dev $(VENV)/helpdesk/.site  ## Tests beside real systems: Request Tracker, django-helpdesk, PostgreSQL, kill -9, floods
	$(BIN)/pytest -m systems

soak: $(VENV)/.dev $(VENV)/helpdesk/.site  ## The same at full length, and half an hour of mixed load
	BEFOREHAND_TEST_LENGTH=full $(BIN)/pytest -m systems

bench: $(VENV)/.dev  ## Compare speed against a reference in the same run
	$(BIN)/python -m tests.bench

format: $(VENV)/.dev  ## Rewrite the code in the house format
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

clean:  ## Remove what was made, not what was installed
	rm -rf demo-output bench-output build .mypy_cache .ruff_cache .pytest_cache .hypothesis
