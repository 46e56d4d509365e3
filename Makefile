# Every command of this repository; `make help` lists them. Nothing needs to be
# installed but Go, make and a C compiler, which the race detector asks for.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
# One thing after the other, also with -j: the go command uses all cores by itself, but
# for what says abreast.
ifndef ABREAST
.NOTPARALLEL:
endif

# Tools are compiled with the Go that is there, never with one fetched for them.
export GOTOOLCHAIN ?= local

GOLANGCI_LINT := github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0
STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2
GOVULNCHECK := golang.org/x/vuln/cmd/govulncheck@v1.8.0

# Each folder with a go.mod: the library, and the modules that hold its examples
# and whatever needs a driver.
MODULES := $(patsubst %/,%,$(dir $(wildcard go.mod */go.mod */*/go.mod)))

# SQLite is C, translated to Go: it shares no memory with us, and with the detector in it
# takes several times as long.
RACE := -race -gcflags=modernc.org/...=-race=false
TESTFLAGS ?= $(RACE) -timeout=20m
SIZE ?= S,L,whale,growth
SYSTEMS ?=
BENCH ?= .
FUZZTIME ?= 10s

.PHONY: help
help: ## print this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-15s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# The race detector makes what runs on real engines three times slower. So it runs twice:
# in full without it, and with it what shares memory, in smaller numbers (effort in
# internal/sqltest). Large numbers of rows share nothing.
ENGINES := internal/sqltest
# What runs there in full, in three parts that take about as long.
PROMISES := ^Test(Conformance|Rules|Machine|Variants)$$
FAILURES := ^Test(Faults|Corpus|Crash)
# What shares memory in the browser's tests is another process.
BROWSER := internal/browsertest
# Nothing of ours shares memory with the peers, which take minutes to compile with it.
PEERS := bench/peers
OTHERS := $(filter-out . $(ENGINES) $(BROWSER) $(PEERS),$(MODULES))

# The longest come first.
TESTS := $(addprefix test/,engines browser library promises failures engines-race $(OTHERS) peers)

# What is not installed is named first: go test says nothing of what it skips.
# Three run at a time, on two cores: most of them wait for a database, or for the one
# thing that they do, and leave a core with nothing to do.
.PHONY: test
test: ## run all tests of all modules, with the race detector
	@go -C $(ENGINES) run ./missing
	@$(MAKE) --no-print-directory --jobs=3 --output-sync=target ABREAST=1 $(TESTS)

.PHONY: $(TESTS)
test/library:
	@echo "test: the library"; go test $(TESTFLAGS) ./...
	@echo "test: storetest's matrix, in full"; go test -run '^TestKillMatrix$$' ./storetest
test/engines:
	@echo "test: $(ENGINES), in full"; go -C $(ENGINES) test -timeout=70m -skip '$(PROMISES)|$(FAILURES)' ./...
test/promises:
	@echo "test: $(ENGINES), in full, $(PROMISES)"; go -C $(ENGINES) test -timeout=70m -run '$(PROMISES)' .
test/failures:
	@echo "test: $(ENGINES), in full, $(FAILURES)"; go -C $(ENGINES) test -timeout=70m -run '$(FAILURES)' .
test/engines-race:
	@echo "test: $(ENGINES), with the race detector"; \
		go -C $(ENGINES) test $(RACE) -timeout=40m -run '^Test(Conformance|Races|InTx|Bind|Statements|Migrat)' -skip '^Test(StatementsOfMany|MigrateForward)' .
test/browser:
	@echo "test: $(BROWSER)"; go -C $(BROWSER) test -timeout=30m ./...
test/peers:
	@echo "test: $(PEERS)"; go -C $(PEERS) test ./...
$(addprefix test/,$(OTHERS)): test/%:
	@echo "test: $*"; go -C $* test $(TESTFLAGS) ./...

# The acceptance of concurrency: half an hour or more for each server on two cores.
RACES ?= .*
ROUNDS ?= 1000

.PHONY: races
races: ## run ROUNDS rounds of each race on every engine, or on RACES
	@CHARTER_ROUNDS=$(ROUNDS) go -C $(ENGINES) test -count=1 -v -timeout=6h -parallel=8 -run 'Test(Races|Contention)/$(RACES)' . \
		| grep -v '^=== '

.PHONY: acceptance
acceptance: ## run all that make test runs on engines in full, on every handle: many hours
	@CHARTER_ENGINES=all CHARTER_ROUNDS=$(ROUNDS) go -C $(ENGINES) test -count=1 -v -timeout=24h . | grep -v '^=== '

.PHONY: cover
cover: ## measure statement coverage and compare it with the floors
	@.ci/cover

.PHONY: lint
lint: fmt-check vet golangci-lint staticcheck govulncheck ## run every check that reads the code

.PHONY: fmt-check
fmt-check: ## fail when gofmt would change a file
	@changed=$$(gofmt -l .); if [ -n "$$changed" ]; then echo "gofmt would change:"; echo "$$changed"; exit 1; fi

.PHONY: vet
vet: ## run go vet
	@for m in $(MODULES); do echo "vet: $$m"; go -C $$m vet ./...; done

.PHONY: golangci-lint
golangci-lint: ## run golangci-lint, compiled at the first use
	@for m in $(MODULES); do echo "golangci-lint: $$m"; \
		go -C $$m run $(GOLANGCI_LINT) run --config '$(CURDIR)/.golangci.yml' --allow-serial-runners ./...; done

.PHONY: staticcheck
staticcheck: ## run staticcheck
	@for m in $(MODULES); do echo "staticcheck: $$m"; go -C $$m run $(STATICCHECK) ./...; done

.PHONY: govulncheck
govulncheck: ## look for known vulnerabilities, where their database is reachable
	@.ci/govulncheck $(GOVULNCHECK) $(MODULES)

.PHONY: mod-check
mod-check: ## fail when a go.mod is not tidy or a download is not what go.sum says
	@for m in $(MODULES); do echo "mod-check: $$m"; go -C $$m mod tidy -diff; go -C $$m mod verify; done

.PHONY: generate
generate: ## write generated files anew
	@for m in $(MODULES); do go -C $$m generate ./...; done

.PHONY: bench
bench: ## time charter beside peers and what one would write by hand; SIZE and SYSTEMS choose
	@go -C $(PEERS) run . -size '$(SIZE)' -systems '$(SYSTEMS)'
	@go -C bench/sql run . -size '$(SIZE)' -systems '$(SYSTEMS)'

.PHONY: figures
figures: ## measure everything anew, and draw the README's chart
	@go -C $(PEERS) run . -out ../../docs/bench/results.json
	@go -C bench/sql run . -add ../../docs/bench/results.json -out ../../docs/bench/results.json -svg ../../docs/bench/check.svg

.PHONY: microbench
microbench: ## run the benchmarks of the packages; BENCH chooses
	@go test -run '^$$' -bench '$(BENCH)' -benchmem ./...

.PHONY: fuzz
fuzz: ## run every fuzz target for FUZZTIME
	@.ci/fuzz $(FUZZTIME) $(MODULES)
