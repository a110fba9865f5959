.PHONY: build test help
export CGO_ENABLED=0

help: ## Says what each target does
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/'

build: ## Builds bin/tianbo
	go build -trimpath -o bin/tianbo ./cmd/tianbo

test: ## Runs every test
	go test ./...
