#!/usr/bin/env bash
# Makes sure that what the tests need is on this machine: a C compiler (race
# detector), PostgreSQL, ffmpeg, Chromium and Chinese fonts. Does nothing when
# all is there; installs on Debian as root; says what to install elsewhere.
source "$(dirname "$0")/lib.sh"

command -v go >/dev/null || die "Go is missing: install the version named in go.mod"
command -v node >/dev/null || die "Node.js is missing: install version 20 or later"

missing=()
command -v gcc >/dev/null || missing+=(gcc libc6-dev)
command -v psql >/dev/null && compgen -G '/usr/lib/postgresql/*/bin/postgres' >/dev/null ||
	command -v postgres >/dev/null || missing+=(postgresql)
command -v curl >/dev/null || missing+=(curl)
command -v ffmpeg >/dev/null || missing+=(ffmpeg)
command -v chromium >/dev/null || command -v google-chrome >/dev/null || missing+=(chromium)
[ -n "$(find /usr/share/fonts /usr/local/share/fonts -iname '*CJK*' -print -quit 2>/dev/null)" ] || missing+=(fonts-noto-cjk)

[ ${#missing[@]} -gt 0 ] || exit 0

if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
	die "the tests need these Debian packages (or their like on your system): ${missing[*]}"
fi
say "installing ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
quietly apt-get update
quietly apt-get install -y --no-install-recommends "${missing[@]}"
