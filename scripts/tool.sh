#!/usr/bin/env bash
# Runs a tool of tools/go.mod, built once into .cache/bin:
#   scripts/tool.sh gofumpt -l .      runs it
#   scripts/tool.sh --path versitygw  builds it and prints where it is
source "$(dirname "$0")/lib.sh"

name=$1
[ "$name" = --path ] && name=$2
package=$(sed -nE "s#^\s*(tool )?([^ ]*/)($name)(/v[0-9]+)?\$#\2\3\4#p" tools/go.mod | head -n 1)
[ -n "$package" ] || die "tools/go.mod has no tool $name"

bin=$PWD/.cache/bin/$name
stamp=$PWD/.cache/bin/.$name.$(cksum tools/go.sum | cut -d ' ' -f 1)
if [ ! -x "$bin" ] || [ ! -e "$stamp" ]; then
	mkdir -p .cache/bin
	rm -f .cache/bin/."$name".*
	quietly env CGO_ENABLED=0 GOFLAGS="-buildvcs=false -modfile=tools/go.mod" go build -trimpath -o "$bin" "$package"
	touch "$stamp"
fi
if [ "$1" = --path ]; then
	echo "$bin"
else
	shift
	exec "$bin" "$@"
fi
