# `make run` does the main job once; `make test` checks everything. `make help` lists the rest.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.PHONY: help setup run up test test-hub test-spark eval audit sbom lint format doctor clean

# Another activated environment or another Airflow must not leak into ours.
unexport VIRTUAL_ENV PYTHONHOME PYTHONPATH AIRFLOW_HOME AIRFLOW_CONFIG CONDA_PREFIX PIP_USER PIP_TARGET PIP_PREFIX
export UV_PYTHON_DOWNLOADS := never
export PIP_DISABLE_PIP_VERSION_CHECK := 1

# FEEDS=config/feeds.yaml polls live feeds; unset, the bundled example newswire is used.
FEEDS ?=
# ARGS goes to pytest, e.g. make test ARGS="tests/runtime -x".
ARGS ?=
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 18

setup: $(STAMP) ## Install into .venv, from the hashed lock

run: $(STAMP) ## Do the main job once: feeds, articles, contacts, e-mails (FEEDS=config/feeds.yaml for live feeds)
	@$(BIN)/hotline run $(if $(FEEDS),--feeds "$(FEEDS)")

up: $(STAMP) ## Start Airflow with its UI and the schedule; Ctrl-C stops it
	@$(BIN)/hotline up $(if $(FEEDS),--feeds "$(FEEDS)")

test: $(STAMP) ## Run the tests
	@$(BIN)/python -m pytest -m "not hub and not spark" -n logical --maxprocesses 4 --dist loadfile --no-loadscope-reorder $(ARGS)

test-hub: $(STAMP) ## Run the tests that need torch (installs the extra [hub]; set HUB_TORCH for another torch build)
	@echo "Installing the extra [hub] ..."
	@$(BIN)/uv pip install --quiet --python $(BIN)/python "$${HUB_TORCH:-torch>=2.13}"
	@$(BIN)/python -m pytest -m hub $(ARGS)

test-spark: $(STAMP) ## Run the tests that need Spark (installs the extra [spark]; needs Java 17 or newer)
	@echo "Installing the extra [spark] ..."
	@$(BIN)/uv pip install --quiet --python $(BIN)/python "pyspark>=4"
	@$(BIN)/python -m pytest -m spark $(ARGS)

audit: $(STAMP) ## Look for known vulnerabilities in what requirements.lock pins
	@$(BIN)/python tools/audit.py

sbom: $(STAMP) ## Write what we are made of to build/sbom.json (CycloneDX)
	@$(BIN)/python tools/sbom.py

eval: $(STAMP) ## Measure the understanding on the test set in evals/; fails where a floor breaks
	@$(BIN)/python -m bench.gate $(ARGS)

lint: $(STAMP) ## Check style and types
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

format: $(STAMP) ## Format the code
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

doctor: $(STAMP) ## Check this machine and configuration
	@$(BIN)/hotline doctor

clean: ## Remove all that was made here: .venv, .hotline (warehouse and mail included), caches
	@if [ -x $(BIN)/python ] && [ -d .hotline ]; then $(BIN)/python -m pipeline.runtime.clean || true; fi
	@rm -rf .hotline $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis build dist *.egg-info
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
	@if [ -n "$${HOTLINE_HOME:-}" ]; then echo "HOTLINE_HOME=$$HOTLINE_HOME is left as it is; delete it yourself."; fi

# The stamp is older than the lock or pyproject.toml after a pull: then the same steps bring .venv up to date.
$(STAMP): requirements.lock pyproject.toml
	@tools/setup.sh $(VENV)
	@touch $@
