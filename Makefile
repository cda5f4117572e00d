# Everything a newcomer types. Needs Python 3.11 or newer, pip and make; the rest it brings itself.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SHELL := /bin/sh
MAKEFLAGS += --no-print-directory
# Tests start the program hundreds of times: without its bytecode each start would compile it anew.
unexport PYTHONDONTWRITEBYTECODE

# Wheels only: no compiler is needed, and no package's setup code runs on this machine (but of two that the Singer tap
# for Square needs, in an environment of their own; requirements/taps/singer.in).
# --without-pip and pip's own --python: a Debian Python may lack ensurepip, and its pip may not write outside a venv.
PIP := PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore $(PYTHON) -m pip --python $(BIN)/python
INSTALL := $(PIP) install -qq --no-input --only-binary :all: --require-hashes
EDITABLE := $(PIP) install -qq --no-input --no-build-isolation --no-deps --editable .

# A stamp is newer than what it was made from: a second `make venv` does nothing.
BASE := $(VENV)/.base
RUN := $(VENV)/.run
DEV := $(VENV)/.dev
NODE_MODULES := tests/sdk/node/node_modules/.package-lock.json
# Consumers of Square's API whose pins cannot live beside ours: each has an environment of its own below .venv.
TAPS := $(VENV)/taps
SINGER := $(TAPS)/singer/.made
AIRBYTE := $(TAPS)/airbyte/.made
# A real point of sale's back end, which the tests pull from.
TRYTON := $(VENV)/tryton/.made
# What people would build instead, for `make peers`: each with pins of its own.
PEERS := $(VENV)/peers
PEERS_PYTHON := $(PEERS)/fastapi/.made $(PEERS)/django/.made $(PEERS)/datasette/.made
PEERS_NODE := bench/peers/fastify/node_modules/.package-lock.json
CLIENTS := $(NODE_MODULES) $(SINGER) $(AIRBYTE) $(TRYTON)

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help venv demo test check bench peers torture lint types layers format lock schema docs clean

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

# Everything is in their locks, so nothing is resolved: they are known to run beside pins that they do not name.
TAP_INSTALL = PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore $(PYTHON) -m pip --python $(@D)/bin/python \
	install -qq --no-input --no-compile --no-deps --require-hashes

# pip wants setuptools there before it can turn the two packages without wheels into some.
$(SINGER): requirements/taps/singer.txt | $(DEV)
	@echo "make: the Singer tap for Square, which the tests run"
	@rm -rf $(@D) && $(PYTHON) -m venv --without-pip $(@D)
	@sed -n '/^setuptools==/,/[^\\]$$/p' $< >$(@D)/setuptools.txt
	@$(TAP_INSTALL) --only-binary :all: -r $(@D)/setuptools.txt
	@$(TAP_INSTALL) --only-binary :all: --no-binary tap-square,singer-python --no-build-isolation -r $<
	@touch $@

# Its metadata names the Pythons of its day; the manifest inside is YAML.
$(AIRBYTE): requirements/taps/airbyte.txt | $(DEV)
	@echo "make: Airbyte's source for Square, which the tests run (the first time takes a minute)"
	@rm -rf $(@D) && $(PYTHON) -m venv --without-pip $(@D)
	@$(TAP_INSTALL) --only-binary :all: --ignore-requires-python -r $<
	@touch $@

$(TRYTON): requirements/tryton.txt | $(DEV)
	@echo "make: Tryton, which the tests pull from"
	@rm -rf $(@D) && $(PYTHON) -m venv --without-pip $(@D)
	@$(TAP_INSTALL) --only-binary :all: -r $<
	@touch $@

$(PEERS_PYTHON): $(PEERS)/%/.made: bench/peers/%/requirements.txt | $(DEV)
	@echo "make: the peer $*, which regulars is measured beside"
	@rm -rf $(@D) && $(PYTHON) -m venv --without-pip $(@D)
	@$(TAP_INSTALL) --only-binary :all: -r $<
	@touch $@

$(PEERS_NODE): bench/peers/fastify/package-lock.json | $(DEV)
	@echo "make: the peer fastify, which regulars is measured beside"
	@cd bench/peers/fastify && ../../../tools/node npm ci --silent --ignore-scripts
	@touch $@

# Two workers share a machine of two cores; tests marked `alone` still have it to themselves.
PYTEST := $(BIN)/pytest --no-header --numprocesses auto --dist loadgroup

test: $(DEV) $(CLIENTS) $(PEERS_PYTHON) $(PEERS_NODE) ## run all tests
	@echo "make: tests"
	@$(PYTEST) $(ARGS)

check: lint types layers $(CLIENTS) $(PEERS_PYTHON) $(PEERS_NODE) ## lint, types, layers and all tests, with coverage: the whole of CI
	@echo "make: tests, with coverage"
	@$(PYTEST) --cov --cov-report=term-missing:skip-covered $(ARGS)

bench: $(DEV) ## measure what is promised; ARGS="--customers 100000" for a short one
	@$(BIN)/regulars bench $(ARGS)

peers: $(PEERS_PYTHON) $(PEERS_NODE) ## measure regulars beside what people would build; ARGS="--customers 100000"
	@$(BIN)/python -m bench.peers $(ARGS)

torture: $(DEV) $(CLIENTS) ## the long forms of the tests
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
	--no-header --no-annotate --no-strip-extras $(ARGS)
LOCKED := requirements

lock: $(DEV) ## compile requirements/ from pyproject.toml; ARGS=--upgrade for newer releases
	@echo "make: lock"
	@$(COMPILE) pyproject.toml --output-file $(LOCKED)/runtime.txt
	@$(COMPILE) --group build --output-file $(LOCKED)/build.txt
	@$(COMPILE) pyproject.toml --group dev --extra postgres --constraint $(LOCKED)/runtime.txt --constraint $(LOCKED)/build.txt \
		--output-file $(LOCKED)/dev.txt
	@$(COMPILE) $(LOCKED)/taps/singer.in --override $(LOCKED)/taps/singer.override \
		--only-binary :all: --no-binary tap-square --no-binary singer-python --output-file $(LOCKED)/taps/singer.txt
	@$(COMPILE) $(LOCKED)/taps/airbyte.in --override $(LOCKED)/taps/airbyte.override \
		--only-binary :all: --output-file $(LOCKED)/taps/airbyte.txt
	@$(COMPILE) $(LOCKED)/tryton.in --only-binary :all: --output-file $(LOCKED)/tryton.txt
	@for peer in fastapi django datasette; do \
		$(COMPILE) bench/peers/$$peer/requirements.in --only-binary :all: \
			--output-file bench/peers/$$peer/requirements.txt || exit; done

schema: $(DEV) ## write docs/reference/schema.sql from the migrations
	@$(BIN)/python tools/schema

docs: $(DEV) ## write the parts of docs/ that are made from the code
	@$(BIN)/python -m tests.docs.made
	@$(BIN)/python -m bench.page

clean: ## remove .venv and everything that was made
	@rm -rf $(VENV) build dist htmlcov .coverage .coverage.* .hypothesis .mypy_cache .pytest_cache .ruff_cache \
		.import_linter_cache .schemathesis tests/sdk/node/node_modules
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
