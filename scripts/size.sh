#!/usr/bin/env bash
# Holds a file to a budget: scripts/size.sh FILE MEGABYTES
source "$(dirname "$0")/lib.sh"
size=$(stat -c %s "$1")
awk -v file="$1" -v size="$size" -v most="$2" 'BEGIN {
	printf "%s: %.1f MB of %d MB\n", file, size / 1e6, most
	if (size > most * 1e6) { print "error: over budget; see what grew with: go version -m, go tool nm -size" > "/dev/stderr"; exit 1 }
}'
