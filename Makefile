# Holdfast builds itself on a bare machine: Python >= 3.11 and make. Go comes along when the PATH has none that is new enough.
#
#   make run     the real thing: your numbers, real WhatsApp, data under ~/.local/share/holdfast
#   make demo    the same against the offline simulator (make demo ARGS=--once: tell the story, exit 0 or 1)
#   make test    everything that must hold     make lint    everything that must read well
#   make check   the short loop at the desk, under a minute: lint and the tests of one room each, the long ones left out
#   make faults  everything that can break, broken: the fault matrix, and docs/faults.md
#   make bench   what we claim, measured       make help    this list

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
GOBIN  := src/holdfast/_bin
STAMPS := $(VENV)/.stamps
ARGS   ?=
# Tests run side by side, in twice as many processes as there are cores, because most wait for programs; a file stays
# in one process, so that what its tests share is started once. Those of one room start nothing and keep a core busy.
CORES   := $(shell getconf _NPROCESSORS_ONLN)
WORKERS ?= $(shell expr $(CORES) \* 2)
PYTEST  := $(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder

export GOTOOLCHAIN := local
export CGO_ENABLED := 0
# A shell that forbids bytecode would make every start of every process pay for compilation again.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help docs setup dev run demo check test test-python test-unit test-go test-clients test-kills test-load test-typescript test-schema test-s3 test-packages screenshots faults lint format bench proto lock reasons catalogues new-file sync wheel wheels image clean
.DELETE_ON_ERROR:

help:
	@sed -n 's/^#   //p' Makefile

# ---- set-up: each step leaves a stamp, so that a second run starts at once -------------------------------------

setup: $(STAMPS)/package $(GOBIN)/holdfast-engine $(GOBIN)/wasim
dev: setup $(STAMPS)/dev

$(STAMPS)/venv: requirements-build.lock
	@$(PYTHON) tools/check_python.py
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@mkdir -p $(STAMPS)
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements-build.lock
	@touch $@

$(STAMPS)/requirements: requirements.lock $(STAMPS)/venv
	@sh tools/install.sh requirements.lock
	@touch $@

$(STAMPS)/dev: requirements-dev.lock $(STAMPS)/requirements
	@sh tools/install.sh requirements-dev.lock
	@touch $@

$(STAMPS)/package: pyproject.toml $(STAMPS)/requirements
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	@touch $@

GO_COMMON := go.mod go.sum
$(GOBIN)/holdfast-engine: $(shell find engine internal -name '*.go' -not -name '*_test.go') $(GO_COMMON) | $(STAMPS)/venv
	@echo "building the engine (about a minute the first time)"
	@. tools/go.sh && go run ./engine/harden build/hardened \
	  && go build -modfile build/hardened/go.mod -trimpath -buildvcs=false -ldflags '-s -w' -o $@ ./engine
	@cp build/hardened/whatsmeow.patch $(GOBIN)/whatsmeow.patch
	@touch $@
$(GOBIN)/wasim: $(shell find simulator internal -name '*.go' -not -name '*_test.go') $(GO_COMMON) | $(STAMPS)/venv
	@echo "building the simulator"
	@. tools/go.sh && go build -trimpath -buildvcs=false -ldflags '-s -w' -o $@ ./simulator
	@touch $@

# ---- use -------------------------------------------------------------------------------------------------------

run: setup
	@$(BIN)/holdfast up $(ARGS)

demo: setup
	@trap : INT; $(BIN)/holdfast demo $(ARGS) || [ $$? -eq 130 ]  # Ctrl+C is no failure

bench: dev
	@sh tools/chromium.sh
	$(BIN)/python -m benchmarks $(ARGS)

# ---- hold ------------------------------------------------------------------------------------------------------

# Side by side: most of them keep one core busy, or wait.
check: dev
	@$(MAKE) --no-print-directory -j2 test-unit lint

test: dev
	@$(MAKE) --no-print-directory -j2 test-python test-go

test-unit: dev
	@sh tools/postgresql.sh
	@sh tools/ffmpeg.sh
	$(PYTEST) --quiet -m "not long" tests/unit tests/contract $(ARGS)

test-go: dev
	@. tools/go.sh && go test -timeout 30m ./engine/... ./internal/... ./simulator/...

test-python: dev
	@sh tools/chromium.sh
	@sh tools/postgresql.sh
	@sh tools/ffmpeg.sh
	@sh tools/strace.sh
	$(PYTEST) $(ARGS)

# Every row of tests/acceptance/faults, several side by side; ARGS="--at-once 2 replaced": these rows.
faults: dev
	@PYTHONPATH=tests/acceptance:tests $(BIN)/python -m faults --write docs/faults.md $(ARGS)

# Pictures of every page, desk and phone, light and dark: docs/screenshots.
screenshots: dev
	@sh tools/chromium.sh
	@mkdir -p docs/screenshots
	HOLDFAST_SCREENSHOTS=docs/screenshots $(BIN)/python -m pytest -p no:xdist tests/browser/test_rooms.py tests/browser/test_work_pages.py $(ARGS)

# Clients of other projects against the simulator. Brings Node.js and the clients itself; needs Rust on the PATH.
test-clients: dev
	@sh tools/gcc.sh
	@sh tools/postgresql.sh
	@. tools/node.sh && . tools/go.sh && $(BIN)/python tests/clients/side_by_side.py $(ARGS)

# NUMBERS=20 RATE=50: a backup while so many numbers talk at so many messages a second, put back elsewhere, with counts.
test-load: dev
	$(BIN)/python -m pytest -p no:xdist -s tests/load $(ARGS)

# examples/typescript against a real gateway and in a browser. Brings a Node.js that runs TypeScript.
test-typescript: dev
	@sh tools/chromium.sh
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements-node.lock
	$(BIN)/python -m pytest -p no:xdist tests/typescript $(ARGS)

# The API against its own description, with many more requests than `make test` makes: a line per operation.
test-schema: dev
	@sh tools/postgresql.sh
	SCHEMA_EXAMPLES=$${SCHEMA_EXAMPLES:-200} $(BIN)/python -m pytest -p no:xdist tests/acceptance/test_described.py $(ARGS)

# kill -9 at fifty random moments of backup, restore, rotation, import and export.
test-kills: dev
	@. tools/go.sh && KILLS=50 go test ./engine -count=1 -run MoveThatIsKilled
	KILLS=50 $(BIN)/python -m pytest -p no:xdist tests/unit/backup/test_killed.py $(ARGS)

# Files in a bucket, against a real S3 server that is built for it.
test-s3: dev
	@. tools/go.sh && sh tools/s3.sh
	$(BIN)/python -m pytest -p no:xdist tests/s3 $(ARGS)

PROSE := src docs engine simulator internal proto examples tools deploy benchmarks $(filter-out CONTRIBUTING.md,$(wildcard *.md)) NOTICE Makefile
lint: dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	@$(BIN)/codespell -D - -D tools/house_words.txt $(PROSE)
	@sh tools/lint_go.sh
	@sh tools/lint_proto.sh

format: dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	@. tools/go.sh && go fmt ./engine/... ./internal/... ./simulator/...

proto: $(STAMPS)/dev
	@. tools/go.sh && sh tools/proto.sh .

# Locks carry hashes and no index addresses. Run after changing dependencies in pyproject.toml.
LOCK := $(BIN)/uv pip compile --system-certs --generate-hashes --no-emit-index-url --universal --python-version 3.11 --quiet \
	--custom-compile-command 'make lock'
lock:
	$(LOCK) pyproject.toml -o requirements.lock
	$(LOCK) pyproject.toml --group dev -o requirements-dev.lock
	$(LOCK) --group build -o requirements-build.lock
	$(LOCK) --group go -o requirements-go.lock
	$(LOCK) --group node -o requirements-node.lock
	$(LOCK) --group release --constraints requirements-dev.lock -o requirements-release.lock
	$(LOCK) --group docs --constraints requirements-dev.lock -o requirements-docs.lock

# After a change of what the dashboard says: its catalogues get the new sentences, without translations yet.
catalogues: dev
	$(BIN)/python tools/catalogues.py

# docs/reasons.md out of the tables that decide.
reasons: dev
	$(BIN)/python tools/reasons_page.py

# What a new database file begins with, out of the migrations. Run after adding one.
new-file: dev
	$(BIN)/python tools/new_file.py

# The calls of holdfast.sync, out of those of holdfast.client.
sync: dev
	$(BIN)/python tools/sync_client.py

# The documents as a site: build/site. A link that leads nowhere, or a page that loads from another host, fails.
docs: dev
	@$(BIN)/python -m pip install --quiet --require-hashes -r requirements-docs.lock
	@$(BIN)/python tools/site.py

# A wheel for this machine. `make wheels`: the source and a wheel for every platform, as an index takes them.
wheel: dev
	@. tools/go.sh && $(BIN)/python -m hatchling build -t wheel

wheels: dev
	@$(BIN)/python -m pip install --quiet --require-hashes -r requirements-release.lock
	@rm -rf dist && . tools/go.sh && $(BIN)/python -m hatchling build -t sdist \
	  && for it in $$($(BIN)/python hatch_build.py); do HOLDFAST_WHEEL=$$it $(BIN)/python -m hatchling build -t wheel || exit 1; done
	$(BIN)/python -m twine check --strict dist/*

# Wheels as a stranger gets them: what an index says to them, an empty home, no environment of ours.
test-packages: wheels
	$(BIN)/python -m pytest -p no:xdist tests/packages $(ARGS)

# An OCI image, out of Debian's packages and this machine's wheel, without Docker: dist/holdfast-image.tar.
image: dev
	@. tools/go.sh && sh deploy/image.sh "$$($(BIN)/python -m hatchling build -t wheel | tail -1)"

clean:
	rm -rf $(VENV) build dist $(GOBIN)
