# Two commands to begin with: make demo, make test. `make help` lists the rest.

VENV ?= .venv
PY := $(VENV)/bin/python
INSTALLED := $(VENV)/.installed
PYTEST_ARGS ?=
# Tests wait for processes more than they compute: two files at a time finish sooner, also on two cores.
TEST_WORKERS ?= 2

.DEFAULT_GOAL := help
.PHONY: help install install-dev demo dev test check lint format-check types imports guards bench lock clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo
	@echo "  make demo KEEP=1                      stay up and print the link of each case in the Temporal UI"
	@echo "  make test PYTEST_ARGS='-k refund -x'  pass arguments on to pytest"
	@echo "  make install PYTHON=python3.12        use this Python instead of python3"

install: $(INSTALLED) ## Install everything in requirements.lock into .venv

install-dev: install

# One lock for running and developing alike: what is tested is what runs.
$(INSTALLED): requirements.lock scripts/install.sh
	@sh scripts/install.sh "$(VENV)" "$(PYTHON)"
	@touch $@

demo: $(INSTALLED) ## Start everything on loopback, run every scenario, print the tables
	@$(PY) -m demo $(if $(KEEP),--keep)

dev: $(INSTALLED) ## Start everything on loopback and stay up until Ctrl-C
	@$(PY) -m demo.dev

test: $(INSTALLED) ## Run every test
	@mkdir -p .build
	@$(PY) -m pytest -n $(TEST_WORKERS) --dist loadfile --junit-xml=.build/junit.xml $(PYTEST_ARGS)
	@echo "All tests passed. Report: .build/junit.xml"

check: lint format-check types imports guards ## Lint, format, types, import contracts and guards
	@echo "All checks passed."

lint: $(INSTALLED)
	@$(PY) -m ruff check .

format-check: $(INSTALLED)
	@$(PY) -m ruff format --check .

types: $(INSTALLED)
	@$(PY) -m mypy

imports: $(INSTALLED)
	@$(VENV)/bin/lint-imports --no-logo

guards: $(INSTALLED)
	@$(PY) scripts/check_lock.py
	@$(PY) scripts/check_purity.py
	@$(VENV)/bin/check-jsonschema --quiet --builtin-schema vendor.compose-spec docker-compose.yml

bench: $(INSTALLED) ## Measure, and write the table with the machine's facts
	@$(PY) -m benchmarks

lock: ## Resolve pyproject.toml anew into requirements.lock (needs uv)
	@command -v uv >/dev/null || { echo "make lock needs uv: https://docs.astral.sh/uv/" >&2; exit 1; }
	@uv lock --upgrade
	@uv export --quiet --no-emit-project --no-header --format requirements-txt --output-file requirements.lock
	@python3 scripts/check_lock.py

clean: ## Remove caches and reports; .venv stays
	@rm -rf .build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	@find . -name __pycache__ -type d -not -path './$(VENV)/*' -prune -exec rm -rf {} +
