# Every verb of the repository. `make` alone lists them.
.DEFAULT_GOAL := help
SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:

PYTHON ?= python3
VENV ?= .venv
ARGS ?=
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --disable-pip-version-check --quiet --constraint constraints.txt
# npm, where the Node beside it is new enough for the console's tools (20.19)
NPM := $(shell node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)' 2>/dev/null && command -v npm)
# A change of the console's sources installs again, and installing builds the console.
CONSOLE_INPUTS := $(shell find console -name node_modules -prune -o -type f ! -name '*.test.ts' ! -name '*.md' -print 2>/dev/null)
INSTALL_INPUTS := pyproject.toml constraints.txt hatch_build.py $(CONSOLE_INPUTS)

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit("Found Python %d.%d; expected 3.11 or newer. Next: make PYTHON=python3.11" % sys.version_info[:2] if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: $(INSTALL_INPUTS) | $(BIN)/python
	@echo "Installing Errata for the demo (a few minutes the first time) …"
	$(PIP) --editable '.[umap]'
	@touch $@

$(VENV)/.installed-dev: $(INSTALL_INPUTS) | $(BIN)/python
	@echo "Installing Errata with the test tools and the Hugging Face extra (a few minutes the first time) …"
	$(PIP) --editable '.[hf,umap,dev]'
	@touch $@ $(VENV)/.installed

console/node_modules/.installed: console/package.json console/package-lock.json
	cd console && npm ci --no-audit --no-fund
	@touch $@

.PHONY: install
install: $(VENV)/.installed ## set up .venv with what the demo needs

.PHONY: demo
demo: install ## set up, generate the demo data, analyse it, open the console
	$(BIN)/errata demo $(ARGS)

.PHONY: test
test: $(VENV)/.installed-dev $(if $(NPM),console-test) ## set up, run the fast tests (Python, and the console's where npm is)
	$(BIN)/python -m pytest $(ARGS)

.PHONY: test-all
test-all: $(VENV)/.installed-dev $(if $(NPM),console-test) ## every tier but the nightly one: also slow and browser tests
	$(BIN)/python -m pytest -m 'not nightly' $(ARGS)

.PHONY: console-test
console-test: console/node_modules/.installed
	cd console && npm run --silent check && npm test --silent

.PHONY: e2e
e2e: $(VENV)/.installed-dev ## drive the console in Chromium
	$(BIN)/python -m pytest -m e2e $(ARGS)

.PHONY: lint
lint: $(VENV)/.installed-dev ## ruff: rules and format
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

.PHONY: types
types: $(VENV)/.installed-dev ## mypy, strict
	$(BIN)/mypy

.PHONY: bench
bench: $(VENV)/.installed-dev ## the benchmarks behind docs/benchmarks.md (many minutes)
	@failed=; for script in bench/bench_*.py; do echo "== $$script"; $(BIN)/python "$$script" || failed="$$failed $$script"; done; \
	if [ -n "$$failed" ]; then echo "Claims that did not hold:$$failed"; exit 1; fi

.PHONY: docs
docs: $(VENV)/.installed-dev ## regenerate docs/reference from the program
	$(BIN)/python scripts/make_reference.py

.PHONY: console
console: $(VENV)/.installed-dev ## build the console into the package
	$(BIN)/python -c 'from pathlib import Path; import hatch_build as hook; hook.build(Path("console").resolve(), Path("src/errata/app/static").resolve())'

.PHONY: screenshots
screenshots: $(VENV)/.installed-dev ## take the screenshots of the docs anew (Chromium)
	$(BIN)/python scripts/make_screenshots.py $(ARGS)

.PHONY: clean
clean: ## remove what the targets made, .venv included
	rm -rf $(VENV) build dist console/node_modules src/errata/app/static .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find src tests bench scripts -name __pycache__ -type d -prune -exec rm -rf {} +
