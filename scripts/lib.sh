# Shared by the scripts: sourced, not run.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# say prints a headline, so that a long log shows where it is.
say() { printf '\n== %s\n' "$*"; }

# die says what is wrong and what to do.
die() { printf 'error: %s\n' "$*" >&2; exit 1; }

# quietly runs a command and shows its output only when it fails.
quietly() {
	local log
	log=$(mktemp)
	if ! "$@" >"$log" 2>&1; then
		cat "$log" >&2
		rm -f "$log"
		die "this failed: $*"
	fi
	rm -f "$log"
}
