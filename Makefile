# Everything a newcomer types. Needs Python 3.11 or newer, pip and make; the rest it brings itself.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SHELL := /bin/sh
MAKEFLAGS += --no-print-directory

# Wheels only: no compiler is needed, and no package's setup code runs on this machine.
# --without-pip and pip's own --python: a Debian Python may lack ensurepip, and its pip may not write outside a venv.
PIP := PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore $(PYTHON) -m pip --python $(BIN)/python
INSTALL := $(PIP) install -qq --no-input --only-binary :all: --require-hashes
EDITABLE := $(PIP) install -qq --no-input --no-build-isolation --no-deps --editable .

# A stamp is newer than what it was made from: a second `make venv` does nothing.
BASE := $(VENV)/.base
RUN := $(VENV)/.run
DEV := $(VENV)/.dev
NODE_MODULES := tests/sdk/node/node_modules/.package-lock.json

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help venv demo test check bench torture lint types layers format lock schema docs clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' Makefile

venv: $(DEV) ## build .venv with regulars and everything its tests need

demo: $(RUN) ## serve a few thousand invented customers
	@exec $(BIN)/regulars demo

$(BASE):
	@echo "make: a Python environment in $(VENV)"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "make: Python 3.11 or newer is needed; say which: make PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -m pip --version >/dev/null || { echo "make: pip is needed (Debian's package python3-pip)" >&2; exit 1; }
	@$(PYTHON) -m venv --without-pip $(VENV)
	@touch $@

$(RUN): $(BASE) requirements/runtime.txt requirements/build.txt pyproject.toml
	@echo "make: regulars and what it runs on (the first time takes a minute)"
	@$(INSTALL) -r requirements/runtime.txt -r requirements/build.txt
	@$(EDITABLE)
	@touch $@

$(DEV): $(RUN) requirements/dev.txt
	@echo "make: what the tests need (the first time takes a minute)"
	@$(INSTALL) -r requirements/dev.txt
	@touch $@

$(NODE_MODULES): tests/sdk/node/package-lock.json | $(DEV)
	@echo "make: the Square SDK for Node, which the tests ask"
	@cd tests/sdk/node && ../../../tools/node npm ci --silent --ignore-scripts
	@touch $@

# Two workers share a machine of two cores; tests marked `alone` still have it to themselves.
PYTEST := $(BIN)/pytest --no-header --numprocesses auto --dist loadgroup

test: $(DEV) $(NODE_MODULES) ## run all tests
	@echo "make: tests"
	@$(PYTEST) $(ARGS)

check: lint types layers $(NODE_MODULES) ## lint, types, layers and all tests, with coverage: the whole of CI
	@echo "make: tests, with coverage"
	@$(PYTEST) --cov --cov-report=term-missing:skip-covered $(ARGS)

bench: $(DEV) ## measure what is promised; ARGS="--customers 100000" for a short one
	@$(BIN)/regulars bench $(ARGS)

torture: $(DEV) $(NODE_MODULES) ## the long forms of the tests
	@echo "make: tests, long forms"
	@REGULARS_TORTURE=1 $(PYTEST) --override-ini=faulthandler_timeout=3600 $(ARGS)

lint: $(DEV) ## ruff: rules and format
	@echo "make: lint"
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --quiet --check . || { echo "make: make format puts that right" >&2; exit 1; }

types: $(DEV) ## mypy, strict
	@echo "make: types"
	@$(BIN)/mypy --no-error-summary

layers: $(DEV) ## who may import whom
	@echo "make: layers"
	@$(BIN)/lint-imports --no-logo --no-cache >$(VENV)/layers.txt 2>&1 || { cat $(VENV)/layers.txt >&2; exit 1; }

format: $(DEV) ## put the code in the one format
	@$(BIN)/ruff check --quiet --fix-only .
	@$(BIN)/ruff format --quiet .

# Pins stay as they are unless asked: make lock ARGS=--upgrade. No index line, so that any mirror serves.
COMPILE = UV_NO_CONFIG=1 $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-header --no-annotate $(ARGS)
LOCKED := requirements

lock: $(DEV) ## compile requirements/ from pyproject.toml; ARGS=--upgrade for newer releases
	@echo "make: lock"
	@$(COMPILE) pyproject.toml --output-file $(LOCKED)/runtime.txt
	@$(COMPILE) --group build --output-file $(LOCKED)/build.txt
	@$(COMPILE) pyproject.toml --group dev --constraint $(LOCKED)/runtime.txt --constraint $(LOCKED)/build.txt \
		--output-file $(LOCKED)/dev.txt

schema: $(DEV) ## write docs/reference/schema.sql from the migrations
	@$(BIN)/python tools/schema

docs: $(DEV) ## write the parts of docs/ that are made from the code
	@$(BIN)/python -m tests.docs.made

clean: ## remove .venv and everything that was made
	@rm -rf $(VENV) build dist htmlcov .coverage .coverage.* .hypothesis .mypy_cache .pytest_cache .ruff_cache \
		.import_linter_cache .schemathesis tests/sdk/node/node_modules
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
