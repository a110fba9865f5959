#!/usr/bin/env bash
# Writes the generated files anew. They are committed, and `make check` fails
# when they differ from what this writes.
source "$(dirname "$0")/lib.sh"

replace() { # FILE: standard input becomes the file, whole or not at all
	mkdir -p "$(dirname "$1")"
	cat >"$1.new"
	mv "$1.new" "$1"
}

settings() { # FILE LANGUAGE: the table of settings, between its marks
	{
		sed '/<!-- config:begin -->/q' "$1"
		.cache/bin/tianbo config --markdown --lang "$2"
		sed -n '/<!-- config:end -->/,$p' "$1"
	} | replace "$1"
}

export CGO_ENABLED=0
mkdir -p .cache/bin
go build -o .cache/bin/tianbo ./cmd/tianbo
.cache/bin/tianbo openapi | replace api/openapi.yaml
settings README.md en
settings README.zh-CN.md zh-CN
scripts/web.sh generate
(cd tools && go run ./moduledocs ..)
quietly scripts/web.sh maps
(cd tools && go run ./licences .. ../.cache/maps) | replace cmd/tianbo/licenses.txt
