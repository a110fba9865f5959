#!/usr/bin/env bash
# Writes the generated files anew. They are committed, and `make check` fails
# when they differ from what this writes.
source "$(dirname "$0")/lib.sh"

replace() { # FILE: standard input becomes the file, whole or not at all
	mkdir -p "$(dirname "$1")"
	cat >"$1.new"
	mv "$1.new" "$1"
}

export CGO_ENABLED=0
go run ./cmd/tianbo openapi | replace api/openapi.yaml
scripts/web.sh generate
quietly scripts/web.sh maps
(cd tools && go run ./licences .. ../.cache/maps) | replace cmd/tianbo/licenses.txt
