#!/usr/bin/env bash
# The web app: scripts/web.sh build | test | check | generate | maps
# Each does its part of web/package.json and nothing when the sources have
# not changed since.
source "$(dirname "$0")/lib.sh"

[ -f web/package.json ] || exit 0
command -v node >/dev/null || die "Node.js is missing: install version 20 or later"

install() {
	local sum
	sum=$(cat web/package.json web/package-lock.json | cksum | tr ' ' -)
	[ -e "web/node_modules/.installed-$sum" ] && return
	say "installing what the web app needs"
	quietly npm --prefix web ci --no-audit --no-fund
	touch "web/node_modules/.installed-$sum"
}

case $1 in
build)
	install
	sum=$(cd web && git ls-files -co --exclude-standard . | LC_ALL=C sort | xargs -d '\n' cksum 2>/dev/null | cksum | tr ' ' -)
	[ "$(cat web/dist/.built 2>/dev/null)" = "$sum" ] && exit 0
	say "building the web app"
	quietly npm --prefix web run build
	touch web/dist/.keep
	echo "$sum" >web/dist/.built
	;;
test)
	install
	npm --prefix web test
	;;
check)
	install
	npm --prefix web run check
	;;
generate)
	install
	quietly npm --prefix web run types
	;;
maps)
	install
	# What the source maps name is what is inside.
	(cd web && npx vite build --sourcemap hidden --outDir ../.cache/maps --emptyOutDir --logLevel error)
	;;
*) die "usage: scripts/web.sh build|test|check|generate|maps" ;;
esac
