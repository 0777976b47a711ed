# Arkdeck: every task of the repository. `make` lists them. The work itself is in scripts/, so that CI and the
# Dockerfile do the same.
SHELL := /usr/bin/env bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

# What `make run` listens on, and where it keeps its data (empty: the program's own default).
LISTEN ?= 127.0.0.1:3000
DATA_DIR ?=
ARGS ?= --demo

WASM := --lib --no-default-features --features hydrate --target wasm32-unknown-unknown

.PHONY: help setup run build test test-unit test-e2e test-release test-cluster test-sdk screenshots check bench crds fmt clean

help: ## List these tasks
	@awk -F':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## Install what building needs (pinned; silent when it is there)
	@scripts/setup

run: setup ## Build and start on http://127.0.0.1:3000 with the embedded API and the demo set
	@scripts/frontend dev
	@cargo build --bin arkdeck
	@exec target/debug/arkdeck serve --listen $(LISTEN) $(if $(DATA_DIR),--data-dir $(DATA_DIR)) $(ARGS)

build: setup ## Build one file to copy: target/release/arkdeck, web assets inside
	@scripts/frontend release
	@cargo build --release --bin arkdeck --no-default-features --features embed-assets
	@ls -lh target/release/arkdeck

test: test-unit test-e2e ## Run every test but those on a real cluster

test-unit: setup ## Run the Rust tests
	@scripts/setup-kubectl >/dev/null
	@scripts/setup-postgres >/dev/null
	@cargo test --all-targets

test-e2e: setup ## Run the browser tests in Chromium
	@scripts/setup-browser
	@scripts/frontend dev
	@cargo build --bin arkdeck
	@cd end2end && npx playwright test --project=pages $(ARGS_E2E)

test-release: build ## Run the browser tests on the one file of `make build` (its pages load in parts)
	@scripts/setup-browser
	@cd end2end && ARKDECK_BIN=$(CURDIR)/target/release/arkdeck npx playwright test --project=pages --grep-invert components $(ARGS_E2E)

test-cluster: setup ## Run the API tests on a real kube-apiserver, and the chart's
	@tests/cluster/run

test-sdk: setup ## Point the providers' official SDKs at our test servers (Python; their recorded behaviour is tested always)
	@[ -x target/sdk/bin/python ] || python3 -m venv target/sdk
	@target/sdk/bin/pip install --quiet --disable-pip-version-check -r tests/sdk/requirements.txt
	@ARKDECK_TEST_PYTHON=$(CURDIR)/target/sdk/bin/python cargo test --test api_suite sdk::

screenshots: setup ## Photograph every page: three widths, two themes, into end2end/screenshots
	@scripts/setup-browser
	@scripts/frontend dev
	@cargo build --bin arkdeck
	@cd end2end && npx playwright test --project=screenshots

check: setup ## Format, lints on both sides, unused dependencies, licences
	@cargo fmt --check
	@cargo clippy --all-targets -- -D warnings
	@cargo clippy $(WASM) -- -D warnings
	@node scripts/dependencies.mjs

bench: build ## Measure the figures of docs/benchmarks.md and write them there
	@scripts/setup-browser
	@bench/run

crds: ## Generate charts/arkdeck/crds from the resource types
	@cargo run --quiet --bin arkdeck -- crds --dir charts/arkdeck/crds

fmt: ## Format the code
	@cargo fmt

clean: ## Remove what was built here (tools in ~/.cache/arkdeck stay)
	rm -rf target style/node_modules end2end/node_modules end2end/results end2end/screenshots public/editor.js
