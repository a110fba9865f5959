#!/usr/bin/env bash
# Runs the tests: scripts/test.sh [all | go [PACKAGES] | web | e2e]
# Store tests run on SQLite and PostgreSQL, file tests on a folder and a real
# S3 server, event tests on NATS inside and outside the process.
source "$(dirname "$0")/lib.sh"

part=${1:-all}
scripts/deps.sh

go_tests() {
	say "Go tests, race detector on, both databases"
	export TIANBO_TEST_S3_SERVER TIANBO_TEST_NATS_SERVER
	TIANBO_TEST_S3_SERVER=$(scripts/tool.sh --path versitygw)
	TIANBO_TEST_NATS_SERVER=$(scripts/tool.sh --path nats-server)
	local packages=("$@")
	[ ${#packages[@]} -gt 0 ] || packages=(./...)
	# A package without tests is no news.
	CGO_ENABLED=0 go run ./test/withservices env CGO_ENABLED=1 go test -race -timeout 15m "${packages[@]}" 2>&1 |
		{ grep --line-buffered -v '\[no test files\]' || true; }
}

web_tests() {
	[ -f web/package.json ] || return 0
	say "web unit tests"
	scripts/web.sh test
}

journeys() {
	say "journeys in a real browser"
	make --no-print-directory build
	# Two at a time: each file has a server and a browser of its own.
	node --test --test-concurrency=2 test/e2e/*.test.mjs
}

case $part in
all)
	make --no-print-directory build # the binary and the pages are part of the tests
	web_tests
	go_tests
	journeys
	;;
go) shift; go_tests "$@" ;;
web) web_tests ;;
e2e) journeys ;;
*) die "usage: scripts/test.sh [all | go [PACKAGES] | web | e2e]" ;;
esac
say "all passed"
