#!/usr/bin/env bash
# Holds an idle server to its budgets: ready within a second on a folder that
# exists (the best of five starts), and at most 64 MB of memory.
source "$(dirname "$0")/lib.sh"

data=$(mktemp -d)
trap 'kill "${pid:-}" 2>/dev/null || true; rm -rf "$data"' EXIT

free_port() {
	node -e 'const s=require("node:net").createServer().listen(0,"127.0.0.1",()=>{console.log(s.address().port);s.close()})'
}
web=$(free_port) rtmp=$(free_port) udp=$(free_port)

now() { date +%s%3N; }

serve() { # leaves pid and took
	local from
	from=$(now)
	bin/tianbo serve --data "$data" --listen "127.0.0.1:$web" --set "media.rtmp=127.0.0.1:$rtmp" \
		--set "media.udp=127.0.0.1:$udp" --set log.level=warn 2>"$data/log" &
	pid=$!
	until curl -fs -o /dev/null "http://127.0.0.1:$web/readyz"; do
		kill -0 "$pid" 2>/dev/null || { cat "$data/log" >&2; die "the server ended"; }
		sleep 0.01
	done
	took=$(($(now) - from))
}

stop() { kill "$pid" && wait "$pid" || die "the server did not stop cleanly"; }

serve
stop
best=999999
for start in 1 2 3 4 5; do
	serve
	[ "$took" -ge "$best" ] || best=$took
	[ "$start" = 5 ] || stop
done
for _ in 1 2 3 4 5 6 7 8 9 10; do # once it has settled
	sleep 0.5
	rss=$(awk '/^VmRSS/ {print $2}' "/proc/$pid/status")
done
stop
echo "ready after $best ms of 1000 ms; idle with $((rss / 1000)) MB of 64 MB"
[ "$best" -le 1000 ] || die "the start takes too long"
[ "$rss" -le 64000 ] || die "an idle server needs too much memory"
