# SeSPHR. `make help` lists the targets. Everything that they install lives in
# this folder, but for Debian packages, which only the test targets install.

PORT ?= 8000
HOST ?= 127.0.0.1
DATA ?= ./var
SEED ?= 1
RESTART ?= 0
DIR ?= tests/vectors

RUNTIME := requirements.txt
DEV := $(RUNTIME) requirements-dev.txt
ALL := $(DEV) requirements-mariadb.txt requirements-s3.txt
PY := .venv/bin/python

SHELL := /bin/sh
.NOTPARALLEL:
.DEFAULT_GOAL := help
# In the environment, where the shell quotes them: paths may hold blanks.
export PORT HOST DATA SEED RESTART DIR
# Files and pipes are UTF-8 whatever the locale says, or says not.
export PYTHONUTF8 := 1

# Recipes begin with it: SESPHR_DATA is DATA as an absolute path.
data = SESPHR_DATA=$$(case "$$DATA" in /*) printf %s "$$DATA";; *) printf %s "$$PWD/$$DATA";; esac) && \
	export SESPHR_DATA &&
# What browsers load, and the words that servers speak.
bundle = PATH="$$PWD/.venv/bin:$$PATH" .venv/bin/node static/build.mjs "$$SESPHR_DATA/static" && \
	$(PY) scripts/messages.py compile "$$SESPHR_DATA/locale"

lighthouse = cd benchmarks/lighthouse && PATH="$$PWD/../../.venv/bin:$$PATH" \
	NODE_USE_SYSTEM_CA=1 NPM_CONFIG_UPDATE_NOTIFIER=false npm ci --ignore-scripts --silent

.PHONY: help
help:
	@echo 'make demo     start SeSPHR with sample people (PORT=8000 HOST=127.0.0.1 DATA=./var SEED=1)'
	@echo 'make cluster  the same with every server apart, on MariaDB (as root the first time; RESTART=0)'
	@echo 'make test     everything that CI runs, on SQLite and on MariaDB'
	@echo 'make vectors  check test vectors in Python, Node and Chromium (DIR=tests/vectors)'
	@echo 'make lint     ruff, mypy, import contracts, TypeScript check'
	@echo 'make messages bring the message catalogues up to date with templates and code'
	@echo 'make format   let ruff lay out and mend what it can'
	@echo 'make bench    measure; writes docs/performance*.md'
	@echo 'make screenshots  pictures of the pages; writes docs/screens and docs/ten-seconds'
	@echo 'make soak     the long forms of the tests; writes docs/soak.md'
	@echo 'make install  what is needed, bundles and catalogues included, without starting anything'
	@echo 'make clean    remove what was made here, except DATA'

.PHONY: install
install:
	@scripts/bootstrap.sh $(RUNTIME)
	@$(data) $(bundle)

.PHONY: demo
demo: install
	@$(data) seed=$$([ "$$SEED" = 0 ] && echo --no-seed || true) && \
	exec $(PY) manage.py demo --host "$$HOST" --port "$$PORT" $$seed

.PHONY: cluster
cluster:
	@tests/support/setup.sh python build database
	@scripts/bootstrap.sh $(RUNTIME) requirements-mariadb.txt
	@$(data) $(bundle)
	@$(data) seed=$$([ "$$SEED" = 0 ] && echo --no-seed || true) && \
	restart=$$([ "$$RESTART" = 1 ] && echo --restart || true) && \
	exec $(PY) manage.py cluster --host "$$HOST" --port "$$PORT" $$seed $$restart

.PHONY: setup-tests
setup-tests:
	@tests/support/setup.sh
	@scripts/bootstrap.sh $(ALL)
	@$(data) $(bundle)

.PHONY: test
test: setup-tests
	@$(data) $(PY) -m tests.support.suite

.PHONY: lint
lint:
	@scripts/bootstrap.sh $(DEV)
	@$(data) $(PY) -m tests.support.suite lint

.PHONY: vectors
vectors:
	@tests/support/setup.sh python browser
	@scripts/bootstrap.sh $(DEV)
	@$(data) $(bundle)
	@$(data) tests/support/vectors.sh "$$DIR"

.PHONY: bench
bench: setup-tests
	@$(lighthouse)
	@$(data) $(PY) -m benchmarks --output docs/performance.md
	@$(data) $(PY) -m benchmarks.nodes --output docs/performance-nodes.md
	@$(data) $(PY) -m benchmarks.records --output docs/performance-records.md
	@$(data) $(PY) -m benchmarks.pages --output docs/performance-pages.md
	@$(data) $(PY) -m benchmarks.attachment --output docs/performance-attachments.md

.PHONY: screenshots
screenshots:
	@tests/support/setup.sh python browser
	@scripts/bootstrap.sh $(DEV)
	@$(data) $(bundle)
	@$(data) $(PY) -m tests.support.screenshots
	@$(data) $(PY) -m tests.support.ten_seconds

.PHONY: soak
soak: setup-tests
	@$(data) $(PY) -m pytest -p tests.support.no_skips -p tests.support.soak_report \
		-m soak --soak-report docs/soak.md
	@$(data) SESPHR_NODES=3 SESPHR_THRESHOLD=2 $(PY) -m pytest -p tests.support.no_skips -m soak tests/nodes
	@$(data) $(PY) -m tests.support.suite all-on-mariadb

.PHONY: format
format:
	@scripts/bootstrap.sh $(DEV)
	@.venv/bin/ruff format .
	@.venv/bin/ruff check --fix .

.PHONY: messages
messages:
	@scripts/bootstrap.sh $(RUNTIME)
	@$(PY) scripts/messages.py update

.PHONY: clean
clean:
	rm -rf .venv node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -not -path './var/*' -prune -exec rm -rf {} +
