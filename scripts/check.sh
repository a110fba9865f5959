#!/usr/bin/env bash
# What a machine can say about the code without running it: format, lint,
# generated files, budgets. Runs all of it before it fails.
source "$(dirname "$0")/lib.sh"

failed=0
check() { # NAME COMMAND...: runs it, quiet when all is well
	local name=$1 log
	shift
	log=$(mktemp)
	if "$@" >"$log" 2>&1; then
		echo "ok    $name"
	else
		echo "FAIL  $name"
		sed 's/^/      /' "$log"
		failed=1
	fi
	rm -f "$log"
}

formatted() {
	local files
	files=$(scripts/tool.sh gofumpt -l cmd demo internal test tools web/*.go)
	[ -z "$files" ] || { echo "run make fmt; not formatted:"; echo "$files"; return 1; }
}

generated() {
	local changed
	scripts/generate.sh
	changed=$(git status --porcelain -- "${generated[@]}")
	[ -z "$changed" ] || { echo "run make generate and commit; these differ:"; echo "$changed"; git diff --stat -- "${generated[@]}"; return 1; }
}
generated=(api cmd/tianbo/licenses.txt web/src/platform/api/schema.d.ts README.md README.zh-CN.md docs/modules)

tidy() { go mod tidy -diff && go mod verify; }

# What is committed speaks of Tianbo alone: no registry, no path of a machine.
neutral() {
	! git grep -nIE 'proxy\.golang\.org|registry\.(npmjs|npmmirror)\.|deb\.debian\.org|/root/|/home/[a-z]' -- . ':!scripts/check.sh' ':!cmd/tianbo/licenses.txt'
}

scripts() { local s; for s in scripts/*.sh .ci/run; do bash -n "$s" || return 1; done; }

say "checks"
check "Go format" formatted
check "Go lint" scripts/tool.sh golangci-lint run
check "modules tidy" tidy
check "web lint and types" scripts/web.sh check
check "generated files" generated
check "scripts" scripts
check "nothing names a machine" neutral
check "build and budgets" make --no-print-directory build
check "idle server" scripts/idle.sh
[ $failed = 0 ] || die "some checks failed"
