# Sets up everything itself on a bare Debian with Python 3.11, Node 20 and make.
#   make run [BOTS=5] [PORT=8080]   start the server with a demo session
#   make test                       set up and run all tests
#   make check                      lint, types and unit tests: under a minute
#   make compiled                   the packet path as the image has it: compiled, which takes two minutes
#   make soak [SOAK_MINUTES=30]     does memory stay flat while 200 people come and go

PYTHON ?= $(shell command -v python3.11 || command -v python3)
UV ?= $(or $(wildcard .venv/bin/uv),uv)
BOTS ?= 0
PORT ?= 8080
FUZZ_SECONDS ?= 3600
SOAK_MINUTES ?= 30

# The locked hashes alone say what is installed, wherever it comes from.
unexport PIP_FIND_LINKS
export PIP_DISABLE_PIP_VERSION_CHECK = 1

SHELL := /bin/bash
BIN := .venv/bin
VENV := .venv/.installed
PAGE := kinroom/page/index.html
NPM_LOCKS := $(wildcard web/package-lock.json bench/lab/package-lock.json tests/integration/wrtc/package-lock.json)
NPM := $(NPM_LOCKS:package-lock.json=node_modules/.package-lock.json)
DEBIAN_PACKAGES := chromium firefox-esr iproute2 janus coturn libnss3-tools libipsec-mb1

.PHONY: run test check compiled unit integration browser fuzz soak lint types diagrams web web-test wheel lock debian node clean
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules --no-print-directory

run: $(VENV) $(PAGE)
	@exec $(BIN)/kinroom serve --demo --port $(PORT) --bots $(BOTS)

# --- tests ------------------------------------------------------------------------------------------------------------

test: debian $(VENV) $(NPM) $(PAGE) compiled lint web-test
	$(BIN)/python -m tests.fuzz --each 20 --jobs 2 --seed 1
	RTC_COMPILED=1 $(BIN)/pytest tests/unit/rtc
	$(BIN)/pytest tests

check: $(VENV) $(NPM) lint web-test unit

lint: $(VENV)
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

unit: $(VENV)
	$(BIN)/pytest tests/unit

integration: $(VENV) $(NPM) $(PAGE)
	$(BIN)/pytest tests/integration

browser: debian $(VENV) $(NPM) $(PAGE)
	$(BIN)/pytest tests/browser

web-test: web/node_modules/.package-lock.json
	cd web && npm run --silent check && npm run --silent test

# Every target for its share of FUZZ_SECONDS. `make test` gives each 20 s, always with the same choices.
fuzz: $(VENV)
	$(BIN)/python -m tests.fuzz --seconds $(FUZZ_SECONDS)

soak: $(VENV)
	$(BIN)/python -m bench soak --minutes $(SOAK_MINUTES) --changes 200

# --- what is built ----------------------------------------------------------------------------------------------------

web: $(PAGE)

# Packets and reports by mypyc: two minutes, and less CPU for each packet. What is edited runs in Python until then.
compiled: $(VENV)
	$(BIN)/python hatch_build.py modules

DIST ?= dist
wheel: $(VENV) $(PAGE)
	rm -rf $(DIST)/*.whl
	$(BIN)/python -m build --wheel --no-isolation --outdir $(DIST)

# pip --require-hashes takes both files. The second is the server alone: no bots, no tools.
# uv is needed for this alone (pip install uv).
lock:
	$(UV) pip compile $(LOCK_OPTIONS) --all-extras pyproject.toml -o requirements.lock
	$(UV) pip compile $(LOCK_OPTIONS) --constraint requirements.lock pyproject.toml -o requirements-server.lock
LOCK_OPTIONS := --quiet --universal --generate-hashes --python-version 3.11 \
	--no-emit-find-links --no-emit-index-url --no-header

# The page's types and the tables of docs/protocol.md come from signaling/protocol.py, docs/lifecycles.md from
# signaling/core/lifecycles.py; a test fails when they differ.
types: $(VENV) web/node_modules/.package-lock.json
	set -o pipefail; $(BIN)/python -m signaling.schema | (cd web && npm run --silent types)
	$(BIN)/python -m signaling.schema --docs docs/protocol.md
	$(MAKE) --no-print-directory diagrams

diagrams: $(VENV)
	$(BIN)/python -m signaling.diagrams docs/lifecycles.md

# --- set-up -----------------------------------------------------------------------------------------------------------

$(VENV): requirements.lock pyproject.toml hatch_build.py $(wildcard rtc/shell/*.c rtc/shell/*.h)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || $(call apt,python3-venv)
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --require-hashes --requirement requirements.lock
	$(BIN)/pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@

%/node_modules/.package-lock.json: %/package-lock.json | node
	cd $* && npm ci --no-audit --no-fund --loglevel error
	touch $@

node:
	@node -e 'process.exit(Number(process.versions.node.split(".")[0]) < 20 ? 1 : 0)' 2>/dev/null || { echo "Node 20 or newer is needed" >&2; exit 1; }

# Where the page is already built and its source is absent (the second stage of the Dockerfile) there is nothing to do.
ifneq ($(wildcard web/package-lock.json),)
$(PAGE): web/node_modules/.package-lock.json $(shell find web -name node_modules -prune -o -type f -print)
	cd web && npm run --silent build
	touch $@
endif

debian:
	@missing=""; \
	command -v chromium >/dev/null || missing="$$missing chromium"; \
	command -v firefox-esr >/dev/null || missing="$$missing firefox-esr"; \
	command -v ip >/dev/null || missing="$$missing iproute2"; \
	command -v janus >/dev/null || missing="$$missing janus"; \
	command -v turnserver >/dev/null || missing="$$missing coturn"; \
	command -v certutil >/dev/null || missing="$$missing libnss3-tools"; \
	[ "$$(uname -m)" != x86_64 ] || ldconfig -p | grep -q libIPSec_MB.so.1 || missing="$$missing libipsec-mb1"; \
	[ -z "$$missing" ] || $(call apt,$$missing)

apt = { if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; \
	then apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends $(1); \
	else echo "missing from Debian:" $(1) "(as root: apt-get install" $(1)")" >&2; exit 1; fi; }

clean:
	rm -rf .venv rtc/_compiled web/node_modules bench/lab/node_modules tests/integration/wrtc/node_modules kinroom/page dist build
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis
