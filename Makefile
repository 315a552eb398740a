# Two commands for people, `make run` and `make test`; one for CI, `make check`. Only Python and make are needed before.

PYTHON ?= $(shell for name in python3 python3.13 python3.12 python3.11; do \
	$$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$name && break; done)
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --quiet --disable-pip-version-check

.PHONY: run test check lint bench prove help
.DEFAULT_GOAL := help

help: ## Show what can be made
	@sed -n 's/^\([a-z]*\):.*## /make \1	/p' Makefile | expand -t 14

run: .venv/run.stamp ## Run everything on this machine, with a sandbox and demo customers (PORT, SANDBOX_PORT)
	@exec $(BIN)/python -m podero_admin.demo

test: .venv/dev.stamp ## Run the whole suite, on SQLite and on what TEST_DATABASE_URL and TEST_BROKER_URL name
	@exec $(BIN)/python -m tests.run $(TEST)

check: .venv/dev.stamp lint ## What CI runs first: lint, types, contracts, deployment, migrations, units and pages with coverage
	@exec $(BIN)/python -m tests.run --quick

lint: .venv/dev.stamp
	@exec $(BIN)/python -m tests.lint

bench: .venv/dev.stamp ## Measure pages against a constant page and Django's own admin (BENCH="--quick"), into var/bench.md
	@exec $(BIN)/python -m tests.bench $(BENCH)

PROVE := --registrations 10000 --races 1000 --kills 100 --settled 1000 --settlers 8 --shake-every 100 \
	--readers 50 --readers-seconds 60 --judge-times --writers 20 --writers-seconds 300 --mutations 2000 --posts 10000
prove: .venv/dev.stamp ## Prove one press, one vehicle under faults, kills and crowds, for hours (PROVE="--races 1000 --registrations 0")
	@$(BIN)/python -m tests.faults.prove $(PROVE)
	@test -z "$$TEST_DATABASE_URL" || exec $(BIN)/python -m tests.faults.prove $(PROVE) --database "$$TEST_DATABASE_URL"

.venv/made.stamp:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed; say where with make PYTHON=…"; exit 1; }
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || { echo "Making the virtual environment …"; $(PYTHON) -m venv --clear .venv; }
	@touch $@

.venv/run.stamp: requirements.txt .venv/made.stamp
	@echo "Installing what runs (requirements.txt) …"
	@$(PIP) --no-deps -r requirements.txt
	@touch $@

.venv/dev.stamp: requirements-dev.txt .venv/run.stamp
	@echo "Installing what tests need (requirements-dev.txt) …"
	@$(PIP) -r requirements-dev.txt
	@touch $@
