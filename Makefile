SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

export UV_PYTHON_DOWNLOADS := never
export JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION := 18,20
# Nothing here speaks to AWS but `make deploy`, and that one says so.
export AWS_EC2_METADATA_DISABLED := true

UV := .tools/bin/uv
PYTHON := .venv/bin/python
STAGE ?= dev
NAME ?=
CODE := $(wildcard functions layers infra local cli openapi tests benchmarks)

TOOLS := .tools/.installed
VENV := .venv/.installed
MINISTACK := .ministack/.installed
CDK := node_modules/.installed
SITE := $(if $(wildcard web/package.json),web/dist/.built)

.PHONY: help setup run test check lint types unit page format openapi bench synth deploy lock clean

help: ## what there is
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(VENV) $(MINISTACK) $(CDK) $(SITE) ## install everything (the other targets do it as they need it)

run: setup ## the whole system on this machine, with a demo tenant; Ctrl-C stops it and keeps the data
	@exec $(PYTHON) -m local run

test: setup ## everything: check, property, contract, integration, deploy, browser
	@$(PYTHON) -m local test

check: lint types unit page ## lint, types and unit tests; under two minutes

lint: $(VENV)
	@echo "==> ruff"
	@.venv/bin/ruff check $(CODE)
	@.venv/bin/ruff format --check --quiet $(CODE)

types: $(VENV)
	@echo "==> mypy"
	@.venv/bin/mypy $(CODE)

unit: $(VENV)
	@echo "==> unit tests"
	@$(PYTHON) -m pytest tests/unit -q -n auto --dist loadgroup --disable-socket --allow-unix-socket

page: web/node_modules/.installed
	@echo "==> the dashboard's tests"
	@npm run --silent --prefix web test

format: $(VENV) ## write the code as ruff lays it out
	@.venv/bin/ruff check --fix-only $(CODE)
	@.venv/bin/ruff format $(CODE)

openapi: $(VENV) ## write docs/openapi.json and docs/access-matrix.md
	@$(PYTHON) -m openapi

bench: setup ## every benchmark; NAME=x for one
	@$(PYTHON) -m benchmarks $(NAME)

synth: $(VENV) $(CDK) ## the CloudFormation template of STAGE, in cdk.out
	@node_modules/.bin/cdk synth --quiet -c stage=$(STAGE)

deploy: setup ## deploy STAGE to the AWS account of your shell's credentials
	@$(PYTHON) -m local deploy $(STAGE)

lock: $(TOOLS) ## resolve requirements/*.in anew
	@for each in tools runtime infra dev ministack; do \
		echo "==> requirements/$$each.txt"; \
		$(UV) pip compile --quiet --upgrade --generate-hashes --universal --python-version 3.13 --no-emit-index-url \
			--custom-compile-command "make lock" requirements/$$each.in -o requirements/$$each.txt; \
	done
	@npm install --package-lock-only

clean: ## remove what was installed and built, and the local cloud's data
	@rm -rf .tools .venv .ministack node_modules build cdk.out web/dist web/node_modules .cairn \
		.mypy_cache .pytest_cache .ruff_cache .hypothesis

$(TOOLS): requirements/tools.txt .python-version
	@echo "==> uv, for the environments below"
	@found=""; for each in python3.13 python3; do \
		if "$$each" -c 'import sys, ensurepip; sys.exit(sys.version_info[:2] != (3, 13))' 2>/dev/null; then found=$$each; break; fi; \
	done; \
	if [ -z "$$found" ]; then \
		echo "Python 3.13 (with ensurepip) is not on PATH: install it, for example with 'pyenv install 3.13', and run make again." >&2; exit 1; \
	fi; \
	rm -rf .tools; "$$found" -m venv .tools
	@.tools/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/tools.txt
	@touch $@

$(VENV): requirements/dev.txt $(TOOLS)
	@echo "==> .venv: the development environment"
	@$(UV) venv --quiet --clear --python .tools/bin/python .venv
	@$(UV) pip install --python .venv --require-hashes -r requirements/dev.txt
	@touch $@

$(MINISTACK): requirements/ministack.txt $(TOOLS)
	@echo "==> .ministack: the local cloud"
	@$(UV) venv --quiet --clear --python .tools/bin/python .ministack
	@$(UV) pip install --python .ministack --require-hashes -r requirements/ministack.txt
	@touch $@

$(CDK): package.json package-lock.json
	@echo "==> node_modules: the CDK command line"
	@command -v npm >/dev/null || { echo "npm is not on PATH: install Node 20 or later, and run make again." >&2; exit 1; }
	@npm ci
	@touch $@

web/node_modules/.installed: web/package.json web/package-lock.json
	@echo "==> web/node_modules: the dashboard's packages"
	@npm ci --prefix web
	@touch $@

web/dist/.built: web/node_modules/.installed $(shell find web -type f -not -path '*/node_modules/*' -not -path '*/dist/*' 2>/dev/null)
	@echo "==> web/dist: the dashboard"
	@npm run --prefix web build
	@touch $@
