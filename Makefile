# Two commands are enough: `make run` and `make test`. For GNU make 3.81 or later and any POSIX shell; `install` and
# `run` use nothing but make, sh, the core utilities and Python 3.11 or later, so that they work on a bare machine.

PYTHON ?= python3
PORT ?= 8000
JOBS ?= 3
ARGS ?=
KEYS ?=
QUICK ?=
CHECK ?=
ADDRESS ?= http://127.0.0.1:8000
WHO ?=

BIN = .venv/bin
SOURCES = app config seeds workers
CATALOGUES = $(patsubst %.po,%.mo,$(wildcard app/translations/*/LC_MESSAGES/messages.po))
PIP = $(BIN)/python -m pip --disable-pip-version-check --no-input --quiet install
PIN = $(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--no-emit-find-links --custom-compile-command 'make requirements' pyproject.toml

define HELP
Mawa: who is displaced, where they are, and where there is still room.

  make run           install what is missing and start everything; PORT=8001 make run takes another port
  make test          install what the tests need and run them all; ARGS='-k fold' make test runs some, JOBS=0 one by one
  make check         style, types, import contracts; that migrations make the tables the program expects
  make install       only the environment: afterwards .venv/bin/mawa stands
  make bench         measure; KEYS='fresh start' make bench measures some, QUICK=1 shorter, CHECK=1
                     fails where a ratio misses its goal more than twice over
  make soak          half an hour of load, and whether anything grows; MINUTES=5 make soak takes five
  make faults        kill, empty and fill up everything under load, for much longer than make test does
  make access        who reaches what: each route, each role, what lies in their areas and elsewhere
  make container     build and run what Dockerfile and compose.yaml say, without a container engine
  make mutants       plant faults in the fold and see the tests notice every one
  make scan          let two scanners loose on a demonstration that runs here; ADDRESS=http://127.0.0.1:8001, MINUTES=10
  make lighthouse    Lighthouse over the pages of the field, on a phone; wants Node.js 18.16 or later with npm
  make picture       take the README's picture of the dashboard anew, from the demonstration
  make requirements  pin the newest versions again, with their hashes
  make clean         remove the environment and what tools left behind; the data in .mawa stays

endef

INNER = environment development browser
.PHONY: help install run test check access bench soak faults container mutants scan lighthouse picture requirements clean $(INNER)

help:
	$(info $(HELP))
	@:

install: environment $(CATALOGUES)

run: install
	@exec $(BIN)/mawa up --port $(PORT)

test: development browser $(CATALOGUES)
	@$(BIN)/python -m pytest -n $(JOBS) --dist loadfile --no-loadscope-reorder $(ARGS)

check: development
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest tests/guards/test_migrations.py

bench: development $(CATALOGUES)
	@$(BIN)/python -m tests.bench $(if $(QUICK),--quick) $(if $(CHECK),--check) $(KEYS)

soak: MINUTES ?= 30
soak: development $(CATALOGUES)
	@$(BIN)/python -m tests.bench.soak $(MINUTES)

access: development $(CATALOGUES)
	@$(BIN)/python -m pytest -rP --show-capture=stdout tests/guards/test_matrix.py -k reaches

faults: development $(CATALOGUES)
	@FAULTS=long $(BIN)/python -m pytest tests/faults $(ARGS)

container: development
	@$(BIN)/python -m tests.container

mutants: development
	@$(BIN)/python -m tests.mutants $(if $(WITHIN),--within $(WITHIN))

scan: MINUTES ?= 6
scan: development
	@$(BIN)/python -m tests.scan $(ADDRESS) $(MINUTES) $(WHO)

# Node.js is nowhere else asked for, so it is not installed here. npm holds what it fetches against the hashes of the lock.
lighthouse: development browser $(CATALOGUES)
	@command -v npm >/dev/null 2>&1 || { echo 'There is no npm. Debian: apt-get install npm'; exit 1; }
	@mkdir -p .lighthouse && cp tests/lighthouse/package*.json .lighthouse/
	@npm ci --prefix .lighthouse --ignore-scripts --no-audit --no-fund --loglevel=error >/dev/null
	@$(BIN)/python -m tests.lighthouse .lighthouse/node_modules/.bin/lighthouse \
		"$$(command -v chromium || command -v chromium-browser || command -v google-chrome || command -v chromium-headless-shell)"

picture: development browser $(CATALOGUES)
	@$(BIN)/python -m tests.picture

requirements: development
	$(PIN) --output-file requirements.txt
	$(PIN) --extra dev --constraint requirements.txt --output-file requirements-dev.txt

clean:
	rm -rf .venv .lighthouse build *.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	rm -f $(CATALOGUES)

# The stamp says what the environment was made of: where it stands (programs in it name that place), for which Python,
# and from which requirements. While that holds there is nothing to do, and finding out takes a few hundredths of a second.
# What builds packages that come as source is pinned too: it is installed first and building takes no other.
environment: REQUIREMENTS = requirements.txt
development: REQUIREMENTS = requirements-dev.txt

environment development: export ONLY_SETUPTOOLS = import re, sys; print(re.search(r'^setuptools==.*\n(    .*\n)*', sys.stdin.read(), re.M)[0])

environment development:
	@set -e; stamp=.venv/$(REQUIREMENTS).stamp; \
	place="$$(pwd) $$($(BIN)/python -ISc 'import sys; print(sys.hexversion)' 2>&1 || :)"; \
	files="$$(cat pyproject.toml $(REQUIREMENTS) | cksum)"; \
	made="$$(cat $$stamp 2>/dev/null || :)"; \
	if [ "$$made" = "$$place $$files" ]; then exit 0; fi; \
	if ! $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then \
		echo 'Mawa needs Python 3.11 or later. Where that has another name: PYTHON=python3.12 make $@'; exit 1; fi; \
	if ! $(PYTHON) -c 'import ensurepip, venv' 2>/dev/null; then \
		echo 'This Python cannot make virtual environments. Debian, Ubuntu: apt-get install python3-venv'; exit 1; fi; \
	case "$$(cat .venv/place 2>/dev/null || :)" in "$$place") ;; *) \
		echo 'Making the virtual environment in .venv'; $(PYTHON) -m venv --clear .venv ;; esac; \
	echo 'Installing from $(REQUIREMENTS); the first time this takes a minute or two'; \
	$(BIN)/python -c "$$ONLY_SETUPTOOLS" < $(REQUIREMENTS) > .venv/setuptools.txt; \
	$(PIP) --require-hashes -r .venv/setuptools.txt; \
	$(PIP) --require-hashes --no-build-isolation --use-pep517 -r $(REQUIREMENTS); \
	$(PIP) --no-deps --no-build-isolation --editable .; \
	$(BIN)/python -m compileall -q $(SOURCES); \
	place="$$(pwd) $$($(BIN)/python -ISc 'import sys; print(sys.hexversion)')"; \
	echo "$$place" > .venv/place; echo "$$place $$files" > $$stamp

$(CATALOGUES): %.mo: %.po | environment
	@$(BIN)/pybabel --quiet compile --input-file $< --output-file $@

browser:
	@set -e; for name in chromium-headless-shell chromium chromium-browser google-chrome; do \
		if command -v $$name >/dev/null 2>&1; then exit 0; fi; done; \
	if [ "$$(id -u)" = 0 ] && [ -f /etc/debian_version ] && command -v apt-get >/dev/null 2>&1; then \
		echo 'Installing Chromium for the browser tests'; \
		apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq -o Dpkg::Use-Pty=0 install \
			--yes --no-install-recommends chromium-headless-shell fonts-noto-core >/dev/null && exit 0; \
	fi; \
	echo 'There is no Chromium, so the browser tests will fail. Install it first:'; \
	echo '  Debian: apt-get install chromium-headless-shell   Fedora: dnf install chromium   others: any Chromium or Chrome on PATH'
