#!/usr/bin/env bash
# Measures against the peers; docs/performance.md says what each figure means.
# MEDIAMTX=path names the MediaMTX program; without it Tianbo runs alone.
source "$(dirname "$0")/lib.sh"

command -v ffmpeg >/dev/null || scripts/deps.sh
go run ./test/bench media
go run ./test/bench chat
go test -run XXX -bench FlashSale -benchtime 4000x ./internal/market/order
go test -run XXX -bench HTTP -benchtime 4000x ./test/bench/orders
