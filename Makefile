# Everything a developer does here, one target each. `make help` lists them.
.PHONY: help build web demo test test-go test-web test-e2e bench check fmt generate clean

SHELL   := /bin/bash
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
export GOFLAGS ?= -buildvcs=false

help: ## Say what each target does
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

build: web ## Build the web app and one static binary, bin/tianbo
	CGO_ENABLED=0 go build -trimpath -ldflags "-s -w -X main.version=$(VERSION)" -o bin/tianbo ./cmd/tianbo
	@scripts/size.sh bin/tianbo 80

web:
	@scripts/web.sh build

demo: build ## Run the demo county on http://127.0.0.1:8080, with a live room
	bin/tianbo demo

test: ## Install what the tests need and run everything, on both databases
	@scripts/test.sh

test-go: ## Run the Go tests alone (PKG=./internal/live/... for a part)
	@scripts/test.sh go $(PKG)

test-web: ## Run the unit tests of the web app alone
	@scripts/test.sh web

test-e2e: ## Run the browser journeys alone
	@scripts/test.sh e2e

bench: build ## Measure against the peers; see docs/performance.md
	@scripts/bench.sh

check: ## Lint, format, compare generated files, hold the budgets
	@scripts/check.sh

fmt: ## Format the Go code
	@scripts/tool.sh gofumpt -w cmd demo internal test tools web/*.go

generate: ## Write the generated files anew: API description, licences, tables
	@scripts/generate.sh

clean: ## Remove what was built
	rm -rf bin .cache web/node_modules
	find web/dist -mindepth 1 ! -name .keep -delete
